package strongroom_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// subscribed is a subscription that is closed at the end of the test.
func subscribed(
	t testing.TB, store *strongroom.Store, tell func(strongroom.AuditEvent), options ...strongroom.EventOption,
) *strongroom.Subscription {
	t.Helper()
	subscription := must[*strongroom.Subscription](t)(store.Subscribe(tell, options...))
	t.Cleanup(func() { ok(t, subscription.Close()) })
	return subscription
}

func TestASubscriptionIsToldOfEachCommitBeforeItsCallReturns(t *testing.T) {
	store := inMemory(t)
	var everything, some []strongroom.AuditEvent
	all := subscribed(t, store, func(event strongroom.AuditEvent) { everything = append(everything, event) })
	subscribed(t, store, func(event strongroom.AuditEvent) { some = append(some, event) },
		strongroom.Under("a"), strongroom.Kind("secret.created"), strongroom.Kind("secret.accessed"))
	said := must[*strongroom.Store](t)(store.As(strongroom.Label("app", "x"), strongroom.Reason("why")))
	defer func() { ok(t, said.Close()) }()
	id := put(t, &said.Operations, "a/x", "1").ID
	equal(t, told(everything), "secret.created a/x")
	equal(t, everything[0].SecretID, id)
	equal(t, everything[0].Labels["app"]+everything[0].Reason, "xwhy")
	equal(t, everything[0].Durable, true)
	equal(t, must[strongroom.AuditEvent](t)(store.Audit().Get(everything[0].ID)).Sequence, everything[0].Sequence)

	value(t, &store.Operations, "a/x")
	equal(t, len(everything), 1)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		put(t, &tx.Operations, "b", "1")
		put(t, &tx.Operations, "a/y", "1")
		equal(t, len(everything), 1)
		return nil
	}))
	equal(t, told(everything), "secret.created a/x, secret.created b, secret.created a/y")
	equal(t, told(some), "secret.created a/x, secret.accessed a/x, secret.created a/y")

	enough := errors.New("enough")
	fails(t, store.Transaction(func(tx *strongroom.Tx) error {
		put(t, &tx.Operations, "c", "1")
		return enough
	}), enough)
	equal(t, strings.Contains(told(everything), "secret.created c"), false)

	before := len(everything)
	ok(t, all.Close())
	ok(t, all.Close())
	ok(t, all.Err())
	put(t, &store.Operations, "d", "1")
	equal(t, len(everything), before)
}

func TestAStrictReadIsToldBeforeItsValueIsThere(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	ok(t, store.Policy().SetAudit(strongroom.AuditPolicy{Standard: strongroom.AuditReadsStrict}))
	var events []strongroom.AuditEvent
	var inside error
	subscribed(t, store, func(event strongroom.AuditEvent) {
		events = append(events, event)
		_, inside = store.Get("a")
	}, strongroom.Kind("secret.accessed"))
	equal(t, value(t, &store.Operations, "a"), "1")
	equal(t, told(events), "secret.accessed a")
	fails(t, inside, strongroom.ErrReentrant)
	must[[]strongroom.Found](t)(store.GetMany("a", "a"))
	equal(t, len(events) > 1, true)
}

func TestAFunctionMayReadAndNotWrite(t *testing.T) {
	store, file := onDisk(t)
	other := must[*strongroom.Store](t)(store.As(strongroom.Reason("why")))
	defer func() { ok(t, other.Close()) }()
	var refused []error
	var read []string
	subscribed(t, store, func(event strongroom.AuditEvent) {
		read = append(read, value(t, &store.Operations, event.Path))
		must[*strongroom.Page](t)(other.List(strongroom.Counted()))
		equal(t, must[uint64](t)(store.LatestChange()), event.Sequence)
		ok(t, store.WaitChanges(t.Context(), event.Sequence-1))
		_, put := store.Put("b", []byte("1"))
		_, as := other.Put("b", []byte("1"))
		_, generated := store.PutGenerated("b", strongroom.Token(32))
		_, deleted := store.Delete(event.Path)
		_, swept := store.Sweep(1)
		_, copied := store.Compact(t.Context())
		begun := store.Transaction(func(*strongroom.Tx) error { t.Error("a transaction began"); return nil })
		refused = append(refused, put, as, generated, deleted, swept, copied, begun)
	}, strongroom.Kind("secret.created"), strongroom.Kind("secret.updated"))
	put(t, &store.Operations, "a", "1")
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		put(t, &tx.Operations, "a", "2")
		return nil
	}))
	equal(t, strings.Join(read, ","), "1,2")
	equal(t, len(refused), 14)
	for _, err := range refused {
		fails(t, err, strongroom.ErrReentrant)
	}
	put(t, &store.Operations, "c", "1")
	ok(t, store.Close())
	again := must[*strongroom.Store](t)(strongroom.Open(file, strongroom.WithPassphrase(passphrase)))
	equal(t, strings.Join(paths(t, &again.Operations), ","), "a,c")
	ok(t, again.Close())
}

// deep grows the stack, which then moves: also what of it the library has pointers to.
func deep(levels int) int {
	var room [256]byte
	if levels == 0 {
		return len(room)
	}
	room[levels%len(room)] = byte(levels)
	return deep(levels-1) + int(room[(levels+1)%len(room)])
}

func TestAFunctionMayMoveTheStack(t *testing.T) {
	store := inMemory(t)
	ok(t, store.Policy().SetAudit(strongroom.AuditPolicy{Standard: strongroom.AuditReadsStrict}))
	calls := 0
	subscribed(t, store, func(strongroom.AuditEvent) {
		calls++
		deep(4096)
		runtime.GC()
	}, strongroom.Kind("secret.*"))
	for range 20 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			var bytes [16]byte
			copy(bytes[:], "a value of bytes")
			written, err := store.Put("a", bytes[:], strongroom.WithTag("x", "y"))
			if err != nil || written.Path != "a" || written.ID == "" {
				t.Errorf("%v: %v", written, err)
				return
			}
			secret, err := store.Get("a")
			if err != nil || !secret.Equal(bytes[:]) {
				t.Errorf("%v: %v", secret, err)
				return
			}
			secret.Wipe()
			_, err = store.Delete("none")
			if !errors.Is(err, strongroom.ErrNotFound) {
				t.Error(err)
			}
		}()
		<-done
	}
	equal(t, calls >= 40, true)
}

func TestASubscriptionMayEndItself(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	before := strongroom.LiveObjects()
	calls := 0
	var subscription *strongroom.Subscription
	subscription = must[*strongroom.Subscription](t)(store.Subscribe(func(strongroom.AuditEvent) {
		calls++
		ok(t, subscription.Close())
		ok(t, subscription.Close())
	}))
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		put(t, &tx.Operations, "a", "1")
		put(t, &tx.Operations, "b", "1")
		return nil
	}))
	put(t, &store.Operations, "c", "1")
	equal(t, calls, 1)
	ok(t, subscription.Close())
	ok(t, subscription.Err())
	equal(t, strongroom.LiveObjects(), before)
}

func TestAPanicEndsTheSubscriptionAndNotTheCommit(t *testing.T) {
	enough := errors.New("enough")
	var nothing map[string]int
	for name, panics := range map[string]func(){
		"an error":            func() { panic(enough) },
		"a text":              func() { panic("enough") },
		"nil":                 func() { panic(nil) },
		"one of the runtime":  func() { nothing["a"] = 1 },
		"one with a deferred": func() { defer runtime.GC(); panic("enough") },
	} {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			store := inMemory(t)
			before := strongroom.LiveObjects()
			calls, others := 0, 0
			subscription := subscribed(t, store, func(strongroom.AuditEvent) { calls++; panics() })
			ok(t, subscription.Err())
			ok(t, store.Transaction(func(tx *strongroom.Tx) error {
				put(t, &tx.Operations, "a", "1")
				put(t, &tx.Operations, "b", "1")
				return nil
			}))
			equal(t, calls, 1)
			err := subscription.Err()
			equal(t, err != nil && strings.Contains(err.Error(), "panicked: "), true)
			equal(t, errors.Is(err, enough), name == "an error")
			equal(t, strongroom.LiveObjects(), before)
			ok(t, subscription.Close())
			equal(t, subscription.Err(), err)
			subscribed(t, store, func(strongroom.AuditEvent) { others++ })
			put(t, &store.Operations, "a", "2")
			equal(t, others, 1)
			equal(t, calls, 1)
		})
	}
}

// What cannot be stopped ends the program, with what is wrong, in place of all later writers waiting for good.
func TestAFunctionThatEndsItsGoroutineEndsTheProgram(t *testing.T) {
	const inside = "STRONGROOM_TEST_GOEXIT"
	if os.Getenv(inside) != "" {
		store := inMemory(t)
		subscribed(t, store, func(strongroom.AuditEvent) { runtime.Goexit() })
		put(t, &store.Operations, "a", "1")
		return
	}
	again := exec.Command(must[string](t)(os.Executable()), "-test.run=^"+t.Name()+"$")
	again.Env = append(os.Environ(), inside+"=1")
	said, err := again.CombinedOutput()
	if err == nil || !strings.Contains(string(said), "the function of a subscription ended its goroutine") {
		t.Errorf("%v: %s", err, said)
	}
}

func TestClosingWaitsForTheFunctionOfAnotherGoroutine(t *testing.T) {
	store := inMemory(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	var returned atomic.Bool
	subscription := subscribed(t, store, func(strongroom.AuditEvent) {
		close(entered)
		<-leave
		returned.Store(true)
	})
	written := make(chan error)
	go func() {
		_, err := store.Put("a", nil)
		written <- err
	}()
	<-entered
	closed := make(chan bool)
	go func() {
		err := subscription.Close()
		closed <- err == nil && returned.Load()
	}()
	select {
	case <-closed:
		t.Error("it did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	close(leave)
	equal(t, <-closed, true)
	ok(t, <-written)
}

func TestManyGoroutinesWriteSubscribeAndClose(t *testing.T) {
	store := inMemory(t)
	var last uint64
	count := 0
	subscribed(t, store, func(event strongroom.AuditEvent) {
		if event.Sequence <= last {
			t.Errorf("%d after %d", event.Sequence, last)
		}
		last = event.Sequence
		count++
	}, strongroom.Kind("secret.updated"), strongroom.Kind("secret.created"))
	var all sync.WaitGroup
	for range 4 {
		all.Add(2)
		go func() {
			defer all.Done()
			for range 50 {
				if _, err := store.Put("a", nil); err != nil {
					t.Error(err)
				}
			}
		}()
		go func() {
			defer all.Done()
			for number := range 50 {
				subscription, err := store.Subscribe(func(strongroom.AuditEvent) {
					if number%2 == 0 {
						panic("enough")
					}
				})
				if err != nil {
					t.Error(err)
					return
				}
				runtime.Gosched()
				if err := subscription.Close(); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	all.Wait()
	equal(t, count, 200)
}

func TestASubscriptionThatIsForgottenEnds(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	before := strongroom.LiveObjects()
	var calls atomic.Int64
	func() {
		must[*strongroom.Subscription](t)(store.Subscribe(func(strongroom.AuditEvent) { calls.Add(1) }))
	}()
	equal(t, eventually(func() bool { return strongroom.LiveObjects() == before }), true)
	put(t, &store.Operations, "a", "1")
	equal(t, calls.Load(), 0)
}

func TestASubscriptionOutlivesItsStore(t *testing.T) {
	store, _ := onDisk(t)
	calls := 0
	subscription := subscribed(t, store, func(strongroom.AuditEvent) { calls++ }, strongroom.Kind("secret.accessed"))
	put(t, &store.Operations, "a", "1")
	value(t, &store.Operations, "a")
	equal(t, calls, 0)
	ok(t, store.Close())
	equal(t, calls, 1)
	ok(t, subscription.Close())
	ok(t, subscription.Err())
}

// Whatever waits in a clean-up keeps others from running, secrets from being wiped.
func TestForgottenStoresHoldUpNoCleanUp(t *testing.T) {
	nothingLeft(t)
	// More than the runtime has goroutines for clean-ups.
	stores := runtime.GOMAXPROCS(0) + 1
	leave := make(chan struct{})
	var entered atomic.Int64
	for range stores {
		func() {
			store := must[*strongroom.Store](t)(strongroom.InMemory())
			subscribed(t, store, func(strongroom.AuditEvent) { entered.Add(1); <-leave }, strongroom.Kind("secret.accessed"))
			put(t, &store.Operations, "a", "1")
			value(t, &store.Operations, "a")
		}()
	}
	// Before the subscriptions are closed, which wait for their functions.
	defer close(leave)
	equal(t, eventually(func() bool { return entered.Load() == int64(stores) }), true)
	// Each store is taken from its owner as it begins to close, and its subscription lives.
	equal(t, strongroom.LiveObjects(), uint64(stores))
	must[*strongroom.SecretBytes](t)(strongroom.Token(32).Generate())
	equal(t, eventually(func() bool { return strongroom.LiveObjects() == uint64(stores) }), true)
}

func TestAFunctionNeitherClosesNorLocksTheStore(t *testing.T) {
	store, _ := onDisk(t)
	var locked, closed error
	subscribed(t, store, func(strongroom.AuditEvent) {
		locked, closed = store.Lock(), store.Close()
	}, strongroom.Kind("secret.created"))
	put(t, &store.Operations, "a", "1")
	fails(t, locked, strongroom.ErrReentrant)
	fails(t, closed, strongroom.ErrReentrant)
	equal(t, value(t, &store.Operations, "a"), "1")
	ok(t, store.Close())
}
