package strongroom_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// once is a handle of a store whose changes happen once.
func once(t testing.TB, store *strongroom.Store, key string, said ...strongroom.CallOption) *strongroom.Store {
	t.Helper()
	same := must[*strongroom.Store](t)(store.As(append(said, strongroom.IdempotencyKey(key))...))
	t.Cleanup(func() { ok(t, same.Close()) })
	return same
}

func TestAChangeIsMadeOnceAlsoAfterTheStoreWasOpenedAgain(t *testing.T) {
	store, file := onDisk(t)
	first := once(t, store, "order-4711")
	done := put(t, &first.Operations, "a", "1")
	equal(t, done.Replayed || first.WasReplayed(), false)
	again := put(t, &first.Operations, "a", "1")
	equal(t, again.Replayed && first.WasReplayed(), true)
	ok(t, store.Close())

	store = must[*strongroom.Store](t)(strongroom.Open(file, strongroom.WithPassphrase(passphrase)))
	t.Cleanup(func() { ok(t, store.Close()) })
	put(t, &store.Operations, "a", "2")
	again = put(t, &once(t, store, "order-4711").Operations, "a", "1")
	equal(t, again.Replayed, true)
	again.Replayed = false
	equal(t, *again, *done)
	equal(t, value(t, &store.Operations, "a"), "2")
}

// A changing call, and whether it said that it was replayed.
type changing func(on *strongroom.Operations) (replayed bool, err error)

func ofWritten(done *strongroom.Written, err error) (bool, error) {
	return err == nil && done.Replayed, err
}

func ofRotated(done *strongroom.Rotated, err error) (bool, error) {
	return err == nil && done.Replayed, err
}

func ofVersion(info *strongroom.VersionInfo, err error) (bool, error) {
	return err == nil && info.Replayed, err
}

func ofUpdate(info *strongroom.SecretInfo, err error) (bool, error) {
	return err == nil && info.Replayed, err
}

func ofDelete(done *strongroom.Deleted, err error) (bool, error) {
	return err == nil && done.Replayed, err
}

func TestEveryChangeSaysThatItWasReplayed(t *testing.T) {
	store := inMemory(t)
	token := strongroom.Token(16)
	for _, change := range []struct {
		name string
		do   changing
	}{
		{"put", func(on *strongroom.Operations) (bool, error) { return ofWritten(on.Put("b", nil)) }},
		{"put generated", func(on *strongroom.Operations) (bool, error) { return ofWritten(on.PutGenerated("a", token)) }},
		{"update", func(on *strongroom.Operations) (bool, error) {
			return ofUpdate(on.Update("a", strongroom.WithTag("x", "")))
		}},
		{"rotate", func(on *strongroom.Operations) (bool, error) { return ofRotated(on.Rotate("b", nil, time.Hour)) }},
		{"rotate generated", func(on *strongroom.Operations) (bool, error) {
			return ofRotated(on.RotateGenerated("b", token, time.Hour))
		}},
		{"rollback", func(on *strongroom.Operations) (bool, error) { return ofWritten(on.Rollback("b", 1)) }},
		{"revoke version", func(on *strongroom.Operations) (bool, error) { return ofVersion(on.RevokeVersion("b", 2)) }},
		{"delete version", func(on *strongroom.Operations) (bool, error) { return ofVersion(on.DeleteVersion("b", 3)) }},
		{"restore version", func(on *strongroom.Operations) (bool, error) { return ofVersion(on.RestoreVersion("b", 3)) }},
		{"destroy version", func(on *strongroom.Operations) (bool, error) { return ofVersion(on.DestroyVersion("b", 3)) }},
		{"rename", func(on *strongroom.Operations) (bool, error) { return ofWritten(on.Rename("b", "x/b")) }},
		{"rename prefix", func(on *strongroom.Operations) (bool, error) {
			_, err := on.RenamePrefix("x", "y")
			return on.WasReplayed(), err
		}},
		{"delete", func(on *strongroom.Operations) (bool, error) { return ofDelete(on.Delete("a")) }},
		{"restore", func(on *strongroom.Operations) (bool, error) { return ofWritten(on.Restore("a")) }},
		{"destroy", func(on *strongroom.Operations) (bool, error) {
			err := on.Destroy("a")
			return on.WasReplayed(), err
		}},
	} {
		t.Run(change.name, func(t *testing.T) { happensOnce(t, store, change.do) })
	}
}

// happensOnce makes a change twice with one key. The second time nothing is written.
func happensOnce(t *testing.T, store *strongroom.Store, do changing) {
	t.Helper()
	same := once(t, store, t.Name())
	before := must[string](t)(store.Audit().Head())
	equal(t, must[bool](t)(do(&same.Operations)), false)
	after := must[string](t)(store.Audit().Head())
	equal(t, before != after, true)
	equal(t, must[bool](t)(do(&same.Operations)), true)
	equal(t, must[string](t)(store.Audit().Head()), after)
}

func TestWithoutAKeyNothingIsReplayed(t *testing.T) {
	store := inMemory(t)
	said := must[*strongroom.Store](t)(once(t, store, "k").As(strongroom.Reason("another")))
	defer func() { ok(t, said.Close()) }()
	for _, on := range []*strongroom.Store{store, said} {
		for range 2 {
			equal(t, put(t, &on.Operations, "a", "1").Replayed || on.WasReplayed(), false)
		}
	}
	equal(t, infoOf(t, store, "a").Version, 4)
}

func TestAKeyOfAnotherCallIsAConflict(t *testing.T) {
	store := inMemory(t)
	same := once(t, store, "k")
	put(t, &same.Operations, "a", "1")
	for path, value := range map[string]string{"a": "2", "b": "1"} {
		_, err := same.Put(path, []byte(value))
		fails(t, err, strongroom.ErrIdempotencyConflict)
	}
	_, err := same.Put("a", []byte("1"), strongroom.WithNote("x"))
	fails(t, err, strongroom.ErrIdempotencyConflict)
	// Of another operation it is another key.
	equal(t, must[*strongroom.Deleted](t)(same.Delete("a")).Replayed, false)
	equal(t, must[*strongroom.Deleted](t)(same.Delete("a")).Replayed, true)
}

func TestWhatFailedIsNotRemembered(t *testing.T) {
	store := inMemory(t)
	same := once(t, store, "k")
	_, err := same.Delete("a")
	fails(t, err, strongroom.ErrNotFound)
	put(t, &store.Operations, "a", "1")
	equal(t, must[*strongroom.Deleted](t)(same.Delete("a")).Replayed, false)
	_, err = same.Update("a", strongroom.WithDescription("x"))
	fails(t, err, strongroom.ErrNotFound)
	equal(t, same.WasReplayed(), false)
}

func TestChangesOfATransactionHappenOnce(t *testing.T) {
	store := inMemory(t)
	same := once(t, store, "k")
	for _, replayed := range []bool{false, true} {
		ok(t, same.Transaction(func(tx *strongroom.Tx) error {
			equal(t, put(t, &tx.Operations, "a", "1").Replayed, replayed)
			equal(t, tx.WasReplayed(), replayed)
			_, err := same.Put("a", nil)
			fails(t, err, strongroom.ErrReentrant)
			return nil
		}))
	}
	equal(t, infoOf(t, store, "a").Version, 1)
	// What was not committed is not remembered.
	other := once(t, store, "other")
	for range 2 {
		fails(t, other.Transaction(func(tx *strongroom.Tx) error {
			equal(t, put(t, &tx.Operations, "b", "1").Replayed, false)
			return strongroom.ErrCancelled
		}), strongroom.ErrCancelled)
	}
}

// Goroutines that share a handle, and its transactions, learn each of its own call whether it was replayed.
func TestGoroutinesOfOneHandleDoNotMixUpWhatWasReplayed(t *testing.T) {
	store := inMemory(t)
	for number := range 20 {
		path := strconv.Itoa(number)
		same := once(t, store, path)
		put(t, &same.Operations, path, "1")
		var all sync.WaitGroup
		expect := func(want bool, do changing, on *strongroom.Operations) {
			if replayed, err := do(on); err != nil || replayed != want {
				t.Errorf("replayed: %v, and %v was expected (%v)", replayed, want, err)
			}
		}
		for range 3 {
			all.Add(1)
			go func() {
				defer all.Done()
				for range 10 {
					expect(true, func(on *strongroom.Operations) (bool, error) { return ofWritten(on.Put(path, []byte("1"))) }, &same.Operations)
				}
			}()
		}
		all.Add(2)
		go func() {
			defer all.Done()
			update := func(on *strongroom.Operations) (bool, error) {
				return ofUpdate(on.Update(path, strongroom.WithTag("x", "")))
			}
			expect(false, update, &same.Operations)
			expect(true, update, &same.Operations)
		}()
		go func() {
			defer all.Done()
			err := same.Transaction(func(tx *strongroom.Tx) error {
				rotate := func(on *strongroom.Operations) (bool, error) { return ofRotated(on.Rotate(path, nil, time.Hour)) }
				expect(false, rotate, &tx.Operations)
				expect(true, rotate, &tx.Operations)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}()
		all.Wait()
	}
}

func TestAKeyIsRememberedForItsWindow(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	policy := store.Policy()
	equal(t, must[time.Duration](t)(policy.IdempotencyWindow()), 24*time.Hour)
	ok(t, policy.SetIdempotencyWindow(time.Minute))
	equal(t, must[time.Duration](t)(policy.IdempotencyWindow()), time.Minute)
	for _, window := range []time.Duration{0, -time.Minute, 59 * time.Second, time.Minute + 1, 30*day + time.Second} {
		fails(t, policy.SetIdempotencyWindow(window), strongroom.ErrInvalidArgument)
	}
	same := once(t, store, "k")
	put(t, &same.Operations, "a", "1")
	ok(t, clock.Advance(time.Minute-time.Millisecond))
	equal(t, put(t, &same.Operations, "a", "1").Replayed, true)
	ok(t, clock.Advance(time.Millisecond))
	equal(t, put(t, &same.Operations, "a", "1").Replayed, false)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		ok(t, tx.Policy().SetIdempotencyWindow(30*day))
		equal(t, must[time.Duration](t)(tx.Policy().IdempotencyWindow()), 30*day)
		return nil
	}))
}

func TestKeysThatBreakARuleAreRefused(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	before := strongroom.LiveObjects()
	for _, key := range []string{"", strings.Repeat("x", 256), "two\nlines", "\xff"} {
		_, err := store.As(strongroom.IdempotencyKey(key))
		fails(t, err, strongroom.ErrInvalidArgument)
	}
	same := must[*strongroom.Store](t)(store.As(strongroom.IdempotencyKey(strings.Repeat("x", 255))))
	put(t, &same.Operations, "a", "1")
	_, err := same.Put("a", []byte("2"))
	fails(t, err, strongroom.ErrIdempotencyConflict)
	ok(t, same.Close())
	_, err = same.Put("a", []byte("1"))
	fails(t, err, strongroom.ErrClosed)
	equal(t, strongroom.LiveObjects(), before)
}

func TestWhatAKeyedHandleSaysStandsInItsEvents(t *testing.T) {
	store := inMemory(t)
	put(t, &once(t, store, "k", strongroom.Reason("why"), strongroom.Label("app", "x")).Operations, "a", "1")
	page := must[*strongroom.AuditPage](t)(store.Audit().Query(strongroom.Kind("secret.created")))
	equal(t, len(page.Events), 1)
	equal(t, page.Events[0].Reason+page.Events[0].Labels["app"], "whyx")
}
