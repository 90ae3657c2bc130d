// Command play plays scenarios of bindings/conformance through this package.
//
//	go run ./internal/play FOLDER SCENARIO...
//
// FOLDER is for the stores. What was wrong goes to the standard error; the exit status is 0 if all of them passed, and nothing of the
// library is left.
package main

import (
	"fmt"
	"os"

	"github.com/strongroom/strongroom/bindings/go/internal/conformance"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: play FOLDER SCENARIO...")
		os.Exit(2)
	}
	folder, scenarios := os.Args[1], os.Args[2:]
	passed := 0
	for _, scenario := range scenarios {
		if err := conformance.Play(folder, scenario); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", scenario, err)
			continue
		}
		passed++
	}
	left := conformance.Left()
	if left != 0 {
		fmt.Fprintf(os.Stderr, "%d objects were not freed\n", left)
	}
	fmt.Printf("%d of %d scenarios\n", passed, len(scenarios))
	if passed != len(scenarios) || left != 0 {
		os.Exit(1)
	}
}
