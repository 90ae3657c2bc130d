package strongroom

// #include "strongroom.h"
import "C"

import (
	"fmt"
	"time"
	"unsafe"
)

//go:generate go run ./internal/generate

// Whoever calls another interface than the one this was compiled for would read and write the wrong memory: so nothing may be called.
func init() {
	if err := checkInterface(uint32(C.strongroom_abi_version()), C.STRONGROOM_ABI_VERSION); err != nil {
		panic(err)
	}
}

// checkInterface compares the version of the interface that was found with the one of the header.
func checkInterface(found, compiled uint32) error {
	if found == compiled {
		return nil
	}
	return fmt.Errorf("strongroom: the library has version %d of its interface, and this program was compiled for %d: "+
		"compile it again with the header of that library, or install a library with that version", found, compiled)
}

// Version is the version of the library, such as "0.1.0".
func Version() string { return C.GoString(C.strongroom_version()) }

// VersionNumber is the version of the library as one number: major * 1000000 + minor * 1000 + patch.
func VersionNumber() uint32 { return uint32(C.strongroom_version_number()) }

// LiveObjects is how many objects of the library the process holds: those that were given out and not freed. For tests.
func LiveObjects() uint64 { return uint64(C.strongroom_live_objects()) }

// Wipe overwrites memory with zeros, in a way that no optimiser takes out.
func Wipe(data []byte) {
	start, length := octets(data)
	C.strongroom_wipe(start, length)
}

// Equal says whether two byte strings are equal. How long it takes depends on the lengths alone.
func Equal(one, other []byte) bool {
	oneStart, oneLength := octets(one)
	otherStart, otherLength := octets(other)
	return C.strongroom_equal(oneStart, oneLength, otherStart, otherLength) == 1
}

// Capabilities is what a build of the library can do, and what its limits are.
type Capabilities struct {
	Features map[string]bool
	Limits   map[string]uint64
}

// LibraryCapabilities says what this build of the library can do, and what its limits are.
func LibraryCapabilities() (*Capabilities, error) {
	var from *C.strongroom_page
	var failed *C.strongroom_error
	if err := failure(C.strongroom_capabilities(&from, &failed), failed); err != nil {
		return nil, err
	}
	defer C.strongroom_page_free(from)
	found := &Capabilities{Features: map[string]bool{}, Limits: map[string]uint64{}}
	err := eachItem(from, pageLength(from), readCapability, func(item *C.strongroom_capability) {
		if item.is_limit != 0 {
			found.Limits[text(item.name)] = uint64(item.value)
		} else {
			found.Features[text(item.name)] = true
		}
	})
	return found, err
}

// KDFCost is what a guess at a passphrase costs: Argon2id, RFC 9106.
type KDFCost struct {
	// MemoryKiB is the memory it takes: 19 * 1024 to 512 * 1024.
	MemoryKiB uint32
	// Passes over the memory: 1 to 16. Memory times passes is at most 4 GiB.
	Passes uint32
	// Lanes: 1 to 16. No threads are started.
	Lanes uint32
}

func (k KDFCost) toC() C.strongroom_kdf_cost {
	return C.strongroom_kdf_cost{C.uint32_t(k.MemoryKiB), C.uint32_t(k.Passes), C.uint32_t(k.Lanes)}
}

func costOf(from C.strongroom_kdf_cost) KDFCost {
	return KDFCost{uint32(from.memory_kib), uint32(from.passes), uint32(from.lanes)}
}

// Calibrate finds a cost at which unlocking with a passphrase takes about target on this machine, and how long one derivation took. It
// measures, which takes about as long as three unlocks. The memory starts at 64 MiB and stays below maxMemoryKiB, 512 MiB and an eighth
// of the machine's.
//
// It fails with ErrInvalidArgument, ErrKDFLimits and ErrOutOfMemory.
func Calibrate(target time.Duration, maxMemoryKiB uint32) (KDFCost, time.Duration, error) {
	targetMillis, err := millis(target)
	if err != nil {
		return KDFCost{}, 0, err
	}
	var cost C.strongroom_kdf_cost
	var measured C.uint64_t
	var failed *C.strongroom_error
	status := C.strongroom_calibrate(targetMillis, C.uint32_t(maxMemoryKiB), &cost, &measured, &failed)
	return costOf(cost), time.Duration(measured) * time.Microsecond, failure(status, failed)
}

// chars is a text for C. An empty one is not NULL, which would leave it out.
func chars(text string) (*C.char, C.size_t) {
	if text == "" {
		return (*C.char)(unsafe.Pointer(&nothing)), 0
	}
	return (*C.char)(unsafe.Pointer(unsafe.StringData(text))), C.size_t(len(text))
}

var nothing byte

// charsOrNull is a text for C that is left out if it is empty.
func charsOrNull(text string) (*C.char, C.size_t) {
	if text == "" {
		return nil, 0
	}
	return chars(text)
}

// octets are bytes for C.
func octets(data []byte) (*C.uint8_t, C.size_t) {
	return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(data))), C.size_t(len(data))
}

// flag is a bool for C.
func flag(set bool) C.int32_t {
	if set {
		return 1
	}
	return 0
}
