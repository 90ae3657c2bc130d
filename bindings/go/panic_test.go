//go:build strongroom_test_panic

package strongroom

import (
	"errors"
	"testing"
)

func TestAPanicOfTheLibraryIsAnError(t *testing.T) {
	for range 3 {
		if err := testPanic(); !errors.Is(err, ErrInternal) {
			t.Fatal(err)
		}
	}
	store, err := InMemory()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Put("a", []byte("1")); err != nil {
		t.Error(err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}
