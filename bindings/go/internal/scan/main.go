// Command scan says how often a value is in the writable memory of this process: before it is given to the library, while it is read, and
// behind all that; and so of a passphrase. The test of this package runs it, as a process of its own has only the memory that it is about.
package main

import (
	"crypto/rand"
	"fmt"
	"os"

	"github.com/strongroom/strongroom/bindings/go"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	marker, err := newMarker()
	if err != nil {
		return err
	}
	looked, err := newNeedle(marker)
	if err != nil {
		return err
	}
	alone := looked.count()
	store, err := strongroom.InMemory()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	reading, err := use(store, marker, looked)
	if err != nil {
		return err
	}
	behind := looked.count()
	forgotten, collected, err := forget(store, looked)
	if err != nil {
		return err
	}
	given, unlocked, err := unlock()
	fmt.Println(alone, reading, behind, forgotten, collected, given, unlocked)
	return err
}

// newMarker is a value that is nowhere else.
func newMarker() ([]byte, error) {
	marker := make([]byte, markerLen)
	_, err := rand.Read(marker)
	return marker, err
}

// use does with a value what programs do, and wipes all of it. It says how often it was there while it was read.
func use(store *strongroom.Store, marker []byte, looked *needle) (int, error) {
	if _, err := store.Put("a/marker", marker); err != nil {
		return 0, err
	}
	own := strongroom.NewSecretBytes(marker)
	strongroom.Wipe(marker)
	defer own.Wipe()
	secret, err := store.Get("a/marker")
	if err != nil {
		return 0, err
	}
	defer secret.Wipe()
	buffer := make([]byte, markerLen)
	defer strongroom.Wipe(buffer)
	if _, err := store.GetInto("a/marker", buffer); err != nil {
		return 0, err
	}
	found, err := store.GetMany("a/marker")
	if err != nil {
		return 0, err
	}
	defer found[0].Secret.Wipe()
	if !secret.Equal(own.Bytes()) || !own.Equal(found[0].Secret.Bytes()) || !strongroom.Equal(buffer, secret.Bytes()) {
		return 0, fmt.Errorf("another value was read than was written")
	}
	return looked.count(), secret.View(func(value []byte) error {
		_, err := store.Put("a/copy", value)
		return err
	})
}
