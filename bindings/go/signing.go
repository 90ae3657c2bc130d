package strongroom

// #include "strongroom.h"
import "C"

import (
	"strings"
	"time"
)

// SignatureCheck is what checking a signature found. A signature that is not valid is no error: ask Valid.
type SignatureCheck struct {
	Status SignatureStatus
	// Version is the number of the version that signed, if the signature is valid; else 0.
	Version uint64
}

// Valid says whether the payload or request is what the signer signed, and in time.
func (c SignatureCheck) Valid() bool { return c.Status == SignatureValid }

// SignPayload signs a payload with a secret: HMAC-SHA-256 (RFC 2104) under its current value, as a text "sha256=" and 64 hexadecimal digits.
// A secret that signs payloads should sign no requests.
//
// It fails with ErrNotFound, ErrDestroyed, ErrExpired and, if the value is empty, ErrInvalidArgument.
func (o *Operations) SignPayload(path string, payload []byte) (string, error) {
	name, length := chars(path)
	start, size := octets(payload)
	return o.signs(func(on *C.strongroom_store, to *C.char, room C.size_t, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_sign_payload(on, name, length, start, size, to, room, failed)
	})
}

// VerifyPayload checks the signature of a payload, in constant time, against the current value of a secret and those in grace. A text that
// is no signature is a wrong one, and no error, as it may come from anybody.
//
// It fails with ErrNotFound, ErrExpired and, if the current value is empty, ErrInvalidArgument.
func (o *Operations) VerifyPayload(path string, payload []byte, signature string) (SignatureCheck, error) {
	name, length := chars(path)
	start, size := octets(payload)
	// What is no UTF-8 is no signature either; the library would refuse to look at it.
	given, givenLength := chars(strings.ToValidUTF8(signature, "\uFFFD"))
	return o.checks(func(on *C.strongroom_store, found *C.uint32_t, by *C.uint64_t, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_verify_payload(on, name, length, start, size, given, givenLength, found, by, failed)
	})
}

// SignRequest signs a request of a time: as SignPayload, of its whole seconds since the Unix epoch in decimal, a dot, and the body. What is
// less than a second is dropped. The receiver needs those seconds as well: timestamp.Unix().
//
// It fails as SignPayload.
func (o *Operations) SignRequest(path string, timestamp time.Time, body []byte) (string, error) {
	name, length := chars(path)
	start, size := octets(body)
	seconds := C.int64_t(timestamp.Unix())
	return o.signs(func(on *C.strongroom_store, to *C.char, room C.size_t, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_sign_request(on, name, length, seconds, start, size, to, room, failed)
	})
}

// VerifyRequest checks the signature of a request, as VerifyPayload, and that its time lies within 300 seconds of now. Within that time a
// request is as good twice: keep what was seen, if that matters. A request is too old or too early only if its signature fits.
//
// It fails as VerifyPayload.
func (o *Operations) VerifyRequest(path string, timestamp time.Time, body []byte, signature string) (SignatureCheck, error) {
	name, length := chars(path)
	start, size := octets(body)
	given, givenLength := chars(strings.ToValidUTF8(signature, "\uFFFD"))
	seconds := C.int64_t(timestamp.Unix())
	return o.checks(func(on *C.strongroom_store, found *C.uint32_t, by *C.uint64_t, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_verify_request(on, name, length, seconds, start, size, given, givenLength, found, by, failed)
	})
}

// signs makes one call that gives a signature.
func (o *Operations) signs(
	do func(on *C.strongroom_store, to *C.char, room C.size_t, failed **C.strongroom_error) C.strongroom_status,
) (string, error) {
	var signature [C.STRONGROOM_SIGNATURE_LEN]C.char
	err := o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return do(on, &signature[0], C.size_t(len(signature)), failed)
	})
	return C.GoString(&signature[0]), err
}

// checks makes one call that checks a signature.
func (o *Operations) checks(
	do func(on *C.strongroom_store, found *C.uint32_t, by *C.uint64_t, failed **C.strongroom_error) C.strongroom_status,
) (SignatureCheck, error) {
	var found C.uint32_t
	var by C.uint64_t
	err := o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return do(on, &found, &by, failed)
	})
	if err != nil {
		return SignatureCheck{}, err
	}
	return SignatureCheck{SignatureStatus(found), uint64(by)}, nil
}
