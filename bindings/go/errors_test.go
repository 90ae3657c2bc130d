package strongroom_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/strongroom/strongroom/bindings/go"
)

func TestAMissingSecretIsWhatGoHasForIt(t *testing.T) {
	store := inMemory(t)
	_, err := store.Get("no/such")
	fails(t, err, strongroom.ErrNotFound)
	fails(t, err, fs.ErrNotExist)
	equal(t, errors.Is(err, strongroom.ErrConflict) || errors.Is(err, fs.ErrExist), false)
	equal(t, err.Error(), "strongroom: there is no secret at no/such")
	var failed *strongroom.Error
	equal(t, errors.As(err, &failed), true)
	equal(t, failed.Code, 10)
	equal(t, failed.Name, "not_found")
	equal(t, failed.Retryable || failed.OSError != 0 || failed.Holder != "", false)
	var details struct{ Code int }
	ok(t, json.Unmarshal([]byte(failed.Details), &details))
	equal(t, details.Code, 10)
}

func TestKindsAreWhatTheStandardLibraryHas(t *testing.T) {
	for kind, standard := range map[error]error{
		strongroom.ErrNotFound: fs.ErrNotExist, strongroom.ErrAlreadyExists: fs.ErrExist,
		strongroom.ErrClosed: fs.ErrClosed, strongroom.ErrPermissionDenied: fs.ErrPermission,
	} {
		fails(t, kind, standard)
	}
	equal(t, errors.Is(strongroom.ErrIO, fs.ErrNotExist), false)
}

func TestErrorsOfTheOperatingSystemComeAlong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "missing", "store")
	_, err := strongroom.Create(file, strongroom.WithPassphrase(passphrase), cheap)
	fails(t, err, syscall.ENOENT)
	var failed *strongroom.Error
	equal(t, errors.As(err, &failed), true)
	equal(t, failed.OSError, syscall.ENOENT)
}

func TestAFileInUseSaysByWhomAndCanBeTriedAgain(t *testing.T) {
	_, file := onDisk(t)
	_, err := strongroom.Open(file, strongroom.WithPassphrase(passphrase))
	fails(t, err, strongroom.ErrInUse)
	var failed *strongroom.Error
	equal(t, errors.As(err, &failed), true)
	equal(t, failed.Holder, "writer")
	equal(t, failed.Retryable, true)
}
