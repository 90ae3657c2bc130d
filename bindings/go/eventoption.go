package strongroom

// #include "strongroom.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// EventOption says which events [Store.Subscribe] and [Store.Changes] tell. Without a [Kind] they tell all but those of reads
// ("secret.accessed").
type EventOption interface{ events(to *eventSettings) }

// NamespaceOption says the same of a list of secrets, of the audit log, and of what is told of changes.
type NamespaceOption interface {
	QueryOption
	EventOption
}

// KindOption says the same of the audit log and of what is told of changes.
type KindOption interface {
	AuditOption
	EventOption
}

// eventSettings are what the options say.
type eventSettings struct {
	under string
	kinds []string
}

func (o underOption) events(to *eventSettings) { to.under = string(o) }

func (o kindOption) events(to *eventSettings) { to.kinds = append(to.kinds, string(o)) }

// eventFilter is what the options say, as the functions of C take it.
type eventFilter struct {
	under       *C.char
	underLength C.size_t
	kinds       *C.strongroom_text
	kindCount   C.size_t
}

// withEvents calls the library with the options.
func withEvents(options []EventOption, call func(filter eventFilter) error) error {
	var said eventSettings
	for _, option := range options {
		option.events(&said)
	}
	var pinned runtime.Pinner
	defer pinned.Unpin()
	kinds := make([]C.strongroom_text, len(said.kinds))
	for index, kind := range said.kinds {
		start, length := chars(kind)
		// C may only see pointers inside of Go memory if what they point to cannot move.
		pinned.Pin(start)
		kinds[index] = C.strongroom_text{data: start, len: length}
	}
	under, length := charsOrNull(said.under)
	return call(eventFilter{under, length, unsafe.SliceData(kinds), C.size_t(len(kinds))})
}
