package main

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

func TestNothingOfAValueIsLeftInMemory(t *testing.T) {
	// Built anew without the options of this test: the race detector keeps copies of its own.
	scan := exec.Command("go", "run", ".")
	// When Go interrupts a goroutine it saves the vector registers, and nothing wipes that. In them the memcpy of libc leaves what it copied
	// last. The README says so.
	scan.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1")
	printed, err := scan.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	var alone, reading, behind, forgotten, collected, given, unlocked int
	if _, err := fmt.Sscan(string(printed), &alone, &reading, &behind, &forgotten, &collected, &given, &unlocked); err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	t.Logf("of a value: alone %d, reading %d, behind %d, forgotten %d, collected %d", alone, reading, behind, forgotten, collected)
	t.Logf("of a passphrase: given %d, behind %d", given, unlocked)
	if alone < 1 || reading < 4 || forgotten < 2 || given < 1 {
		t.Error("the search does not find what is there")
	}
	if behind != 0 || collected != 0 || unlocked != 0 {
		t.Error("something is left")
	}
}
