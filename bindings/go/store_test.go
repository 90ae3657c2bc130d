package strongroom_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

func TestWhatIsWrittenIsThereAfterOpeningAgain(t *testing.T) {
	store, file := onDisk(t)
	put(t, &store.Operations, "a", "1")
	pin := must[string](t)(store.Pin())
	ok(t, store.Close())
	again := must[*strongroom.Store](t)(strongroom.Open(file, strongroom.WithPassphrase([]byte(passphrase)),
		strongroom.WithReadOnly(), strongroom.WithPin(pin)))
	defer func() { ok(t, again.Close()) }()
	equal(t, value(t, &again.Operations, "a"), "1")
	report := must[*strongroom.OpenReport](t)(again.OpenReport())
	equal(t, *report, strongroom.OpenReport{Verified: true, Pin: strongroom.PinInHistory})
	_, err := again.Put("a", []byte("2"))
	fails(t, err, strongroom.ErrReadOnly)
}

func TestAnUnreadableCopyOfTheKeyHeaderIsTold(t *testing.T) {
	store, file := onDisk(t)
	equal(t, must[*strongroom.OpenReport](t)(store.OpenReport()).UnreadableHeader, false)
	ok(t, store.Close())
	content := must[[]byte](t)(os.ReadFile(file))
	content[100] ^= 1
	ok(t, os.WriteFile(file, content, 0o600))
	again := must[*strongroom.Store](t)(strongroom.Open(file, strongroom.WithPassphrase(passphrase)))
	defer func() { ok(t, again.Close()) }()
	equal(t, must[*strongroom.OpenReport](t)(again.OpenReport()).UnreadableHeader, true)
}

func TestWhatIsNoStoreIsRefused(t *testing.T) {
	file := newFile(t)
	_, err := strongroom.Open(file, strongroom.WithPassphrase(passphrase))
	fails(t, err, strongroom.ErrNotFound)
	ok(t, os.WriteFile(file, []byte(strings.Repeat("not a store", 2000)), 0o600))
	_, err = strongroom.Open(file, strongroom.WithPassphrase(passphrase))
	fails(t, err, strongroom.ErrNotAStore)
	_, err = strongroom.Create(file, strongroom.WithPassphrase(passphrase), cheap)
	fails(t, err, strongroom.ErrAlreadyExists)
	_, err = strongroom.Open(file, strongroom.Key{})
	if err == nil {
		t.Error("a store was opened without a key")
	}
}

func TestClosingIsIdempotentAndFinal(t *testing.T) {
	store, _ := onDisk(t)
	put(t, &store.Operations, "a", "1")
	ok(t, store.Close())
	ok(t, store.Close())
	for name, use := range map[string]func() error{
		"get":    func() error { _, err := store.Get("a"); return err },
		"put":    func() error { _, err := store.Put("a", nil); return err },
		"list":   func() error { _, err := store.List(); return err },
		"health": func() error { _, err := store.Health(); return err },
		"begin":  func() error { return store.Transaction(func(*strongroom.Tx) error { return nil }) },
		"backup": func() error { _, err := store.Backup(context.Background(), "x"); return err },
	} {
		if err := use(); !errors.Is(err, strongroom.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAStoreIsClosedThoughAnotherWriteIsUnderWay(t *testing.T) {
	key := strongroom.WithRawKey(make([]byte, 32))
	store := must[*strongroom.Store](t)(strongroom.Create(newFile(t), key, strongroom.WithWriteWait(0)))
	other := must[*strongroom.Store](t)(store.As(strongroom.Reason("other")))
	defer func() { ok(t, other.Close()) }()
	put(t, &store.Operations, "a", "1")
	// The event of a read waits to be written.
	value(t, &store.Operations, "a")
	var closed []error
	_, err := other.Compact(t.Context(), strongroom.WithProgress(func(uint64, uint64) error {
		closed = append(closed, store.Close())
		_, err := store.Get("a")
		return err
	}))
	fails(t, err, strongroom.ErrClosed)
	equal(t, len(closed), 1)
	fails(t, closed[0], strongroom.ErrInUse)
	ok(t, store.Close())
}

func TestEveryKindOfKeyOpens(t *testing.T) {
	file := newFile(t)
	keyFile := filepath.Join(filepath.Dir(file), "key")
	ok(t, strongroom.CreateKeyFile(keyFile))
	fails(t, strongroom.CreateKeyFile(keyFile), strongroom.ErrAlreadyExists)
	raw := strongroom.NewSecretBytes([]byte(strings.Repeat("\x07", 32)))
	defer raw.Wipe()
	store := must[*strongroom.Store](t)(strongroom.Create(file, strongroom.WithRawKey(raw), cheap))
	slots := store.Slots()
	both := strongroom.WithKeyFileAndPassphrase(keyFile, "both")
	ids := map[strongroom.SlotKind]string{
		strongroom.SlotRawKey:               must[string](t)(slots.Check(strongroom.WithRawKey(raw))),
		strongroom.SlotPassphrase:           must[string](t)(slots.Add(strongroom.WithPassphrase("pässword"), strongroom.WithLabel("Anna"), cheap)),
		strongroom.SlotKeyFile:              must[string](t)(slots.Add(strongroom.WithKeyFile(keyFile))),
		strongroom.SlotPassphraseAndKeyFile: must[string](t)(slots.Add(both, cheap)),
	}
	recovery := must[*strongroom.RecoveryCode](t)(slots.AddRecoveryCode(strongroom.WithLabel("safe")))
	defer recovery.Code.Wipe()
	ids[strongroom.SlotRecoveryCode] = recovery.ID
	labels := map[strongroom.SlotKind]string{strongroom.SlotPassphrase: "Anna", strongroom.SlotRecoveryCode: "safe"}
	for _, slot := range must[[]strongroom.Slot](t)(slots.List()) {
		equal(t, slot.ID, ids[slot.Kind])
		equal(t, slot.Label, labels[slot.Kind])
		equal(t, slot.UnlockedThisHandle, slot.Kind == strongroom.SlotRawKey)
		stretched := slot.Kind == strongroom.SlotPassphrase || slot.Kind == strongroom.SlotPassphraseAndKeyFile
		equal(t, slot.KDF != strongroom.KDFCost{}, stretched)
		delete(ids, slot.Kind)
	}
	equal(t, len(ids), 0)
	ok(t, store.Close())
	for _, key := range []strongroom.Key{
		strongroom.WithPassphrase("pässword"), strongroom.WithKeyFile(keyFile), both, strongroom.WithRawKey(raw),
		strongroom.WithRecoveryCode(recovery.Code), strongroom.WithRecoveryCode(strings.ToLower(recovery.Code.Reveal())),
	} {
		ok(t, must[*strongroom.Store](t)(strongroom.Open(file, key)).Close())
	}
	for _, key := range []strongroom.Key{
		strongroom.WithRawKey("too short"), strongroom.WithRecoveryCode("no code"), strongroom.WithPassphrase(""),
	} {
		_, err := strongroom.Open(file, key)
		fails(t, err, strongroom.ErrInvalidArgument)
	}
	for _, key := range []strongroom.Key{
		strongroom.WithKeyFile(keyFile + "x"), strongroom.WithKeyFileAndPassphrase(keyFile+"x", "both"),
	} {
		_, err := strongroom.Open(file, key)
		fails(t, err, strongroom.ErrNotFound)
	}
	_, err := strongroom.Open(file, strongroom.WithPassphrase("wrong"))
	fails(t, err, strongroom.ErrWrongKey)
}

func TestACredentialThatWasWipedIsRefused(t *testing.T) {
	_, file := onDisk(t)
	gone := strongroom.NewSecretBytes(passphrase)
	gone.Wipe()
	_, err := strongroom.Open(file, strongroom.WithPassphrase(gone))
	fails(t, err, strongroom.ErrClosed)
	_, err = strongroom.Open(file, strongroom.WithKeyFileAndPassphrase(keyFile(t), gone))
	fails(t, err, strongroom.ErrClosed)
}

// keyFile is a new key file.
func keyFile(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "key")
	ok(t, strongroom.CreateKeyFile(file))
	return file
}

func TestSlotsAreChangedAndRemoved(t *testing.T) {
	store, _ := onDisk(t)
	slots := store.Slots()
	ok(t, slots.ChangePassphrase(strongroom.WithPassphrase(passphrase), strongroom.WithPassphrase("another one")))
	_, err := slots.Check(strongroom.WithPassphrase(passphrase))
	fails(t, err, strongroom.ErrWrongKey)
	fails(t, slots.ChangePassphrase(strongroom.WithPassphrase("x"), strongroom.WithPassphrase("y")), strongroom.ErrWrongKey)
	code := must[*strongroom.RecoveryCode](t)(slots.AddRecoveryCode())
	defer code.Code.Wipe()
	equal(t, must[string](t)(slots.Check(strongroom.WithRecoveryCode(code.Code))), code.ID)
	ok(t, slots.Remove(code.ID))
	fails(t, slots.Remove(code.ID), strongroom.ErrNotFound)
	must[string](t)(slots.Add(strongroom.WithRawKey(make([]byte, 32)), strongroom.WithLabel("machine")))
	last := must[[]strongroom.Slot](t)(slots.List())[0]
	fails(t, slots.Remove(last.ID), strongroom.ErrInvalidArgument)
	ok(t, slots.Remove(last.ID, strongroom.LeaveRawKeysOnly()))
}

func TestLockingWipesTheKeys(t *testing.T) {
	store, _ := onDisk(t)
	put(t, &store.Operations, "a", "1")
	ok(t, store.Lock())
	equal(t, must[bool](t)(store.IsLocked()), true)
	equal(t, must[*strongroom.Health](t)(store.Health()).Status, strongroom.HealthLocked)
	_, err := store.Get("a")
	fails(t, err, strongroom.ErrLocked)
	fails(t, store.Unlock(strongroom.WithPassphrase("wrong")), strongroom.ErrWrongKey)
	ok(t, store.Unlock(strongroom.WithPassphrase(strongroom.NewSecretBytes(passphrase))))
	equal(t, must[bool](t)(store.IsLocked()), false)
	equal(t, value(t, &store.Operations, "a"), "1")
	idle := must[time.Duration](t)(store.Idle())
	equal(t, idle >= 0 && idle < time.Minute, true)
}

func TestHealthAndVerification(t *testing.T) {
	store, _ := onDisk(t)
	put(t, &store.Operations, "a", "1")
	put(t, &store.Operations, "a", "2")
	put(t, &store.Operations, "b", "1")
	must[*strongroom.Deleted](t)(store.Delete("b"))
	verified := must[*strongroom.Verified](t)(store.Verify())
	equal(t, verified.Secrets == 1 && verified.Trashed == 1 && verified.Versions == 3 && verified.Events >= 4, true)
	health := must[*strongroom.Health](t)(store.Health())
	equal(t, health.Status.String(), "ok")
	equal(t, health.InPlace && !health.ClockJumped && health.FreeBytes > 0 && health.FreeBytes < strongroom.NoFreeBytes, true)
	equal(t, health.LastBackupAt.IsZero() && !health.LastVerifiedAt.IsZero(), true)
	equal(t, health.FormatVersion > 0 && health.Generation > 0, true)
	status := must[*strongroom.MemoryStatus](t)(store.MemoryStatus())
	equal(t, status.WipedOnFork || status.ExcludedFromDumps, true)
	equal(t, must[*strongroom.Health](t)(inMemory(t).Health()).FreeBytes, uint64(math.MaxUint64))
}

func TestPinsTellStoresApart(t *testing.T) {
	store, file := onDisk(t)
	other := must[*strongroom.Store](t)(strongroom.Create(file+"2", strongroom.WithRawKey(make([]byte, 32))))
	pin := must[string](t)(other.Pin())
	ok(t, other.Close())
	ok(t, store.Close())
	_, err := strongroom.Open(file, strongroom.WithPassphrase(passphrase), strongroom.WithPin(pin))
	fails(t, err, strongroom.ErrWrongStore)
	_, err = strongroom.Open(file, strongroom.WithPassphrase(passphrase), strongroom.WithPin("no pin"))
	fails(t, err, strongroom.ErrInvalidArgument)
}

func TestAnOlderCopyIsSeenByItsPin(t *testing.T) {
	store, file := onDisk(t)
	put(t, &store.Operations, "a", "1")
	ok(t, store.Close())
	older := must[[]byte](t)(os.ReadFile(file))
	again := must[*strongroom.Store](t)(strongroom.Open(file, strongroom.WithPassphrase(passphrase)))
	put(t, &again.Operations, "a", "2")
	pin := must[string](t)(again.Pin())
	ok(t, again.Close())
	ok(t, os.WriteFile(file, older, 0o600))
	_, err := strongroom.Open(file, strongroom.WithPassphrase(passphrase), strongroom.WithPin(pin))
	fails(t, err, strongroom.ErrRolledBack)
}

func TestOptionsArePassedOn(t *testing.T) {
	file, raw := newFile(t), strongroom.WithRawKey(make([]byte, 32))
	store := must[*strongroom.Store](t)(strongroom.Create(file, raw, strongroom.WithEnvironment(strongroom.EnvironmentTest),
		strongroom.WithCacheBytes(1<<20), strongroom.WithWriteWait(50*time.Millisecond), strongroom.WithNetworkFS()))
	equal(t, must[strongroom.Environment](t)(store.Environment()).String(), "test")
	ok(t, store.Close())
	ok(t, os.Chmod(file, 0o644))
	_, err := strongroom.Open(file, raw)
	fails(t, err, strongroom.ErrFileRefused)
	store = must[*strongroom.Store](t)(strongroom.Open(file, raw, strongroom.WithSharedMode(), strongroom.WithVerifyUpTo(0)))
	equal(t, must[*strongroom.OpenReport](t)(store.OpenReport()).Verified, false)
	ok(t, store.Close())
	for _, option := range []strongroom.Option{strongroom.WithWait(-1), strongroom.WithWriteWait(-1)} {
		_, err = strongroom.InMemory(option)
		fails(t, err, strongroom.ErrInvalidArgument)
	}
	_, err = strongroom.InMemory(strongroom.WithKDFCost(strongroom.KDFCost{MemoryKiB: 1}))
	fails(t, err, strongroom.ErrKDFLimits)
}

func TestMemoryOfKeysCanBeRequiredToBeLocked(t *testing.T) {
	store, err := strongroom.InMemory(strongroom.WithLockedMemory())
	if err != nil {
		fails(t, err, strongroom.ErrOutOfMemory)
		return
	}
	equal(t, must[*strongroom.MemoryStatus](t)(store.MemoryStatus()).Locked, true)
	ok(t, store.Close())
}

func TestTheFloorOfCosts(t *testing.T) {
	store, _ := onDisk(t)
	floor := strongroom.KDFCost{MemoryKiB: 20 * 1024, Passes: 1, Lanes: 1}
	ok(t, store.Policy().SetKDFFloor(floor))
	equal(t, must[strongroom.KDFCost](t)(store.Policy().KDFFloor()), floor)
	_, err := store.Slots().Add(strongroom.WithPassphrase("cheap"), cheap)
	fails(t, err, strongroom.ErrKDFLimits)
	fails(t, store.Policy().SetKDFFloor(strongroom.KDFCost{MemoryKiB: 1, Passes: 1, Lanes: 1}), strongroom.ErrKDFLimits)
}

func TestOpeningWaitsForTheOtherHandle(t *testing.T) {
	store, file := onDisk(t)
	key := strongroom.WithPassphrase(passphrase)
	begun := time.Now()
	_, err := strongroom.Open(file, key, strongroom.WithWait(20*time.Millisecond))
	fails(t, err, strongroom.ErrInUse)
	_, err = strongroom.OpenContext(t.Context(), file, key, strongroom.WithWait(80*time.Millisecond))
	fails(t, err, strongroom.ErrInUse)
	equal(t, time.Since(begun) >= 100*time.Millisecond, true)
	opened := make(chan error)
	go func() {
		again, err := strongroom.OpenContext(t.Context(), file, key, strongroom.WithWait(time.Minute))
		if err == nil {
			err = again.Close()
		}
		opened <- err
	}()
	ok(t, store.Close())
	ok(t, <-opened)
}

func TestAContextEndsTheWait(t *testing.T) {
	_, file := onDisk(t)
	key, enough := strongroom.WithPassphrase(passphrase), errors.New("enough")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 60*time.Millisecond, enough)
	defer cancel()
	begun := time.Now()
	_, err := strongroom.OpenContext(ctx, file, key, strongroom.WithWait(time.Hour))
	fails(t, err, enough)
	equal(t, time.Since(begun) < time.Minute, true)
	_, err = strongroom.OpenContext(ctx, file+"x", key)
	fails(t, err, enough)
}

func TestWhatNeedsNoStore(t *testing.T) {
	equal(t, strings.Count(strongroom.Version(), "."), 2)
	equal(t, strongroom.VersionNumber() > 0, true)
	found := must[*strongroom.Capabilities](t)(strongroom.LibraryCapabilities())
	equal(t, found.Features["transactions"], true)
	equal(t, found.Limits["path_len_max"], 512)
	cost, took, err := strongroom.Calibrate(time.Millisecond, 19*1024)
	ok(t, err)
	equal(t, cost.MemoryKiB, 19*1024)
	equal(t, took > 0, true)
	_, _, err = strongroom.Calibrate(-1, 19*1024)
	fails(t, err, strongroom.ErrInvalidArgument)
	data := []byte("secret")
	equal(t, strongroom.Equal(data, []byte("secret")) && !strongroom.Equal(data, []byte("secreT")) && strongroom.Equal(nil, nil), true)
	strongroom.Wipe(data)
	strongroom.Wipe(nil)
	equal(t, slices.Equal(data, make([]byte, 6)), true)
}

func TestAClockShowsWhatItIsTold(t *testing.T) {
	clock := newClock(t)
	equal(t, must[time.Time](t)(clock.Now()), start)
	ok(t, clock.Advance(time.Hour))
	equal(t, must[time.Time](t)(clock.Now()), start.Add(time.Hour))
	ok(t, clock.Set(start.Add(-time.Hour)))
	equal(t, must[time.Time](t)(clock.Now()), start.Add(-time.Hour))
	fails(t, clock.Advance(-1), strongroom.ErrInvalidArgument)
}

func TestAClockShowsNoTimeOfWhichCHasNoNumber(t *testing.T) {
	clock := newClock(t)
	for _, far := range []time.Time{time.Unix(1<<62, 0), time.Unix(-1<<62, 0), time.UnixMilli(math.MinInt64)} {
		fails(t, clock.Set(far), strongroom.ErrInvalidArgument)
		_, err := strongroom.NewManualClock(far)
		fails(t, err, strongroom.ErrInvalidArgument)
	}
	equal(t, must[time.Time](t)(clock.Now()), start)
}

func TestAClosedClockGoesOnForItsStores(t *testing.T) {
	nothingLeft(t)
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	before := strongroom.LiveObjects()
	ok(t, clock.Close())
	ok(t, clock.Close())
	equal(t, strongroom.LiveObjects(), before-1)
	_, err := clock.Now()
	fails(t, err, strongroom.ErrClosed)
	equal(t, put(t, &store.Operations, "a", "1").CreatedAt, start)
	_, err = strongroom.InMemory(strongroom.WithClock(clock))
	fails(t, err, strongroom.ErrClosed)
}
