package strongroom_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// otherLibrary installs a shared library with the names of this one and another version of its interface.
func otherLibrary(t *testing.T) string {
	t.Helper()
	prefix := t.TempDir()
	var source strings.Builder
	for _, symbol := range strings.Fields(read(t, "../../include/strongroom.symbols")) {
		returned := 0
		if symbol == "strongroom_abi_version" {
			returned = 77
		}
		fmt.Fprintf(&source, "int %s(void) { return %d; }\n", symbol, returned)
	}
	ok(t, os.WriteFile(filepath.Join(prefix, "other.c"), []byte(source.String()), 0o600))
	library := filepath.Join(prefix, "libstrongroom.so")
	compile := exec.Command("cc", "-shared", "-fPIC", filepath.Join(prefix, "other.c"), "-o", library)
	if said, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	description := "Name: strongroom\nDescription: another one\nVersion: 77\n" +
		"Libs: -L\"" + prefix + "\" -lstrongroom\nCflags: -I\"" + in("../../include") + "\"\n"
	ok(t, os.WriteFile(filepath.Join(prefix, "strongroom.pc"), []byte(description), 0o600))
	return prefix
}

func TestALibraryWithAnotherInterfaceStopsTheProgram(t *testing.T) {
	prefix := otherLibrary(t)
	program := filepath.Join(prefix, "play")
	build := exec.Command("go", "build", "-tags", "strongroom_shared", "-o", program, "./internal/play")
	build.Dir = source
	// Go caches what pkg-config said before, unless the flags of the environment are other ones.
	build.Env = append(os.Environ(), "PKG_CONFIG_PATH="+prefix, "CGO_LDFLAGS=-L"+prefix)
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	play := exec.Command(program, prefix, "none")
	play.Env = append(os.Environ(), "LD_LIBRARY_PATH="+prefix)
	said, err := play.CombinedOutput()
	if err == nil || !strings.Contains(string(said), "the library has version 77 of its interface, and this program was compiled for") {
		t.Errorf("%v: %s", err, said)
	}
}
