package strongroom

// #include "strongroom.h"
import "C"

// Key is what a store is unlocked with: a passphrase, a key file, both together, a raw key or a recovery code. It keeps what it was made
// of, and copies nothing: the memory is the caller's to wipe when the Key is no longer used. It may be used any number of times.
type Key struct {
	redacted
	make func() (*C.strongroom_key, error)
}

// Credential is what a key is made of. Text stands for its UTF-8; nothing can wipe a string.
type Credential interface {
	string | []byte | *SecretBytes
}

// WithPassphrase unlocks with a passphrase of 1 to 1,024 bytes of UTF-8. It is normalised to Unicode NFC and stretched with Argon2id.
func WithPassphrase[T Credential](passphrase T) Key {
	return Key{make: func() (*C.strongroom_key, error) { return keyOf(passphrase, keyPassphrase) }}
}

// WithRawKey unlocks with a key of exactly 32 random bytes, from a keychain, a TPM or a provisioning step. It is not stretched.
func WithRawKey[T Credential](raw T) Key {
	return Key{make: func() (*C.strongroom_key, error) { return keyOf(raw, keyRaw) }}
}

// WithRecoveryCode unlocks with a recovery code as it was shown when it was made. Case, spaces and dashes do not matter, and O, I and L
// are read as 0, 1 and 1. A typing error is ErrInvalidArgument, and the message says in which group it is.
func WithRecoveryCode[T Credential](code T) Key {
	return Key{make: func() (*C.strongroom_key, error) { return keyOf(code, keyRecoveryCode) }}
}

// WithKeyFile unlocks with a key file: any file of 1 to 65,536 bytes. It is not stretched.
func WithKeyFile(file string) Key {
	return Key{make: func() (*C.strongroom_key, error) { return keyOfFile(file) }}
}

// WithKeyFileAndPassphrase unlocks with a key file and a passphrase: neither opens the slot alone.
func WithKeyFileAndPassphrase[T Credential](file string, passphrase T) Key {
	return Key{make: func() (*C.strongroom_key, error) {
		key, err := keyOfFile(file)
		if err != nil {
			return nil, err
		}
		if err := joinPassphrase(key, passphrase); err != nil {
			freeKey(key)
			return nil, err
		}
		return key, nil
	}}
}

// CreateKeyFile writes a new key file of 32 random bytes, for its owner only.
//
// It fails with ErrAlreadyExists where there is a file, and with ErrIO.
func CreateKeyFile(file string) error {
	name, length := chars(file)
	var key *C.strongroom_key
	var failed *C.strongroom_error
	err := failure(C.strongroom_key_file_create(name, length, &key, &failed), failed)
	C.strongroom_key_free(key)
	return err
}

// use calls the library with the key, which is wiped behind it. The zero Key is none, which the library refuses.
func (k Key) use(call func(*C.strongroom_key) error) error {
	if k.make == nil {
		return call(nil)
	}
	key, err := k.make()
	if err != nil {
		return err
	}
	defer freeKey(key)
	return call(key)
}

func freeKey(key *C.strongroom_key) { C.strongroom_key_free(key) }

type keyMaker func(data []byte, key **C.strongroom_key, failed **C.strongroom_error) C.strongroom_status

func keyPassphrase(data []byte, key **C.strongroom_key, failed **C.strongroom_error) C.strongroom_status {
	start, length := octets(data)
	return C.strongroom_key_passphrase(start, length, key, failed)
}

func keyRaw(data []byte, key **C.strongroom_key, failed **C.strongroom_error) C.strongroom_status {
	start, length := octets(data)
	return C.strongroom_key_raw(start, length, key, failed)
}

func keyRecoveryCode(data []byte, key **C.strongroom_key, failed **C.strongroom_error) C.strongroom_status {
	start, length := octets(data)
	return C.strongroom_key_recovery_code(start, length, key, failed)
}

func keyOf[T Credential](credential T, with keyMaker) (*C.strongroom_key, error) {
	var key *C.strongroom_key
	err := view(credential, func(data []byte) error {
		var failed *C.strongroom_error
		return failure(with(data, &key, &failed), failed)
	})
	return key, err
}

func keyOfFile(file string) (*C.strongroom_key, error) {
	name, length := chars(file)
	var key *C.strongroom_key
	var failed *C.strongroom_error
	return key, failure(C.strongroom_key_file(name, length, &key, &failed), failed)
}

func joinPassphrase[T Credential](key *C.strongroom_key, passphrase T) error {
	return view(passphrase, func(data []byte) error {
		start, length := octets(data)
		var failed *C.strongroom_error
		return failure(C.strongroom_key_and_passphrase(key, start, length, &failed), failed)
	})
}
