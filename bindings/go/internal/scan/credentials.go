package main

import (
	"encoding/hex"
	"os"
	"path/filepath"

	"github.com/strongroom/strongroom/bindings/go"
)

// unlock uses a passphrase, as bytes that are wiped, for everything that takes one. It says how often it was there before, and behind that.
func unlock() (before, behind int, err error) {
	folder, err := os.MkdirTemp("", "strongroom-scan-")
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	raw, err := newMarker()
	if err != nil {
		return 0, 0, err
	}
	passphrase := make([]byte, markerLen)
	hex.Encode(passphrase, raw[:markerLen/2])
	looked, err := newNeedle(passphrase)
	if err != nil {
		return 0, 0, err
	}
	before = looked.count()
	err = lockAndUnlock(filepath.Join(folder, "scan.strongroom"), strongroom.WithPassphrase(passphrase))
	strongroom.Wipe(passphrase)
	return before, looked.count(), err
}

func lockAndUnlock(file string, key strongroom.Key) error {
	cheap := strongroom.WithKDFCost(strongroom.KDFCost{MemoryKiB: 19 * 1024, Passes: 1, Lanes: 1})
	store, err := strongroom.Create(file, key, cheap)
	if err != nil {
		return err
	}
	for _, call := range []func() error{
		store.Lock,
		func() error { return store.Unlock(key) },
		func() error { _, err := store.Slots().Check(key); return err },
		store.Close,
		func() error {
			store, err := strongroom.Open(file, key)
			if err != nil {
				return err
			}
			return store.Close()
		},
	} {
		if err := call(); err != nil {
			return err
		}
	}
	return nil
}
