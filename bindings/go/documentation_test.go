package strongroom_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// documented is the package as godoc shows it.
func documented(t *testing.T) *doc.Package {
	t.Helper()
	files, all := token.NewFileSet(), []*ast.File{}
	for _, name := range must[[]string](t)(filepath.Glob(in("*.go"))) {
		if !strings.HasSuffix(name, "_test.go") {
			all = append(all, must[*ast.File](t)(parser.ParseFile(files, name, must[[]byte](t)(os.ReadFile(name)), parser.ParseComments)))
		}
	}
	return must[*doc.Package](t)(doc.NewFromFiles(files, all, "strongroom"))
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	found, names := documented(t), 0
	check := func(name, about string) {
		names++
		if strings.TrimSpace(about) == "" {
			t.Errorf("%s is not documented", name)
		}
	}
	check("the package", found.Doc)
	values := append(found.Consts, found.Vars...)
	functions := found.Funcs
	for _, one := range found.Types {
		check(one.Name, one.Doc)
		values = append(append(values, one.Consts...), one.Vars...)
		functions = append(append(functions, one.Funcs...), one.Methods...)
	}
	for _, function := range functions {
		check(function.Name, function.Doc)
	}
	for _, value := range values {
		for _, spec := range value.Decl.Specs {
			one, _ := spec.(*ast.ValueSpec)
			check(one.Names[0].Name, value.Doc+one.Doc.Text())
		}
	}
	equal(t, names > 340, true)
}
