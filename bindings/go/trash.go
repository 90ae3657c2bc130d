package strongroom

// #include "strongroom.h"
import "C"

// Delete moves a secret to the trash. Its path is free at once. It fails with ErrNotFound.
func (o *Operations) Delete(path string) (*Deleted, error) {
	name, length := chars(path)
	done := C.strongroom_deleted{struct_size: C.sizeof_strongroom_deleted}
	replayed, err := o.change(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_delete(on, name, length, &done, failed)
	})
	if err != nil {
		return nil, err
	}
	return &Deleted{
		ID:        C.GoString(&done.id[0]),
		DeletedAt: timeOf(done.deleted_at),
		PurgeAt:   timeOf(done.purge_at),
		Replayed:  replayed,
	}, nil
}

// Restore takes a secret out of the trash, back to the path it had: by its id, or by that path, where the last deleted one is meant.
//
// It fails with ErrNotFound and ErrAlreadyExists.
func (o *Operations) Restore(pathOrID string) (*Written, error) {
	return o.restore(pathOrID, nil, 0)
}

// RestoreTo is Restore to another path.
func (o *Operations) RestoreTo(pathOrID, to string) (*Written, error) {
	start, length := chars(to)
	return o.restore(pathOrID, start, length)
}

func (o *Operations) restore(pathOrID string, to *C.char, toLength C.size_t) (*Written, error) {
	name, length := chars(pathOrID)
	return o.writes(func(on *C.strongroom_store, done *C.strongroom_written, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_restore(on, name, length, to, toLength, done, failed)
	})
}

// Destroy destroys a secret for good, with all its versions, live or in the trash: by its path, or by its id. It fails with ErrNotFound.
func (o *Operations) Destroy(pathOrID string) error {
	name, length := chars(pathOrID)
	_, err := o.change(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_destroy(on, name, length, failed)
	})
	return err
}

// DeleteVersion deletes one version: it cannot be read, and can be restored for as many days as the trash has.
//
// It fails with ErrNotFound and ErrDestroyed.
func (o *Operations) DeleteVersion(path string, version uint64) (*VersionInfo, error) {
	name, length := chars(path)
	return o.oneVersion(func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_delete_version(on, name, length, C.uint64_t(version), page, failed)
	})
}

// RestoreVersion restores a deleted version; of one that is not deleted it changes nothing. It fails with ErrNotFound and ErrDestroyed.
func (o *Operations) RestoreVersion(path string, version uint64) (*VersionInfo, error) {
	name, length := chars(path)
	return o.oneVersion(func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_restore_version(on, name, length, C.uint64_t(version), page, failed)
	})
}

// DestroyVersion destroys the value of one version for good. It fails with ErrNotFound and ErrDestroyed.
func (o *Operations) DestroyVersion(path string, version uint64) (*VersionInfo, error) {
	name, length := chars(path)
	return o.oneVersion(func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_destroy_version(on, name, length, C.uint64_t(version), page, failed)
	})
}

func (o *Operations) oneVersion(
	do func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status,
) (*VersionInfo, error) {
	page, replayed, err := o.changePage(do)
	if err != nil {
		return nil, err
	}
	info, err := only(page, readVersion, versionInfo)
	if err != nil {
		return nil, err
	}
	info.Replayed = replayed
	return info, nil
}

// SweepOption says what a sweep may rely on.
type SweepOption struct{ confirmClock bool }

// ConfirmClock says that the clock is right, even if it went forward by more than a year at once.
func ConfirmClock() SweepOption { return SweepOption{confirmClock: true} }

// Sweep removes for good what is past its time in the trash, in one commit: at most so many secrets and single versions. It also writes the
// events that tell of expiry, puts expired secrets into the trash that [OnExpiry] says it of, and removes of the audit log what the
// [AuditPolicy] does not keep.
func (o *Operations) Sweep(items uint, options ...SweepOption) (*Swept, error) {
	confirmed := false
	for _, option := range options {
		confirmed = confirmed || option.confirmClock
	}
	done := C.strongroom_swept{struct_size: C.sizeof_strongroom_swept}
	err := o.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_sweep(on, C.size_t(items), flag(confirmed), &done, failed)
	})
	if err != nil {
		return nil, err
	}
	return &Swept{
		Secrets:     uint64(done.secrets),
		Versions:    uint64(done.versions),
		More:        done.more != 0,
		HeldBack:    done.held_back != 0,
		Expiring:    uint64(done.expiring),
		Expired:     uint64(done.expired),
		AuditEvents: uint64(done.audit_events),
	}, nil
}
