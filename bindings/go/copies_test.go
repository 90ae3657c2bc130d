package strongroom_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/strongroom/strongroom/bindings/go"
)

func TestABackupIsAStore(t *testing.T) {
	store, file := onDisk(t)
	put(t, &store.Operations, "a", "1")
	backup, told := file+"-backup", 0
	copied := must[*strongroom.Copied](t)(store.Backup(t.Context(), backup, strongroom.WithProgress(func(done, total uint64) error {
		told++
		equal(t, done <= total, true)
		return nil
	})))
	equal(t, copied.Verified.Secrets, 1)
	equal(t, copied.Generation > 0, true)
	equal(t, int64(copied.FileLen), must[os.FileInfo](t)(os.Stat(backup)).Size())
	equal(t, told > 0, true)
	health := must[*strongroom.Health](t)(store.Health())
	equal(t, len(health.CopiesBeside) == 1 && health.CopiesBeside[0] == backup && !health.LastBackupAt.IsZero(), true)
	_, err := store.Backup(t.Context(), backup)
	fails(t, err, strongroom.ErrAlreadyExists)
	again := must[*strongroom.Store](t)(strongroom.Open(backup, strongroom.WithPassphrase(passphrase), strongroom.WithReadOnly()))
	equal(t, value(t, &again.Operations, "a"), "1")
	ok(t, again.Close())
}

func TestCopiesReplaceTheStore(t *testing.T) {
	store, file := onDisk(t)
	for range 20 {
		must[*strongroom.Written](t)(store.Put("a", make([]byte, 1000)))
	}
	equal(t, must[*strongroom.Copied](t)(store.Compact(t.Context())).Verified.Secrets, 1)
	code := must[*strongroom.RecoveryCode](t)(store.Slots().AddRecoveryCode())
	code.Code.Wipe()
	_, err := store.Purge(t.Context())
	fails(t, err, strongroom.ErrInvalidArgument)
	must[*strongroom.Copied](t)(store.Purge(t.Context(), strongroom.DropOtherSlots()))
	equal(t, len(must[[]strongroom.Slot](t)(store.Slots().List())), 1)
	cost := strongroom.KDFCost{MemoryKiB: 64 * 1024, Passes: 3, Lanes: 4}
	must[*strongroom.Copied](t)(store.Rekey(t.Context(), strongroom.WithPassphrase("new"), strongroom.WithLabel("after"), strongroom.WithKDFCost(cost)))
	slot := must[[]strongroom.Slot](t)(store.Slots().List())[0]
	equal(t, slot.Label == "after" && slot.Kind == strongroom.SlotPassphrase && slot.KDF == cost, true)
	ok(t, store.Close())
	_, err = strongroom.Open(file, strongroom.WithPassphrase(passphrase))
	fails(t, err, strongroom.ErrWrongKey)
	ok(t, must[*strongroom.Store](t)(strongroom.Open(file, strongroom.WithPassphrase("new"))).Close())
}

// A copy of each kind.
var copies = map[string]func(ctx context.Context, store *strongroom.Store, file string, options ...strongroom.CopyOption) error{
	"backup": func(ctx context.Context, store *strongroom.Store, file string, options ...strongroom.CopyOption) error {
		_, err := store.Backup(ctx, file+"-backup", options...)
		return err
	},
	"compact": func(ctx context.Context, store *strongroom.Store, _ string, options ...strongroom.CopyOption) error {
		_, err := store.Compact(ctx, options...)
		return err
	},
	"purge": func(ctx context.Context, store *strongroom.Store, _ string, options ...strongroom.CopyOption) error {
		_, err := store.Purge(ctx, options...)
		return err
	},
	"rekey": func(ctx context.Context, store *strongroom.Store, _ string, options ...strongroom.CopyOption) error {
		_, err := store.Rekey(ctx, strongroom.WithPassphrase("new"), append(options, cheap)...)
		return err
	},
}

// cancelled cancels a copy of each kind, and looks at what is left: the store as it was, and nothing of the copy.
func cancelled(t *testing.T, cancel func(t *testing.T, copy func(ctx context.Context, options ...strongroom.CopyOption) error)) {
	for name, copy := range copies {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			store, file := onDisk(t)
			put(t, &store.Operations, "a", "1")
			pin, objects := must[string](t)(store.Pin()), strongroom.LiveObjects()
			cancel(t, func(ctx context.Context, options ...strongroom.CopyOption) error {
				return copy(ctx, store, file, options...)
			})
			equal(t, strongroom.LiveObjects(), objects)
			equal(t, must[string](t)(store.Pin()), pin)
			equal(t, value(t, &store.Operations, "a"), "1")
			equal(t, len(must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(file)))), 1)
			put(t, &store.Operations, "a", "2")
		})
	}
}

func TestAnErrorOfACallbackCancelsAndComesOut(t *testing.T) {
	enough := errors.New("enough")
	cancelled(t, func(t *testing.T, copy func(context.Context, ...strongroom.CopyOption) error) {
		err := copy(t.Context(), strongroom.WithProgress(func(uint64, uint64) error { return enough }))
		fails(t, err, enough)
		fails(t, err, strongroom.ErrCancelled)
	})
}

func TestAPanicOfACallbackCancelsAndComesOut(t *testing.T) {
	cancelled(t, func(t *testing.T, copy func(context.Context, ...strongroom.CopyOption) error) {
		defer func() { equal(t, recover(), any("enough")) }()
		err := copy(t.Context(), strongroom.WithProgress(func(uint64, uint64) error { panic("enough") }))
		t.Error("no panic came out", err)
	})
}

func TestACallbackThatEndsItsGoroutineCancels(t *testing.T) {
	cancelled(t, func(t *testing.T, copy func(context.Context, ...strongroom.CopyOption) error) {
		err := copy(t.Context(), strongroom.WithProgress(func(uint64, uint64) error { runtime.Goexit(); return nil }))
		fails(t, err, strongroom.ErrCancelled)
	})
}

func TestAContextCancelsACopyThatIsUnderWay(t *testing.T) {
	cancelled(t, func(t *testing.T, copy func(context.Context, ...strongroom.CopyOption) error) {
		ctx, cancel := context.WithCancel(t.Context())
		called := 0
		err := copy(ctx, strongroom.WithProgress(func(uint64, uint64) error { called++; cancel(); return ctx.Err() }))
		fails(t, err, context.Canceled)
		fails(t, err, strongroom.ErrCancelled)
		equal(t, called, 1)
	})
}

func TestAContextThatHasEndedBeginsNoCopy(t *testing.T) {
	cancelled(t, func(t *testing.T, copy func(context.Context, ...strongroom.CopyOption) error) {
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		cancel(enough)
		err := copy(ctx, strongroom.WithProgress(func(uint64, uint64) error { t.Error("called"); return nil }))
		fails(t, err, enough)
		fails(t, err, strongroom.ErrCancelled)
	})
}

func TestACallbackMayReadTheStore(t *testing.T) {
	for name, copy := range copies {
		t.Run(name, func(t *testing.T) {
			store, file := onDisk(t)
			put(t, &store.Operations, "a", "1")
			seen := 0
			ok(t, copy(t.Context(), store, file, strongroom.WithProgress(func(uint64, uint64) error {
				seen++
				equal(t, value(t, &store.Operations, "a"), "1")
				return nil
			})))
			equal(t, seen > 0, true)
		})
	}
}

func TestACallbackOfABackupMayWrite(t *testing.T) {
	store, file := onDisk(t)
	put(t, &store.Operations, "a", "1")
	written := 0
	must[*strongroom.Copied](t)(store.Backup(t.Context(), file+"-backup", strongroom.WithProgress(func(uint64, uint64) error {
		written++
		_, err := store.Put("b", []byte("x"))
		return err
	})))
	equal(t, must[*strongroom.SecretInfo](t)(store.Info("b")).Version, uint64(written))
}

func TestAWriteFromTheCallbackOfACompactionIsRefused(t *testing.T) {
	file := newFile(t)
	store := must[*strongroom.Store](t)(strongroom.Create(file, strongroom.WithRawKey(make([]byte, 32)), strongroom.WithWriteWait(0)))
	defer func() { ok(t, store.Close()) }()
	put(t, &store.Operations, "a", "1")
	_, err := store.Compact(t.Context(), strongroom.WithProgress(func(uint64, uint64) error {
		_, err := store.Put("b", []byte("x"))
		return err
	}))
	fails(t, err, strongroom.ErrInUse)
}
