package strongroom

// #include "strongroom.h"
import "C"

import "time"

// Slots are the ways into a store: see [Store.Slots].
//
// What adds one may fail with ErrAlreadyExists, ErrLimitExceeded, ErrKDFLimits and ErrOutOfMemory.
type Slots struct{ store *Store }

// Slots are the ways into the store.
func (s *Store) Slots() Slots { return Slots{s} }

// Slot is a key slot: one way to unlock a store.
type Slot struct {
	ID string
	// Label is what somebody called it; empty if nobody did.
	Label     string
	Kind      SlotKind
	CreatedAt time.Time
	// LastUsedAt is when it last unlocked a handle that wrote; zero if it never did.
	LastUsedAt time.Time
	// KDF is what a passphrase costs to try; zeros if none is part of it.
	KDF KDFCost
	// UnlockedThisHandle says whether this handle came in by it.
	UnlockedThisHandle bool
}

func slot(from *C.strongroom_slot) Slot {
	return Slot{
		ID:                 text(from.id),
		Label:              text(from.label),
		Kind:               SlotKind(from.kind),
		CreatedAt:          timeOf(from.created_at),
		LastUsedAt:         timeOf(from.last_used_at),
		KDF:                KDFCost{uint32(from.kdf_memory_kib), uint32(from.kdf_passes), uint32(from.kdf_lanes)},
		UnlockedThisHandle: from.unlocked_this_handle != 0,
	}
}

// SlotOption says how a key slot is made.
type SlotOption interface{ slot(*slotSettings) }

type slotSettings struct {
	label string
	cost  *C.strongroom_kdf_cost
}

func slotSettingsOf(options []SlotOption) slotSettings {
	var said slotSettings
	for _, option := range options {
		option.slot(&said)
	}
	return said
}

// List gives all slots.
func (s Slots) List() ([]Slot, error) {
	page, err := s.store.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_slots_list(on, to, failed)
	})
	if err != nil {
		return nil, err
	}
	return items(page, readSlot, slot)
}

// Add adds a slot that a key opens, and returns its id. Without [WithKDFCost] a passphrase costs the store's floor.
func (s Slots) Add(key Key, options ...SlotOption) (string, error) {
	said := slotSettingsOf(options)
	label, length := charsOrNull(said.label)
	var id C.strongroom_slot_id
	err := key.use(func(with *C.strongroom_key) error {
		return s.store.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_slots_add(on, with, label, length, said.cost, &id, failed)
		})
	})
	return C.GoString(&id.text[0]), err
}

// RecoveryCode is a new way in, to be written down: it is shown this once.
type RecoveryCode struct {
	// ID is the id of its slot.
	ID string
	// Code is the code. Wipe it when it was written down.
	Code *SecretBytes
}

// AddRecoveryCode adds a slot with a new recovery code of 256 bits. Only the label of the options counts.
func (s Slots) AddRecoveryCode(options ...LabelOption) (*RecoveryCode, error) {
	var said slotSettings
	for _, option := range options {
		option.slot(&said)
	}
	label, length := charsOrNull(said.label)
	var id C.strongroom_slot_id
	var code *C.strongroom_secret
	err := s.store.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_slots_add_recovery_code(on, label, length, &id, &code, failed)
	})
	if err != nil {
		return nil, err
	}
	made := &RecoveryCode{ID: C.GoString(&id.text[0]), Code: &SecretBytes{}}
	made.Code.ownSecret(code)
	return made, nil
}

// ChangePassphrase replaces a passphrase by another one. When it returns, the old one opens nothing any more, whatever happens.
//
// It fails as what adds one, and with ErrWrongKey if the old one opens no slot.
func (s Slots) ChangePassphrase(old, next Key) error {
	return old.use(func(oldKey *C.strongroom_key) error {
		return next.use(func(newKey *C.strongroom_key) error {
			return s.store.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
				return C.strongroom_slots_change_passphrase(on, oldKey, newKey, failed)
			})
		})
	})
}

// RemoveOption says what removing a slot may do.
type RemoveOption struct{ leaveRawKeysOnly bool }

// LeaveRawKeysOnly says that the slot may be the last one that a person can use.
func LeaveRawKeysOnly() RemoveOption { return RemoveOption{leaveRawKeysOnly: true} }

// Remove removes a slot. It fails with ErrNotFound, and with ErrInvalidArgument if it is the last.
func (s Slots) Remove(id string, options ...RemoveOption) error {
	rawKeysOnly := false
	for _, option := range options {
		rawKeysOnly = rawKeysOnly || option.leaveRawKeysOnly
	}
	name, length := chars(id)
	return s.store.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_slots_remove(on, name, length, flag(rawKeysOnly), failed)
	})
}

// Check says which slot a key opens: a way to try a recovery code before it is needed. It counts as no use of the slot.
//
// It fails with ErrWrongKey if it opens none.
func (s Slots) Check(key Key) (string, error) {
	var id C.strongroom_slot_id
	err := key.use(func(with *C.strongroom_key) error {
		return s.store.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
			return C.strongroom_slots_check(on, with, &id, failed)
		})
	})
	return C.GoString(&id.text[0]), err
}
