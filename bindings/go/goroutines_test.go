package strongroom_test

import (
	"errors"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

func TestManyGoroutinesReadWhileOneWrites(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "0")
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 8 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for last := 0; ; {
				select {
				case <-stop:
					return
				default:
				}
				// Yielding moves the goroutine to another thread between two calls.
				runtime.Gosched()
				secret, err := store.Get("a")
				if err != nil {
					t.Error(err)
					return
				}
				now, err := strconv.Atoi(secret.Reveal())
				if err != nil || now < last {
					t.Errorf("%d after %d (%v)", now, last, err)
				}
				last = now
				secret.Wipe()
			}
		}()
	}
	for number := range 100 {
		put(t, &store.Operations, "a", strconv.Itoa(number))
	}
	close(stop)
	readers.Wait()
}

func TestClosingUnderReadersGivesErrClosed(t *testing.T) {
	for range 20 {
		store := must[*strongroom.Store](t)(strongroom.InMemory(patient))
		put(t, &store.Operations, "a", "x")
		ended := make(chan error)
		for range 8 {
			go func() {
				for {
					secret, err := store.Get("a")
					if err != nil {
						ended <- err
						return
					}
					secret.Wipe()
					if _, err := store.List(); err != nil {
						ended <- err
						return
					}
				}
			}()
		}
		runtime.Gosched()
		ok(t, store.Close())
		for range 8 {
			fails(t, <-ended, strongroom.ErrClosed)
		}
	}
}

func TestTransactionsOfManyGoroutinesWaitForEachOther(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "count", "0")
	var writers sync.WaitGroup
	for range 6 {
		writers.Add(1)
		go func() {
			defer writers.Done()
			for range 20 {
				err := store.Transaction(func(tx *strongroom.Tx) error {
					secret, err := tx.Get("count")
					if err != nil {
						return err
					}
					defer secret.Wipe()
					count, err := strconv.Atoi(secret.Reveal())
					if err != nil {
						return err
					}
					runtime.Gosched()
					_, err = tx.Put("count", []byte(strconv.Itoa(count+1)))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		}()
	}
	writers.Wait()
	equal(t, value(t, &store.Operations, "count"), "120")
}

func TestErrorsOfManyGoroutinesDoNotMix(t *testing.T) {
	store := inMemory(t)
	var all sync.WaitGroup
	for number := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			path := "no/such/" + strconv.Itoa(number)
			for range 200 {
				_, err := store.Get(path)
				if err == nil || err.Error() != "strongroom: there is no secret at "+path {
					t.Error(err)
				}
			}
		}()
	}
	all.Wait()
}

func TestAForgottenStoreIsClosed(t *testing.T) {
	file := newFile(t)
	key := strongroom.WithRawKey(make([]byte, 32))
	func() {
		store := must[*strongroom.Store](t)(strongroom.Create(file, key))
		put(t, &store.Operations, "a", "1")
	}()
	var store *strongroom.Store
	opened := eventually(func() bool {
		var err error
		store, err = strongroom.Open(file, key)
		return err == nil
	})
	if !opened {
		t.Fatal("the file is still held")
	}
	equal(t, value(t, &store.Operations, "a"), "1")
	ok(t, store.Close())
}

func TestWhatIsForgottenIsFreed(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	before := strongroom.LiveObjects()
	var kept []any
	for range 20 {
		kept = append(kept,
			must[*strongroom.Secret](t)(store.Get("a")),
			must[[]strongroom.Found](t)(store.GetMany("a", "b")),
			must[[]*strongroom.Secret](t)(store.Accepted("a")),
			must[*strongroom.SecretBytes](t)(strongroom.Token(32).Generate()),
			must[*strongroom.Store](t)(store.As(strongroom.Reason("forgotten"))),
			must[*strongroom.ManualClock](t)(strongroom.NewManualClock(start)),
		)
	}
	equal(t, strongroom.LiveObjects() > before, true)
	// From here on nothing reaches them.
	runtime.KeepAlive(kept)
	equal(t, eventually(func() bool { return strongroom.LiveObjects() == before }), true)
}

func TestCallsFreeWhatTheyMake(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	before := strongroom.LiveObjects()
	put(t, &store.Operations, "a", "2", strongroom.WithTag("x", ""))
	_, err := store.Put("a", nil, strongroom.WithTier(77))
	fails(t, err, strongroom.ErrInvalidArgument)
	_, err = store.Get("b")
	fails(t, err, strongroom.ErrNotFound)
	_, err = store.List(strongroom.OfTier(77))
	fails(t, err, strongroom.ErrInvalidArgument)
	_, err = strongroom.InMemory(strongroom.WithEnvironment(77))
	fails(t, err, strongroom.ErrInvalidArgument)
	_, err = store.Rotate("a", nil, time.Second/2, strongroom.WithTag("x", ""))
	fails(t, err, strongroom.ErrInvalidArgument)
	_, err = store.Put("a", nil, strongroom.WithTag("x", ""), strongroom.ExpiresIn(-1))
	fails(t, err, strongroom.ErrInvalidArgument)
	_, err = store.PutGenerated("a", strongroom.Token(32, strongroom.WithEncoding(77)), strongroom.WithTag("x", ""))
	fails(t, err, strongroom.ErrInvalidArgument)
	_, err = store.As(strongroom.Reason("two\nlines"))
	fails(t, err, strongroom.ErrInvalidArgument)
	must[*strongroom.Rotated](t)(store.RotateGenerated("a", strongroom.Token(32), time.Hour, strongroom.WithNote("x")))
	must[*strongroom.VersionInfo](t)(store.RevokeVersion("a", 2))
	must[[]strongroom.Due](t)(store.Due(time.Hour))
	must[float64](t)(strongroom.Passphrase(6).EntropyBits())
	signature := must[string](t)(store.SignPayload("a", nil))
	must[strongroom.SignatureCheck](t)(store.VerifyPayload("a", nil, signature))
	must[*strongroom.Page](t)(store.List(strongroom.Counted()))
	must[*strongroom.Stats](t)(store.Stats(""))
	must[*strongroom.Health](t)(store.Health())
	must[[]strongroom.Slot](t)(store.Slots().List())
	must[*strongroom.Capabilities](t)(strongroom.LibraryCapabilities())
	equal(t, strongroom.LiveObjects(), before)
}

// A store must not be garbage while a call is under way, though nothing after it names the store.
func TestAStoreLivesAsLongAsItsCalls(t *testing.T) {
	nothingLeft(t)
	file := newFile(t)
	copied := func() error {
		store := must[*strongroom.Store](t)(strongroom.Create(file, strongroom.WithRawKey(make([]byte, 32))))
		put(t, &store.Operations, "a", "1")
		_, err := store.Backup(t.Context(), file+"-backup", strongroom.WithProgress(func(uint64, uint64) error {
			before := strongroom.LiveObjects()
			for range 3 {
				runtime.GC()
				time.Sleep(time.Millisecond)
			}
			if strongroom.LiveObjects() != before {
				return errors.New("the store was closed under its call")
			}
			return nil
		}))
		return err
	}
	ok(t, copied())
}

// Nor while a transaction is.
func TestAStoreLivesAsLongAsItsTransaction(t *testing.T) {
	collected := make(chan struct{})
	go func() {
		for {
			select {
			case <-collected:
				return
			default:
				runtime.GC()
			}
		}
	}()
	defer close(collected)
	for range 50 {
		begun := func() error {
			store := must[*strongroom.Store](t)(strongroom.InMemory())
			return store.Transaction(func(tx *strongroom.Tx) error {
				_, err := tx.Put("a", []byte("1"))
				for _, scanned := range tx.Scan() {
					err = errors.Join(err, scanned)
				}
				return err
			})
		}
		ok(t, begun())
	}
}
