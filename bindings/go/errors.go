package strongroom

// #include "strongroom.h"
import "C"

import (
	"encoding/json"
	"syscall"
)

// Error is what the library refused or failed to do. It never holds a secret, a key or a passphrase.
//
// Which kind it is, errors.Is tells: errors.Is(err, strongroom.ErrNotFound). It is then also what the standard library has for that kind,
// as fs.ErrNotExist, and the error of the operating system behind it, as syscall.ENOSPC.
type Error struct {
	// Code is the number of the kind, STRONGROOM_E_… of the C header.
	Code int32
	// Name is the name of the kind, such as "not_found"; "unknown" for one that this package does not know.
	Name string
	// Message is one sentence for a person: what went wrong, and what to do.
	Message string
	// OSError is the error of the operating system behind this one; 0 if there is none.
	OSError syscall.Errno
	// Holder is who holds a file in use, "readers" or "writer"; empty for other errors.
	Holder string
	// Retryable says that the very same call may succeed later, because what was in the way may go by itself.
	Retryable bool
	// Details is what is known beyond the message, as a JSON object for logs; empty if nothing is.
	Details string

	// cause is what a callback or a context gave as the reason.
	cause error
}

// Error is the message, with the name of this package before it.
func (e *Error) Error() string {
	if e.cause != nil {
		return "strongroom: " + e.Message + ": " + e.cause.Error()
	}
	return "strongroom: " + e.Message
}

// Unwrap gives what errors.Is and errors.As look at: the kind, the error of the operating system, and what a callback returned.
func (e *Error) Unwrap() []error {
	var all []error
	if known, ok := kinds[e.Code]; ok {
		all = append(all, known)
	}
	if e.OSError != 0 {
		all = append(all, e.OSError)
	}
	if e.cause != nil {
		all = append(all, e.cause)
	}
	return all
}

// kind is what all errors of one code have in common.
type kind struct {
	code          int32
	name, meaning string
	also          error
}

// kinds are all of them, by code.
var kinds = map[int32]*kind{}

func newKind(code int32, name, meaning string, also error) error {
	made := &kind{code, name, meaning, also}
	kinds[code] = made
	return made
}

func (k *kind) Error() string { return "strongroom: " + k.name }

func (k *kind) Unwrap() error { return k.also }

// failure is the error of a status, with what its error object says; it frees the object. It is nil for success.
func failure(status C.strongroom_status, from *C.strongroom_error) error {
	if status == C.STRONGROOM_OK {
		return nil
	}
	made := &Error{Code: int32(status), Name: "unknown"}
	if known, ok := kinds[made.Code]; ok {
		made.Name, made.Message = known.name, known.meaning
	} else {
		made.Message = C.GoString(C.strongroom_status_name(status))
	}
	if from != nil {
		made.fill(from)
		C.strongroom_error_free(from)
	}
	return made
}

func (e *Error) fill(from *C.strongroom_error) {
	e.Code = int32(C.strongroom_error_code(from))
	e.Message = C.GoString(C.strongroom_error_message(from))
	e.OSError = syscall.Errno(C.strongroom_error_os_error(from))
	e.Retryable = C.strongroom_error_retryable(from) == 1
	e.Details = C.GoString(C.strongroom_error_details(from))
	var said struct{ Holder string }
	if json.Unmarshal([]byte(e.Details), &said) == nil {
		e.Holder = said.Holder
	}
}

// refusal is an error of this package itself, where no call can be made.
func refusal(code int32, message string) error {
	return &Error{Code: code, Name: kinds[code].name, Message: message}
}
