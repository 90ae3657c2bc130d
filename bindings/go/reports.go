package strongroom

// #include "strongroom.h"
import "C"

import (
	"math"
	"time"
)

// Stats are secrets, versions and bytes.
type Stats struct {
	LiveSecrets     uint64
	LiveVersions    uint64
	LiveValueBytes  uint64
	TrashSecrets    uint64
	TrashVersions   uint64
	TrashValueBytes uint64
	FileBytes       uint64
	// UsedBytes of the file hold rows.
	UsedBytes uint64
	// Namespaces are those directly below the one that was asked for.
	Namespaces []NamespaceStats
}

// NamespaceStats are a namespace, by its name, and what is in it at any depth.
type NamespaceStats struct {
	Name       string
	Secrets    uint64
	Versions   uint64
	ValueBytes uint64
}

func namespaceStats(from *C.strongroom_namespace) NamespaceStats {
	return NamespaceStats{text(from.path), uint64(from.secrets), uint64(from.versions), uint64(from.value_bytes)}
}

// Stats counts secrets, versions and bytes below a namespace, or with an empty one everywhere. It takes a look at each secret.
func (o *Operations) Stats(under string) (*Stats, error) {
	name, length := charsOrNull(under)
	counts := C.strongroom_counts{struct_size: C.sizeof_strongroom_counts}
	page, err := o.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_stats(on, name, length, &counts, to, failed)
	})
	if err != nil {
		return nil, err
	}
	defer C.strongroom_page_free(page)
	namespaces, err := collect(page, pageNamespaces(page), readNamespace, namespaceStats)
	return &Stats{
		LiveSecrets:     uint64(counts.live_secrets),
		LiveVersions:    uint64(counts.live_versions),
		LiveValueBytes:  uint64(counts.live_value_bytes),
		TrashSecrets:    uint64(counts.trash_secrets),
		TrashVersions:   uint64(counts.trash_versions),
		TrashValueBytes: uint64(counts.trash_value_bytes),
		FileBytes:       uint64(counts.file_bytes),
		UsedBytes:       uint64(counts.used_bytes),
		Namespaces:      namespaces,
	}, err
}

// Verified is what a verification counted.
type Verified struct {
	// Blocks of 4 KiB that the last commit reaches; each one authenticated.
	Blocks uint64
	// UnreachableBlocks are those that it does not reach. Nothing reads them.
	UnreachableBlocks uint64
	Secrets           uint64
	Trashed           uint64
	// Versions of all these, each opened that has a value.
	Versions uint64
	// Events of the audit log, whose chain holds.
	Events uint64
}

// Verify reads and authenticates everything the store reaches, opens every value and follows the chain of the audit log. Other goroutines
// go on reading.
//
// It fails with ErrTampered and ErrDamaged.
func (s *Store) Verify() (*Verified, error) {
	done := C.strongroom_verified{struct_size: C.sizeof_strongroom_verified}
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_verify(on, &done, failed)
	})
	if err != nil {
		return nil, err
	}
	return &Verified{
		Blocks:            uint64(done.blocks),
		UnreachableBlocks: uint64(done.unreachable_blocks),
		Secrets:           uint64(done.secrets),
		Trashed:           uint64(done.trashed),
		Versions:          uint64(done.versions),
		Events:            uint64(done.events),
	}, nil
}

// Health is how a store is. Times are zero where there is none.
type Health struct {
	Status HealthStatus
	// FormatVersion is the version of the file format.
	FormatVersion uint32
	// InPlace says whether the file is still the one at its path.
	InPlace bool
	// ClockJumped says that the clock went forward by more than a year at once, and nobody said that it is right.
	ClockJumped bool
	// ClockBehind is how far the clock stands behind the last time the store has seen; 0 for less than a second.
	ClockBehind time.Duration
	// Generation is the number of the last durable commit.
	Generation uint64
	// FreeBytes are free where the file lies; [NoFreeBytes] for a store in memory.
	FreeBytes uint64
	// PendingSweep is how many secrets and single versions a sweep would remove.
	PendingSweep uint64
	LastBackupAt time.Time
	// LastVerifiedAt is when this handle last verified the store whole.
	LastVerifiedAt time.Time
	// CopiesBeside are paths of other files beside the store that carry its id.
	CopiesBeside []string
}

// NoFreeBytes is what a store in memory has instead of a number of free bytes.
const NoFreeBytes = math.MaxUint64

// Health says how the store is, also if it is locked, poisoned or damaged.
func (s *Store) Health() (*Health, error) {
	from := C.strongroom_condition{struct_size: C.sizeof_strongroom_condition}
	beside, err := s.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_health(on, &from, to, failed)
	})
	if err != nil {
		return nil, err
	}
	return &Health{
		Status:         HealthStatus(from.status),
		FormatVersion:  uint32(from.format_version),
		InPlace:        from.in_place != 0,
		ClockJumped:    from.clock_jumped != 0,
		ClockBehind:    durationOf(from.clock_behind_ms),
		Generation:     uint64(from.generation),
		FreeBytes:      uint64(from.free_bytes),
		PendingSweep:   uint64(from.pending_sweep),
		LastBackupAt:   timeOf(from.last_backup_at),
		LastVerifiedAt: timeOf(from.last_verified_at),
		CopiesBeside:   files(beside),
	}, nil
}

// OpenReport is what opening found out about the file.
type OpenReport struct {
	// DiscardedGeneration is the number of a commit that was cut off before it was acknowledged, and is not in the store; 0 if there is none.
	DiscardedGeneration uint64
	// ClockBehind is how far the clock stood behind the last time the store has seen; 0 for less than a second.
	ClockBehind time.Duration
	// UnreadableSuperblock says that one of the two superblocks is unreadable.
	UnreadableSuperblock bool
	// Verified says whether opening verified the store.
	Verified bool
	Pin      PinStatus
	// KDFUpgrade says that the slot that unlocked costs less than the store's floor, and is wrapped anew with the first write.
	KDFUpgrade bool
	// UnreadableHeader says that one of the two copies of the key header is unreadable. Any change of a key slot writes both, and so does Compact.
	UnreadableHeader bool
}

// OpenReport says what opening found out about the file.
func (s *Store) OpenReport() (*OpenReport, error) {
	from := C.strongroom_opened{struct_size: C.sizeof_strongroom_opened}
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_open_report(on, &from, failed)
	})
	if err != nil {
		return nil, err
	}
	return &OpenReport{
		DiscardedGeneration:  uint64(from.discarded_generation),
		ClockBehind:          durationOf(from.clock_behind_ms),
		UnreadableSuperblock: from.unreadable_superblock != 0,
		Verified:             from.verified != 0,
		Pin:                  PinStatus(from.pin),
		KDFUpgrade:           from.kdf_upgrade != 0,
		UnreadableHeader:     from.unreadable_header != 0,
	}, nil
}

// MemoryStatus is how well the operating system protects the memory that holds the keys.
type MemoryStatus struct {
	// Locked: never written to swap.
	Locked bool
	// ExcludedFromDumps: left out of core dumps.
	ExcludedFromDumps bool
	// WipedOnFork: empty in a forked child.
	WipedOnFork bool
}

// MemoryStatus says how well the memory that holds the keys is protected.
func (s *Store) MemoryStatus() (*MemoryStatus, error) {
	from := C.strongroom_memory{struct_size: C.sizeof_strongroom_memory}
	err := s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_memory_status(on, &from, failed)
	})
	if err != nil {
		return nil, err
	}
	return &MemoryStatus{from.locked != 0, from.excluded_from_dumps != 0, from.wiped_on_fork != 0}, nil
}
