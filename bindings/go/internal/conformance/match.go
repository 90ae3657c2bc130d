package conformance

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
)

// match holds a result against a pattern.
func (p *player) match(pattern, found any) error {
	if name, ok := pattern.(string); ok && strings.HasPrefix(name, "$") {
		return p.matchName(name, found)
	}
	if value, ok := found.([]byte); ok {
		if !bytes.Equal(value, valueOf(pattern)) {
			return fmt.Errorf("another value than %v was given", pattern)
		}
		return nil
	}
	switch expected := pattern.(type) {
	case object:
		return p.matchMembers(expected, found)
	case []any:
		return p.matchItems(expected, found)
	}
	if !reflect.DeepEqual(pattern, found) {
		return fmt.Errorf("%v was expected, and %v was given", pattern, found)
	}
	return nil
}

func (p *player) matchName(name string, found any) error {
	known, ok := p.names[name]
	if !ok {
		p.names[name] = found
		return nil
	}
	if !reflect.DeepEqual(known, found) {
		return fmt.Errorf("%s was %v, and %v was given", name, known, found)
	}
	return nil
}

func (p *player) matchMembers(expected object, found any) error {
	members, ok := found.(object)
	if !ok {
		return fmt.Errorf("%v was expected, and %v was given", expected, found)
	}
	for name, pattern := range expected {
		member, ok := members[name]
		if !ok {
			return fmt.Errorf("there is no %s", name)
		}
		if err := p.match(pattern, member); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (p *player) matchItems(expected []any, found any) error {
	items, ok := found.([]any)
	if !ok || len(items) != len(expected) {
		return fmt.Errorf("%v was expected, and %v was given", expected, found)
	}
	for index, pattern := range expected {
		if err := p.match(pattern, items[index]); err != nil {
			return fmt.Errorf("%d: %w", index, err)
		}
	}
	return nil
}

// valueOf are the bytes of a value as scenarios write it.
func valueOf(said any) []byte {
	switch value := said.(type) {
	case []byte: // what was found under a name
		return value
	case string:
		return []byte(value)
	case object:
		if digits, ok := value["hex"].(string); ok {
			made, err := hex.DecodeString(digits)
			if err == nil {
				return made
			}
		}
		piece, _ := value["repeat"].(string)
		times, _ := value["times"].(float64)
		return bytes.Repeat([]byte(piece), int(times))
	}
	return nil
}
