//go:build strongroom_test_panic

package strongroom

/*
#define STRONGROOM_TEST_PANIC
#include "strongroom.h"
*/
import "C"

// testPanic panics inside of the library: for the test that no panic leaves it. Only builds of the library for tests have the function.
func testPanic() error {
	var failed *C.strongroom_error
	return failure(C.strongroom_test_panic(&failed), failed)
}
