package main

import (
	"runtime"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// forget reads a value and wipes nothing. It says how often the value was there, and how often after the garbage collector came.
func forget(store *strongroom.Store, looked *needle) (forgotten, collected int, err error) {
	for range 5 {
		secret, err := store.Get("a/marker")
		if err != nil {
			return 0, 0, err
		}
		if len(secret.Bytes()) != markerLen {
			panic("the value has another length")
		}
	}
	forgotten = looked.count()
	for until := time.Now().Add(120 * time.Second); time.Now().Before(until); {
		runtime.GC()
		time.Sleep(time.Millisecond)
		if collected = looked.count(); collected == 0 {
			break
		}
	}
	return forgotten, collected, nil
}
