package strongroom_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/strongroom/strongroom/bindings/go"
)

// The Rust library wrote this store. What is in it stands beside it.
func TestAGoldenStoreHasEverythingInIt(t *testing.T) {
	golden := filepath.Join(source, "..", "..", "tests", "golden", "v1")
	said := fields(t, filepath.Join(golden, "everything.txt"))
	key := must[[]byte](t)(hex.DecodeString(strings.Fields(said["unlock"][0])[1]))
	file := newFile(t)
	ok(t, os.WriteFile(file, must[[]byte](t)(os.ReadFile(filepath.Join(golden, "everything.store"))), 0o600))
	store := must[*strongroom.Store](t)(strongroom.Open(file, strongroom.WithRawKey(key), strongroom.WithReadOnly()))
	defer func() { ok(t, store.Close()) }()
	equal(t, must[string](t)(store.Pin()), said["pin"][0])
	found := must[*strongroom.Verified](t)(store.Verify())
	equal(t, fmt.Sprint(found.Secrets, found.Trashed, found.Versions, found.Events), said["counts"][0])
	ids := map[string]bool{}
	for info, err := range store.Scan(strongroom.InState(strongroom.ListAll)) {
		ok(t, err)
		ids[info.ID] = true
	}
	equal(t, len(ids), len(said["secret"]))
	for _, one := range said["secret"] {
		equal(t, ids[strings.Fields(one)[0]], true)
	}
}

// fields are the lines of a description, by what stands before the colon.
func fields(t *testing.T, file string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for line := range strings.Lines(string(must[[]byte](t)(os.ReadFile(file)))) {
		if name, said, found := strings.Cut(strings.TrimSpace(line), ": "); found {
			all[name] = append(all[name], said)
		}
	}
	return all
}
