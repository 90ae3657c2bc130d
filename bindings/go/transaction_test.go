package strongroom_test

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/strongroom/strongroom/bindings/go"
)

func TestATransactionIsSeenWholeOrNotAtAll(t *testing.T) {
	store := inMemory(t)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		put(t, &tx.Operations, "a", "1")
		put(t, &tx.Operations, "b", "2")
		equal(t, value(t, &tx.Operations, "a"), "1")
		equal(t, len(paths(t, &store.Operations)), 0)
		return nil
	}))
	equal(t, value(t, &store.Operations, "b"), "2")
}

func TestAnErrorRollsBackAndComesOutAsItIs(t *testing.T) {
	store := inMemory(t)
	enough := errors.New("enough")
	err := store.Transaction(func(tx *strongroom.Tx) error {
		put(t, &tx.Operations, "a", "1")
		return enough
	})
	equal(t, err, enough)
	equal(t, len(paths(t, &store.Operations)), 0)
}

func TestAPanicRollsBackAndGoesOn(t *testing.T) {
	store := inMemory(t)
	func() {
		defer func() { equal(t, recover(), any("enough")) }()
		_ = store.Transaction(func(tx *strongroom.Tx) error {
			put(t, &tx.Operations, "a", "1")
			panic("enough")
		})
	}()
	put(t, &store.Operations, "b", "1")
	equal(t, slices.Equal(paths(t, &store.Operations), []string{"b"}), true)
}

func TestTheEndOfTheGoroutineRollsBack(t *testing.T) {
	store := inMemory(t)
	var ended sync.WaitGroup
	ended.Add(1)
	go func() {
		defer ended.Done()
		_ = store.Transaction(func(tx *strongroom.Tx) error {
			_, err := tx.Put("a", []byte("1"))
			ok(t, err)
			runtime.Goexit()
			return nil
		})
	}()
	ended.Wait()
	put(t, &store.Operations, "b", "1")
	equal(t, slices.Equal(paths(t, &store.Operations), []string{"b"}), true)
}

func TestAFailedChangeKeepsTheTransactionFromCommitting(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	err := store.Transaction(func(tx *strongroom.Tx) error {
		put(t, &tx.Operations, "b", "1")
		_, err := tx.Put("a", []byte("2"), strongroom.ExpectAbsent())
		fails(t, err, strongroom.ErrAlreadyExists)
		return nil
	})
	fails(t, err, strongroom.ErrInvalidArgument)
	equal(t, slices.Equal(paths(t, &store.Operations), []string{"a"}), true)
}

func TestTheStoreRefusesWritesOfTheSameGoroutine(t *testing.T) {
	store := inMemory(t)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		// Other goroutines would move this one to another thread if it were not locked to its own.
		for range 100 {
			runtime.Gosched()
			_, err := store.Put("a", []byte("1"))
			fails(t, err, strongroom.ErrReentrant)
		}
		fails(t, store.Close(), strongroom.ErrReentrant)
		fails(t, store.Transaction(func(*strongroom.Tx) error { return nil }), strongroom.ErrReentrant)
		put(t, &tx.Operations, "a", "2")
		return nil
	}))
	equal(t, value(t, &store.Operations, "a"), "2")
}

func TestNoGoroutineClosesTheStoreUnderATransaction(t *testing.T) {
	store := inMemory(t)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		closed := make(chan error)
		go func() { closed <- store.Close() }()
		fails(t, <-closed, strongroom.ErrReentrant)
		put(t, &tx.Operations, "a", "1")
		return nil
	}))
	equal(t, value(t, &store.Operations, "a"), "1")
}

func TestWritesOfOtherGoroutinesWaitForTheTransaction(t *testing.T) {
	store := inMemory(t)
	written := make(chan error, 8)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		for range 8 {
			go func() {
				_, err := store.Put("a", []byte("after"))
				written <- err
			}()
		}
		for range 1000 {
			runtime.Gosched()
		}
		put(t, &tx.Operations, "a", "inside")
		return nil
	}))
	for range 8 {
		ok(t, <-written)
	}
	equal(t, must[*strongroom.SecretInfo](t)(store.Info("a")).Version, 9)
}

func TestATransactionThatHasEndedIsClosed(t *testing.T) {
	store := inMemory(t)
	var kept *strongroom.Tx
	ok(t, store.Transaction(func(tx *strongroom.Tx) error { kept = tx; return nil }))
	_, err := kept.Get("a")
	fails(t, err, strongroom.ErrClosed)
}

func TestPolicyIsPartOfATransaction(t *testing.T) {
	store := inMemory(t)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		ok(t, tx.Policy().SetRetention("a", 1, strongroom.Unchanged))
		equal(t, must[strongroom.Retention](t)(tx.Policy().Retention("a")).MaxVersions, 1)
		equal(t, must[strongroom.Retention](t)(store.Policy().Retention("a")).MaxVersions, strongroom.Inherited)
		_, err := tx.Policy().Retentions()
		fails(t, err, strongroom.ErrInvalidArgument)
		return nil
	}))
	equal(t, must[strongroom.Retention](t)(store.Policy().Retention("a")).MaxVersions, 1)
}

func TestATransactionMayBeUsedByOtherGoroutines(t *testing.T) {
	store := inMemory(t)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		written := make(chan error)
		go func() {
			_, err := tx.Put("a", []byte("1"))
			written <- err
		}()
		return <-written
	}))
	equal(t, value(t, &store.Operations, "a"), "1")
}
