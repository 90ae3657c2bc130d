//go:build !strongroom_shared

package strongroom

// The archive is linked from lib/. Go does not look into it, but at library.h, which build-library writes with the checksum of the
// archive: so another archive is another build.

/*
#cgo CFLAGS: -I${SRCDIR} -I${SRCDIR}/../../include
#cgo linux LDFLAGS: ${SRCDIR}/lib/libstrongroom.a -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
#if !defined(__linux__)
#error "The archive is for Linux. Build with -tags strongroom_shared to use an installed library, which cargo cinstall installs."
#elif !__has_include("library.h")
#error "The strongroom library is not there. Run bindings/go/build-library in a checkout of strongroom, or build with -tags strongroom_shared to use an installed one."
#else
#include "library.h"
#endif
*/
import "C"
