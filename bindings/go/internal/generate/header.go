package main

import (
	"regexp"
	"strings"
)

// A constant of the header, without the STRONGROOM_ it begins with.
type constant struct{ name, about string }

// A function of the header.
type function struct {
	name string
	// ofStore says that it is given a store, or gives one.
	ofStore bool
}

// What is taken from the header.
type header struct {
	errors    []constant
	constants []constant
	functions []function
}

var (
	errorLines    = regexp.MustCompile(`(?m)^/\* (.*) \*/\n#define STRONGROOM_E_(\w+) \d+$`)
	constantLines = regexp.MustCompile(`(?m)^/\*\*\n \* (.*(?:\n \* .*)*)\n \*/\n#define STRONGROOM_(\w+) -?\d+$`)
	functionLines = regexp.MustCompile(`(?m)^(?:STRONGROOM_API )?[\w ]+?\*?(strongroom_\w+)\(([^;]*)\);`)
	testOnly      = regexp.MustCompile(`(?s)#if defined\(STRONGROOM_TEST_PANIC\).*?#endif`)
)

func parse(text string) header {
	var found header
	for _, match := range errorLines.FindAllStringSubmatch(text, -1) {
		found.errors = append(found.errors, constant{match[2], match[1]})
	}
	for _, match := range constantLines.FindAllStringSubmatch(text, -1) {
		about := strings.ReplaceAll(match[1], "\n * ", " ")
		found.constants = append(found.constants, constant{match[2], about})
	}
	for _, match := range functionLines.FindAllStringSubmatch(testOnly.ReplaceAllString(text, ""), -1) {
		ofStore := strings.Contains(match[2], "struct strongroom_store ")
		found.functions = append(found.functions, function{match[1], ofStore})
	}
	return found
}

// The words that Go writes in capitals.
var initialisms = map[string]string{"IO": "IO", "KDF": "KDF", "OK": "OK"}

// goName turns KDF_LIMITS into KDFLimits.
func goName(name string) string {
	var made strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if whole, ok := initialisms[word]; ok {
			made.WriteString(whole)
			continue
		}
		made.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return made.String()
}
