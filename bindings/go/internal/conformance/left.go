package conformance

import (
	"runtime"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// Left is how many objects of the library there are, once the garbage collector had its time to free what nobody reaches.
func Left() uint64 {
	until := time.Now().Add(120 * time.Second)
	for strongroom.LiveObjects() != 0 && time.Now().Before(until) {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return strongroom.LiveObjects()
}
