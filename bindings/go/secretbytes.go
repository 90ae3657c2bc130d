package strongroom

// #include <stdlib.h>
// #include "strongroom.h"
import "C"

import (
	"runtime"
	"sync"
	"unsafe"
)

// SecretBytes are secret bytes in memory outside of the Go heap, which is overwritten by Wipe and, if that is forgotten, once nobody can
// reach them any more. They are not printed, logged or encoded. Any number of goroutines may use them. They must not be copied.
type SecretBytes struct {
	redacted
	held held

	mu     sync.Mutex
	users  int
	wiped  bool
	copied unsafe.Pointer
	unused runtime.Cleanup
}

// held is memory of C's: of a secret of the library's, or else of malloc's.
type held struct {
	secret *C.strongroom_secret
	data   unsafe.Pointer
	length C.size_t
}

func (h held) free() {
	if h.secret != nil {
		C.strongroom_secret_free(h.secret)
		return
	}
	C.strongroom_wipe((*C.uint8_t)(h.data), h.length)
	C.free(h.data)
}

// NewSecretBytes copies bytes or text. The original is the caller's to wipe; a string cannot be wiped.
func NewSecretBytes[T string | []byte](value T) *SecretBytes {
	made := &SecretBytes{}
	data := C.malloc(C.size_t(max(len(value), 1)))
	copy(unsafe.Slice((*byte)(data), len(value)), value)
	made.own(held{data: data, length: C.size_t(len(value))})
	return made
}

// own takes memory over. AddCleanup gets the memory alone, as what it gets is never garbage.
func (s *SecretBytes) own(memory held) {
	s.held = memory
	s.unused = runtime.AddCleanup(s, held.free, memory)
}

// ownSecret takes an object of the library's over.
func (s *SecretBytes) ownSecret(secret *C.strongroom_secret) {
	data := unsafe.Pointer(C.strongroom_secret_data(secret))
	s.own(held{secret, data, C.strongroom_secret_len(secret)})
}

// Len is how many bytes there are, also after they were wiped.
func (s *SecretBytes) Len() int { return int(s.held.length) }

// View shows the bytes without a copy, and returns what look returns. The slice is valid until look returns, and must not be kept or
// written to. Where the bytes were wiped, look is not called and the error is ErrClosed.
func (s *SecretBytes) View(look func(value []byte) error) error {
	if !s.enter() {
		return errWiped()
	}
	defer s.leave()
	return look(s.memory())
}

// Bytes gives the bytes in Go memory, the same at each call: read them, and do not write to them. Wipe overwrites them too, and so does
// the garbage collector's clean-up once nobody reaches them. View makes no copy.
//
// It panics if the bytes were wiped: nothing must go on with an empty secret instead of the one that is gone.
func (s *SecretBytes) Bytes() []byte {
	// Until the copy is made: a Wipe that came before would not find it.
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wiped {
		panic(errWiped())
	}
	if s.copied == nil {
		s.copied = wipedCopy(s.memory())
	}
	return unsafe.Slice((*byte)(s.copied), s.Len())
}

// Reveal gives the bytes as a string, which nothing can wipe: for interfaces that take nothing else. It panics as Bytes.
func (s *SecretBytes) Reveal() string {
	s.mustEnter()
	defer s.leave()
	return string(s.memory())
}

// Equal says whether these are the bytes. How long it takes depends on the lengths alone. It panics as Bytes.
func (s *SecretBytes) Equal(other []byte) bool {
	s.mustEnter()
	defer s.leave()
	return Equal(s.memory(), other)
}

// Wipe overwrites the bytes, and frees their memory; slices of Bytes show zeros from then on. Where another goroutine is in View, the
// memory that it looks at is overwritten when it leaves. Wiping again does nothing.
func (s *SecretBytes) Wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wiped {
		return
	}
	s.wiped = true
	s.unused.Stop()
	if s.copied != nil {
		Wipe(unsafe.Slice((*byte)(s.copied), s.Len()))
	}
	if s.users == 0 {
		s.held.free()
	}
}

// enter keeps the memory until leave; false if it is gone.
func (s *SecretBytes) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wiped {
		return false
	}
	s.users++
	return true
}

func (s *SecretBytes) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users--
	if s.wiped && s.users == 0 {
		s.held.free()
	}
}

func (s *SecretBytes) mustEnter() {
	if !s.enter() {
		panic(errWiped())
	}
}

// memory is where the bytes are. Call it between enter and leave.
func (s *SecretBytes) memory() []byte { return unsafe.Slice((*byte)(s.held.data), s.Len()) }

func errWiped() error { return refusal(C.STRONGROOM_E_CLOSED, "these secret bytes were wiped") }

// The allocator packs smaller objects without pointers into shared blocks, where a finalizer would run for the whole block.
const ownBlock = 16

// wipedCopy copies bytes into Go memory that is overwritten before it is used for something else. A finalizer and no cleanup, which
// could only run when the memory is gone.
func wipedCopy(of []byte) unsafe.Pointer {
	length := len(of)
	made := make([]byte, length, max(length, ownBlock))
	copy(made, of)
	start := unsafe.SliceData(made)
	runtime.SetFinalizer(start, func(start *byte) { Wipe(unsafe.Slice(start, length)) })
	return unsafe.Pointer(start)
}
