package strongroom_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// source is the folder of the package. The tests run in another one, where the examples may write files.
var source = func() string {
	folder, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return folder
}()

// At the end the library holds no object that was not freed.
func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "strongroom-")
	if err != nil {
		panic(err)
	}
	if err := os.Chdir(folder); err != nil {
		panic(err)
	}
	code := m.Run()
	if !eventually(func() bool { return strongroom.LiveObjects() == 0 }) {
		fmt.Fprintf(os.Stderr, "%d objects of the library are left\n", strongroom.LiveObjects())
		code = 1
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// eventually waits for what the garbage collector brings about. Its end is only there for what never comes.
func eventually(holds func() bool) bool {
	for until := time.Now().Add(120 * time.Second); !holds(); {
		if time.Now().After(until) {
			return false
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return true
}

// nothingLeft waits until what earlier tests forgot is freed, so that a test can count what it makes itself. It comes before all of that.
func nothingLeft(t testing.TB) {
	t.Helper()
	if !eventually(func() bool { return strongroom.LiveObjects() == 0 }) {
		t.Fatalf("%d objects of earlier tests are left", strongroom.LiveObjects())
	}
}

var (
	// As cheap as the library accepts.
	cheap = strongroom.WithKDFCost(strongroom.KDFCost{MemoryKiB: 19 * 1024, Passes: 1, Lanes: 1})
	// Other goroutines may stand still for long before a write gets its turn, but one that never comes must fail a test.
	patient = strongroom.WithWriteWait(2 * time.Minute)
	start   = time.Date(2026, 3, 1, 12, 0, 0, 123_000_000, time.UTC)
)

const passphrase = "open sesame"

func must[T any](t testing.TB) func(T, error) T {
	return func(got T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// fails holds an error against its kind.
func fails(t testing.TB, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want %v", err, kind)
	}
}

func newClock(t testing.TB) *strongroom.ManualClock {
	t.Helper()
	return must[*strongroom.ManualClock](t)(strongroom.NewManualClock(start))
}

func inMemory(t testing.TB, options ...strongroom.Option) *strongroom.Store {
	t.Helper()
	store := must[*strongroom.Store](t)(strongroom.InMemory(append([]strongroom.Option{patient}, options...)...))
	t.Cleanup(func() { ok(t, store.Close()) })
	return store
}

// newFile is a path where a store can be.
func newFile(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	ok(t, os.Chmod(folder, 0o700))
	return filepath.Join(folder, "test.strongroom")
}

// onDisk is a new store in a file, that the passphrase opens.
func onDisk(t testing.TB) (*strongroom.Store, string) {
	t.Helper()
	file := newFile(t)
	store := must[*strongroom.Store](t)(strongroom.Create(file, strongroom.WithPassphrase(passphrase), cheap, patient))
	t.Cleanup(func() { ok(t, store.Close()) })
	return store, file
}

func put(t testing.TB, on *strongroom.Operations, path, value string, changes ...strongroom.Change) *strongroom.Written {
	t.Helper()
	return must[*strongroom.Written](t)(on.Put(path, []byte(value), changes...))
}

// value is the current value of a secret.
func value(t testing.TB, on *strongroom.Operations, path string) string {
	t.Helper()
	secret := must[*strongroom.Secret](t)(on.Get(path))
	defer secret.Wipe()
	return secret.Reveal()
}

func paths(t testing.TB, on *strongroom.Operations, filters ...strongroom.Filter) []string {
	t.Helper()
	var all []string
	for info, err := range on.Scan(filters...) {
		ok(t, err)
		all = append(all, info.Path)
	}
	return all
}
