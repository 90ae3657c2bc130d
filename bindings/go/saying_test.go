package strongroom_test

import (
	"strings"
	"testing"

	"github.com/strongroom/strongroom/bindings/go"
)

func TestAHandleThatSaysSomethingIsTheSameStore(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	before := strongroom.LiveObjects()
	backup := must[*strongroom.Store](t)(store.As(
		strongroom.Label("app", "backup"), strongroom.Label("bare", ""), strongroom.Reason("nightly rotation"), strongroom.RequestID("42")))
	equal(t, strongroom.LiveObjects(), before+1)
	put(t, &backup.Operations, "a", "1")
	equal(t, value(t, &store.Operations, "a"), "1")
	other := must[*strongroom.Store](t)(backup.As())
	ok(t, backup.Close())
	ok(t, backup.Close())
	_, err := backup.Get("a")
	fails(t, err, strongroom.ErrClosed)
	_, err = backup.As()
	fails(t, err, strongroom.ErrClosed)
	equal(t, value(t, &other.Operations, "a"), "1")
	equal(t, value(t, &store.Operations, "a"), "1")
	ok(t, other.Lock())
	equal(t, must[bool](t)(store.IsLocked()), true)
	ok(t, other.Close())
	equal(t, strongroom.LiveObjects(), before)
}

func TestClosingTheStoreClosesWhatCameFromIt(t *testing.T) {
	store := must[*strongroom.Store](t)(strongroom.InMemory())
	same := must[*strongroom.Store](t)(store.As(strongroom.Reason("x")))
	put(t, &same.Operations, "a", "1")
	ok(t, store.Close())
	_, err := same.Get("a")
	fails(t, err, strongroom.ErrClosed)
	ok(t, same.Close())
	ok(t, same.Close())
}

func TestHandlesOfOneStoreShareItsTransaction(t *testing.T) {
	store := inMemory(t)
	same := must[*strongroom.Store](t)(store.As(strongroom.Label("app", "x")))
	defer func() { ok(t, same.Close()) }()
	ok(t, same.Transaction(func(tx *strongroom.Tx) error {
		put(t, &tx.Operations, "a", "1")
		_, err := store.Put("a", nil)
		fails(t, err, strongroom.ErrReentrant)
		_, err = same.Put("a", nil)
		fails(t, err, strongroom.ErrReentrant)
		fails(t, store.Close(), strongroom.ErrReentrant)
		return nil
	}))
	equal(t, value(t, &store.Operations, "a"), "1")
}

func TestTextsThatBreakARuleAreNotSaid(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	before := strongroom.LiveObjects()
	for _, said := range []strongroom.CallOption{
		strongroom.Label("", "x"), strongroom.Label("a=b", ""), strongroom.Label("\xff", ""), strongroom.Label("a", "\xff"),
		strongroom.Reason(strings.Repeat("x", 257)), strongroom.Reason("two\nlines"), strongroom.Reason("\xff"),
		strongroom.RequestID(strings.Repeat("x", 129)), strongroom.RequestID("\xff"),
	} {
		_, err := store.As(said)
		fails(t, err, strongroom.ErrInvalidArgument)
	}
	same := must[*strongroom.Store](t)(store.As(strongroom.Reason(strings.Repeat("x", 256)), strongroom.RequestID(strings.Repeat("x", 128))))
	ok(t, same.Close())
	equal(t, strongroom.LiveObjects(), before)
}

// The store that was opened must not be closed as forgotten while a handle that came from it is in use, nor kept behind that.
func TestAStoreLivesAsLongAsTheHandlesThatCameFromIt(t *testing.T) {
	file := newFile(t)
	key := strongroom.WithRawKey(make([]byte, 32))
	func() {
		same := func() *strongroom.Store {
			store := must[*strongroom.Store](t)(strongroom.Create(file, key))
			between := must[*strongroom.Store](t)(store.As(strongroom.Reason("between")))
			return must[*strongroom.Store](t)(between.As(strongroom.Reason("kept")))
		}()
		// The one between is forgotten, and the store is not.
		equal(t, eventually(func() bool { return strongroom.LiveObjects() == 2 }), true)
		for range 20 {
			put(t, &same.Operations, "a", "1")
		}
	}()
	reopened := eventually(func() bool {
		store, err := strongroom.Open(file, key)
		return err == nil && store.Close() == nil
	})
	equal(t, reopened, true)
}
