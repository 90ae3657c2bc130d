package strongroom

// #include "strongroom.h"
import "C"

import (
	"runtime"
	"time"
)

// Option says how a store is created or opened.
type Option interface{ open(*openSettings) }

type openSettings struct {
	apply []func(*C.strongroom_options) error
	wait  time.Duration
}

// use calls the library with the options.
func (s *openSettings) use(call func(*C.strongroom_options) error) error {
	var options *C.strongroom_options
	var failed *C.strongroom_error
	if err := failure(C.strongroom_options_new(&options, &failed), failed); err != nil {
		return err
	}
	defer C.strongroom_options_free(options)
	for _, apply := range s.apply {
		if err := apply(options); err != nil {
			return err
		}
	}
	return call(options)
}

func settingsOf(options []Option) *openSettings {
	said := &openSettings{}
	for _, option := range options {
		option.open(said)
	}
	return said
}

type openOption func(*openSettings)

func (o openOption) open(to *openSettings) { o(to) }

// setting is an option that one call of the library says.
func setting(set func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status) Option {
	return openOption(func(to *openSettings) {
		to.apply = append(to.apply, func(options *C.strongroom_options) error {
			var failed *C.strongroom_error
			return failure(set(options, &failed), failed)
		})
	})
}

// WithReadOnly opens a handle that never writes a byte, and shares the file with others like it.
func WithReadOnly() Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_options_read_only(to, 1, failed)
	})
}

// WithWait is how long opening waits for another handle of the file to be closed, in whole milliseconds; by default not at all.
// [OpenContext] can end it sooner.
func WithWait(wait time.Duration) Option {
	return openOption(func(to *openSettings) {
		to.wait = wait
		to.apply = append(to.apply, waiting(wait))
	})
}

func waiting(wait time.Duration) func(*C.strongroom_options) error {
	return func(options *C.strongroom_options) error {
		milliseconds, err := millis(wait)
		if err != nil {
			return err
		}
		var failed *C.strongroom_error
		return failure(C.strongroom_options_wait_ms(options, milliseconds, &failed), failed)
	}
}

// WithWriteWait is how long a write waits for the write of another goroutine, in whole milliseconds; 5 seconds by default.
func WithWriteWait(wait time.Duration) Option {
	return openOption(func(to *openSettings) {
		to.apply = append(to.apply, func(options *C.strongroom_options) error {
			milliseconds, err := millis(wait)
			if err != nil {
				return err
			}
			var failed *C.strongroom_error
			return failure(C.strongroom_options_write_wait_ms(options, milliseconds, &failed), failed)
		})
	})
}

// WithVerifyUpTo has opening verify stores that need at most so many bytes; 64 MiB by default. 0 never verifies, math.MaxUint64 always.
func WithVerifyUpTo(bytes uint64) Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_options_verify_up_to(to, C.uint64_t(bytes), failed)
	})
}

// WithCacheBytes is how much memory the cache of sealed pages may take; 8 MiB by default, 256 KiB at least.
func WithCacheBytes(bytes uint) Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_options_cache_bytes(to, C.size_t(bytes), failed)
	})
}

// WithClock is the clock of the store, instead of the system's.
func WithClock(clock *ManualClock) Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		defer runtime.KeepAlive(clock)
		return C.strongroom_options_clock(to, clock.handle, failed)
	})
}

// WithEnvironment is what a store that is created is for: [EnvironmentLive], the default, or [EnvironmentTest]. It never changes.
func WithEnvironment(environment Environment) Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_options_environment(to, C.uint32_t(environment), failed)
	})
}

// WithPin opens only a file that has the pinned commit in its history: see [Store.Pin].
func WithPin(pin string) Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(pin)
		return C.strongroom_options_pin(to, start, length, failed)
	})
}

// WithSharedMode accepts a file that others may read or replace.
func WithSharedMode() Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_options_allow_shared_mode(to, 1, failed)
	})
}

// WithNetworkFS accepts a file system on the network or in user space.
func WithNetworkFS() Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_options_allow_network_fs(to, 1, failed)
	})
}

// WithLockedMemory has opening fail where the memory of the keys cannot be locked.
func WithLockedMemory() Option {
	return setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_options_require_locked_memory(to, 1, failed)
	})
}

// CostOption says what a guess at a passphrase costs.
type CostOption interface {
	Option
	SlotOption
	CopyOption
}

type costOption KDFCost

// WithKDFCost is what a guess at a passphrase costs, of a store that is created, of a slot that is added or of the slot of a rekey.
// Opening costs what the file says.
func WithKDFCost(cost KDFCost) CostOption { return costOption(cost) }

func (o costOption) open(to *openSettings) {
	setting(func(to *C.strongroom_options, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_options_kdf_cost(to, C.uint32_t(o.MemoryKiB), C.uint32_t(o.Passes), C.uint32_t(o.Lanes), failed)
	}).open(to)
}

func (o costOption) slot(to *slotSettings) {
	cost := KDFCost(o).toC()
	to.cost = &cost
}

func (o costOption) copies(to *copySettings) { o.slot(&to.slotSettings) }

// LabelOption says what a key slot is called.
type LabelOption interface {
	SlotOption
	CopyOption
}

type labelOption string

// WithLabel is what a key slot is called, at most 128 bytes; without it, nothing.
func WithLabel(label string) LabelOption { return labelOption(label) }

func (o labelOption) slot(to *slotSettings) { to.label = string(o) }

func (o labelOption) copies(to *copySettings) { o.slot(&to.slotSettings) }
