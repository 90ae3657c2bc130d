// Command generate writes what the package takes from include/strongroom.h: kinds.go, enums.go and calls.go.
//
//	go run ./internal/generate          # in bindings/go
//	go run ./internal/generate -check   # only says whether they are as they would be written
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
)

func main() {
	check := flag.Bool("check", false, "compare, and write nothing")
	flag.Parse()
	if err := run(".", *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the files into the folder of the package, or compares them with what is there.
func run(folder string, check bool) error {
	text, err := os.ReadFile(filepath.Join(folder, "..", "..", "include", "strongroom.h"))
	if err != nil {
		return err
	}
	header := parse(string(text))
	for name, source := range map[string]string{
		"kinds.go": kinds(header),
		"enums.go": enums(header),
		"calls.go": calls(header),
	} {
		formatted, err := format.Source([]byte(source))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := write(filepath.Join(folder, name), formatted, check); err != nil {
			return err
		}
	}
	return nil
}

func write(file string, source []byte, check bool) error {
	if !check {
		return os.WriteFile(file, source, 0o644)
	}
	found, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(found, source) {
		return fmt.Errorf("%s is not what include/strongroom.h gives: run go generate", file)
	}
	return nil
}
