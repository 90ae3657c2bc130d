package strongroom_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestTheReadmeOfTheLibraryRuns(t *testing.T) {
	blocks := goBlocks.FindAllStringSubmatch(read(t, "../../README.md"), -1)
	equal(t, len(blocks), 1)
	folder := t.TempDir()
	ok(t, os.Chmod(folder, 0o700))
	file := filepath.Join(folder, "main.go")
	ok(t, os.WriteFile(file, []byte(blocks[0][1]), 0o600))
	run := exec.Command("go", "run", file, filepath.Join(folder, "go.strongroom"))
	run.Dir = source
	said, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	equal(t, string(said), "7 bytes, version 1\nteam/token\n")
}
