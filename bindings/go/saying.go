package strongroom

// #include "strongroom.h"
import "C"

// CallOption is what calls say of themselves, as it stands in their audit events, or under which name they are made: see
// [IdempotencyKey]. It is no context.Context.
type CallOption struct {
	set func(to *C.strongroom_context, failed **C.strongroom_error) C.strongroom_status
	// once says that it is an idempotency key.
	once bool
}

// withContext calls the library with what calls say of themselves.
func withContext(all []CallOption, call func(*C.strongroom_context) error) error {
	var said *C.strongroom_context
	var failed *C.strongroom_error
	if err := failure(C.strongroom_context_new(&said, &failed), failed); err != nil {
		return err
	}
	defer C.strongroom_context_free(said)
	for _, option := range all {
		if err := failure(option.set(said, &failed), failed); err != nil {
			return err
		}
	}
	return call(said)
}

// Label is something the program says of itself or of whom it works for, such as "app" and "backup": a tag in form. There may be several.
func Label(key, value string) CallOption {
	return CallOption{set: func(to *C.strongroom_context, failed **C.strongroom_error) C.strongroom_status {
		keyStart, keyLength := chars(key)
		start, length := chars(value)
		return C.strongroom_context_label(to, keyStart, keyLength, start, length, failed)
	}}
}

// Reason is why: one line of at most 256 bytes.
func Reason(reason string) CallOption {
	return CallOption{set: func(to *C.strongroom_context, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(reason)
		return C.strongroom_context_reason(to, start, length, failed)
	}}
}

// RequestID is the number or name that other logs know the calls by: one line of at most 128 bytes.
func RequestID(id string) CallOption {
	return CallOption{set: func(to *C.strongroom_context, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(id)
		return C.strongroom_context_request_id(to, start, length, failed)
	}}
}

// As gives another handle of the same store, with the same rights, whose calls and transactions say this of themselves, instead of what
// those of s say; with an [IdempotencyKey], its changes of secrets happen once. Close it too: that leaves the store open, and closing the store that was opened closes it.
//
// It fails with ErrInvalidArgument for a text that breaks a rule.
func (s *Store) As(said ...CallOption) (*Store, error) {
	made := &Store{root: s}
	made.once = onceOf(said)
	if s.root != nil {
		made.root = s.root
	}
	err := withContext(said, func(context *C.strongroom_context) error {
		return s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_with(on, context, &made.handle, failed)
		})
	})
	if err != nil {
		return nil, err
	}
	made.closeForgotten()
	return made, nil
}
