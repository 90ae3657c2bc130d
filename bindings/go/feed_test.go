package strongroom_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

func changes(t testing.TB, store *strongroom.Store, after uint64, options ...strongroom.EventOption) []strongroom.AuditEvent {
	t.Helper()
	return must[[]strongroom.AuditEvent](t)(store.Changes(after, 1000, options...))
}

func TestChangesAreTheEventsBehindANumber(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a/x", "1")
	value(t, &store.Operations, "a/x")
	put(t, &store.Operations, "b", "1")
	put(t, &store.Operations, "a/x", "2")
	all := changes(t, store, 0)
	last := all[len(all)-1]
	equal(t, told(all[len(all)-3:]), "secret.created a/x, secret.created b, secret.updated a/x")
	equal(t, last.Durable && last.Version == 2, true)
	equal(t, must[uint64](t)(store.LatestChange()), last.Sequence)
	equal(t, len(changes(t, store, last.Sequence)), 0)
	equal(t, told(changes(t, store, all[len(all)-2].Sequence)), "secret.updated a/x")

	secrets := strongroom.Kind("secret.*")
	for expected, options := range map[string][]strongroom.EventOption{
		"secret.created a/x, secret.updated a/x":                                        {strongroom.Under("a")},
		"secret.created a/x, secret.accessed a/x, secret.updated a/x":                   {strongroom.Under("a"), secrets},
		"secret.created a/x, secret.created b":                                          {strongroom.Kind("secret.created"), strongroom.Under("")},
		"secret.accessed a/x, secret.updated a/x":                                       {strongroom.Kind("secret.accessed"), strongroom.Kind("secret.updated")},
		"secret.created a/x, secret.accessed a/x, secret.created b, secret.updated a/x": {secrets},
	} {
		t.Run(expected, func(t *testing.T) { equal(t, told(changes(t, store, 0, options...)), expected) })
	}
	one := must[[]strongroom.AuditEvent](t)(store.Changes(0, 1, secrets))
	equal(t, told(one), "secret.created a/x")
}

func TestChangesThatBreakARuleAreRefused(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	before := strongroom.LiveObjects()
	for _, limit := range []int{-1, 0, 1001} {
		_, err := store.Changes(0, limit)
		fails(t, err, strongroom.ErrLimitExceeded)
	}
	for _, option := range []strongroom.EventOption{strongroom.Under("/a"), strongroom.Kind("secret.danced"), strongroom.Kind("")} {
		_, err := store.Changes(0, 1, option)
		fails(t, err, strongroom.ErrInvalidArgument)
		_, err = store.Subscribe(func(strongroom.AuditEvent) {}, option)
		fails(t, err, strongroom.ErrInvalidArgument)
	}
	_, err := store.Subscribe(nil)
	fails(t, err, strongroom.ErrInvalidArgument)
	equal(t, strongroom.LiveObjects(), before)
}

func TestChangesThatWereRemovedAreNotFound(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	for range 3 {
		put(t, &store.Operations, "a", "1")
	}
	ok(t, store.Policy().SetAudit(strongroom.AuditPolicy{KeepDays: 1}))
	ok(t, clock.Advance(3*day))
	put(t, &store.Operations, "b", "1")
	must[*strongroom.Swept](t)(store.Sweep(10))
	_, err := store.Changes(1, 10)
	fails(t, err, strongroom.ErrNotFound)
	equal(t, told(changes(t, store, 0, strongroom.Kind("secret.created"))), "secret.created b")
}

func TestWaitingEndsWithAChange(t *testing.T) {
	store := inMemory(t)
	last := must[uint64](t)(store.LatestChange())
	waited := make(chan error)
	for range 3 {
		go func() { waited <- store.WaitChanges(t.Context(), last) }()
	}
	value(t, &store.Operations, put(t, &store.Operations, "a", "1").Path)
	for range 3 {
		ok(t, <-waited)
	}
	last = must[uint64](t)(store.LatestChange())
	other := must[*strongroom.Store](t)(store.As(strongroom.Reason("why")))
	defer func() { ok(t, other.Close()) }()
	go func() { waited <- other.WaitChanges(t.Context(), last) }()
	select {
	case err := <-waited:
		t.Fatalf("it did not wait, and gave %v", err)
	case <-time.After(250 * time.Millisecond):
	}
	put(t, &store.Operations, "a", "2")
	ok(t, <-waited)
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	store := inMemory(t)
	last := must[uint64](t)(store.LatestChange())
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	began := time.Now()
	time.AfterFunc(50*time.Millisecond, func() { cancel(enough) })
	fails(t, store.WaitChanges(ctx, last), enough)
	equal(t, time.Since(began) < 30*time.Second, true)

	began = time.Now()
	short, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	fails(t, store.WaitChanges(short, last), context.DeadlineExceeded)
	equal(t, time.Since(began) >= 20*time.Millisecond, true)

	fails(t, store.WaitChanges(ctx, last), enough)
	put(t, &store.Operations, "a", "1")
	ok(t, store.WaitChanges(ctx, last))
}

func TestWaitingEndsWhenTheStoreIsLockedOrClosed(t *testing.T) {
	store, _ := onDisk(t)
	last := must[uint64](t)(store.LatestChange())
	waited := make(chan error)
	wait := func() { waited <- store.WaitChanges(t.Context(), last) }
	go wait()
	time.Sleep(20 * time.Millisecond)
	ok(t, store.Lock())
	fails(t, <-waited, strongroom.ErrLocked)
	_, err := store.LatestChange()
	fails(t, err, strongroom.ErrLocked)
	_, err = store.Changes(0, 1)
	fails(t, err, strongroom.ErrLocked)
	_, err = store.Subscribe(func(strongroom.AuditEvent) {})
	fails(t, err, strongroom.ErrLocked)
	ok(t, store.Unlock(strongroom.WithPassphrase(passphrase)))
	last = must[uint64](t)(store.LatestChange())
	go wait()
	time.Sleep(20 * time.Millisecond)
	ok(t, store.Close())
	fails(t, <-waited, strongroom.ErrClosed)
	_, err = store.LatestChange()
	fails(t, err, strongroom.ErrClosed)
}
