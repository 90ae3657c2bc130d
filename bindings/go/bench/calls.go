package main

/*
#cgo CFLAGS: -I${SRCDIR}/../../../include
#include "strongroom.h"

static void nothing(void) {}

// A store in memory with one secret, or NULL.
static strongroom_store *with_secret(void) {
	static const uint8_t value[64] = {1};
	strongroom_store *store;
	if (strongroom_in_memory(NULL, &store, NULL) != STRONGROOM_OK) return NULL;
	if (strongroom_put(store, "a/secret", 8, value, sizeof value, NULL, NULL, NULL) != STRONGROOM_OK) return NULL;
	return store;
}

// Reads it so many times, and returns the last status.
static strongroom_status read_in_c(strongroom_store *store, size_t times) {
	uint8_t buffer[64];
	size_t length;
	strongroom_status status = STRONGROOM_OK;
	while (times-- > 0 && status == STRONGROOM_OK)
		status = strongroom_get_into(store, "a/secret", 8, 0, buffer, sizeof buffer, &length, NULL);
	return status;
}

static strongroom_status close_it(strongroom_store *store) { return strongroom_close(&store, NULL); }
*/
import "C"

import (
	"errors"
	"time"
)

var errInC = errors.New("a call failed in C")

// crossing is how long a call of C from Go takes that does nothing.
func crossing(times int) time.Duration {
	begun := time.Now()
	for range times {
		C.nothing()
	}
	return time.Since(begun) / time.Duration(times)
}

// readInC is how long a read of 64 bytes takes in a loop in C.
func readInC(times int) (time.Duration, error) {
	store := C.with_secret()
	if store == nil {
		return 0, errInC
	}
	begun := time.Now()
	status := C.read_in_c(store, C.size_t(times))
	taken := time.Since(begun) / time.Duration(times)
	if closed := C.close_it(store); status != C.STRONGROOM_OK || closed != C.STRONGROOM_OK {
		return 0, errInC
	}
	return taken, nil
}
