package strongroom_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// in is the path of a file of the package.
func in(file string) string { return filepath.Join(source, file) }

// read is the text of a file of the package.
func read(t *testing.T, file string) string {
	t.Helper()
	return string(must[[]byte](t)(os.ReadFile(in(file))))
}

var (
	comments = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	goCalls  = regexp.MustCompile(`\bC\.(strongroom_\w+)\(`)
	cBlocks  = regexp.MustCompile(`(?s)/\*(.*?)\*/\nimport "C"`)
	cCalls   = regexp.MustCompile(`\b(strongroom_\w+)\(`)
)

// called are the functions of the library that the sources of the package call, from Go or from the C before import "C".
func called(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	files := must[[]string](t)(filepath.Glob(in("*.go")))
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text := string(must[[]byte](t)(os.ReadFile(file)))
		for _, block := range cBlocks.FindAllStringSubmatch(text, -1) {
			for _, call := range cCalls.FindAllStringSubmatch(comments.ReplaceAllString(block[1], ""), -1) {
				all[call[1]] = true
			}
		}
		for _, call := range goCalls.FindAllStringSubmatch(comments.ReplaceAllString(text, ""), -1) {
			all[call[1]] = true
		}
	}
	return all
}

// unused are the functions of the library that this package has no use for, and why.
var unused = map[string]string{
	"strongroom_read":       "SecretBytes hold an object of the library's, and GetInto needs none",
	"strongroom_read_block": "as strongroom_read",
}

func TestEveryFunctionOfTheLibraryIsCalled(t *testing.T) {
	symbols := strings.Fields(read(t, "../../include/strongroom.symbols"))
	equal(t, len(symbols) >= 150, true)
	found := called(t)
	for _, symbol := range symbols {
		if found[symbol] == (unused[symbol] != "") {
			t.Errorf("%s is called, or is not and no reason is given", symbol)
		}
		delete(found, symbol)
	}
	delete(found, "strongroom_test_panic") // only in builds of the library for tests
	for other := range found {
		t.Errorf("%s is called, and not in the list", other)
	}
}

func TestGeneratedSourcesAreUpToDate(t *testing.T) {
	generate := exec.Command("go", "run", "./internal/generate", "-check")
	generate.Dir = source
	if said, err := generate.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
}

func TestTheArchiveIsLinkedWithWhatItNeeds(t *testing.T) {
	linked := regexp.MustCompile(`libstrongroom\.a (.*)\n`).FindStringSubmatch(read(t, "static.go"))
	needed := regexp.MustCompile(`Libs.private: (.*)\n`).FindStringSubmatch(read(t, "lib/strongroom.pc"))
	if len(linked) != 2 || len(needed) != 2 || linked[1] != needed[1] {
		t.Errorf("linked with %v, and it needs %v", linked, needed)
	}
}

// A build of the package in a folder where the archive is not says what to do.
func TestAMissingArchiveIsNamed(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "bindings", "go")
	ok(t, os.MkdirAll(folder, 0o700))
	for _, file := range append(must[[]string](t)(filepath.Glob(in("*.go"))), in("go.mod")) {
		ok(t, os.WriteFile(filepath.Join(folder, filepath.Base(file)), must[[]byte](t)(os.ReadFile(file)), 0o600))
	}
	headers := filepath.Join(folder, "..", "..", "include")
	ok(t, os.MkdirAll(headers, 0o700))
	ok(t, os.WriteFile(filepath.Join(headers, "strongroom.h"), []byte(read(t, "../../include/strongroom.h")), 0o600))
	build := exec.Command("go", "build", ".")
	build.Dir = folder
	said, err := build.CombinedOutput()
	if err == nil || !strings.Contains(string(said), "Run bindings/go/build-library in a checkout") {
		t.Errorf("%v: %s", err, said)
	}
}

var goBlocks = regexp.MustCompile("(?s)```go\n(.*?)```")

// body is the body of an example function, as it stands in example_test.go.
func body(t *testing.T, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)\nfunc ` + name + `\(\) \{\n(.*?)\n\t// (?:Unordered o|O)utput:`).FindStringSubmatch(read(t, "example_test.go"))
	if found == nil {
		t.Fatalf("there is no %s", name)
	}
	return strings.TrimSpace(strings.ReplaceAll(found[1], "\n\t", "\n")) + "\n"
}

func TestTheBlocksOfTheReadmeAreTheExamples(t *testing.T) {
	blocks := goBlocks.FindAllStringSubmatch(read(t, "README.md"), -1)
	examples := []string{"Example", "Example_writing", "Example_rotating", "Example_auditing", "Example_following", "Example_keeping"}
	equal(t, len(blocks), len(examples))
	for index, name := range examples {
		if blocks[index][1] != body(t, name) {
			t.Errorf("block %d is not the body of %s", index+1, name)
		}
	}
}

func TestTheExampleOfThePackageIsTheFirstOne(t *testing.T) {
	indented := strings.ReplaceAll("\t"+strings.ReplaceAll(strings.TrimSpace(body(t, "Example")), "\n", "\n\t"), "\n\t\n", "\n\n")
	said := regexp.MustCompile(`(?m)^//(?: |$)?`).ReplaceAllString(read(t, "doc.go"), "")
	if !strings.Contains(said, indented) {
		t.Errorf("doc.go does not have:\n%s", indented)
	}
}

func TestTheModuleNeedsNothingElse(t *testing.T) {
	if strings.Contains(read(t, "go.mod"), "require") {
		t.Error("go.mod requires another module")
	}
}

func TestThePackageCarriesTheLicences(t *testing.T) {
	for _, file := range []string{"LICENSE-APACHE", "LICENSE-MIT"} {
		equal(t, read(t, file), read(t, "../../"+file))
	}
}
