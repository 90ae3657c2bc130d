"""The structs of the C header, member by member."""

import ctypes
from typing import ClassVar


class KdfCost(ctypes.Structure):
    """``strongroom_kdf_cost``."""

    _fields_: ClassVar = [
        ("memory_kib", ctypes.c_uint32),
        ("passes", ctypes.c_uint32),
        ("lanes", ctypes.c_uint32),
    ]


class Copied(ctypes.Structure):
    """``strongroom_copied``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("generation", ctypes.c_uint64),
        ("file_len", ctypes.c_uint64),
        ("blocks", ctypes.c_uint64),
        ("unreachable_blocks", ctypes.c_uint64),
        ("secrets", ctypes.c_uint64),
        ("trashed", ctypes.c_uint64),
        ("versions", ctypes.c_uint64),
        ("events", ctypes.c_uint64),
    ]


class Verified(ctypes.Structure):
    """``strongroom_verified``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("blocks", ctypes.c_uint64),
        ("unreachable_blocks", ctypes.c_uint64),
        ("secrets", ctypes.c_uint64),
        ("trashed", ctypes.c_uint64),
        ("versions", ctypes.c_uint64),
        ("events", ctypes.c_uint64),
    ]


class Counts(ctypes.Structure):
    """``strongroom_counts``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("live_secrets", ctypes.c_uint64),
        ("live_versions", ctypes.c_uint64),
        ("live_value_bytes", ctypes.c_uint64),
        ("trash_secrets", ctypes.c_uint64),
        ("trash_versions", ctypes.c_uint64),
        ("trash_value_bytes", ctypes.c_uint64),
        ("file_bytes", ctypes.c_uint64),
        ("used_bytes", ctypes.c_uint64),
    ]


class Condition(ctypes.Structure):
    """``strongroom_condition``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("status", ctypes.c_uint32),
        ("format_version", ctypes.c_uint32),
        ("in_place", ctypes.c_int32),
        ("clock_jumped", ctypes.c_int32),
        ("generation", ctypes.c_uint64),
        ("free_bytes", ctypes.c_uint64),
        ("pending_sweep", ctypes.c_uint64),
        ("clock_behind_ms", ctypes.c_uint64),
        ("last_backup_at", ctypes.c_int64),
        ("last_verified_at", ctypes.c_int64),
    ]


class Opened(ctypes.Structure):
    """``strongroom_opened``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("discarded_generation", ctypes.c_uint64),
        ("clock_behind_ms", ctypes.c_uint64),
        ("unreadable_superblock", ctypes.c_int32),
        ("verified", ctypes.c_int32),
        ("pin", ctypes.c_uint32),
        ("kdf_upgrade", ctypes.c_int32),
        ("unreadable_header", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
    ]


class Memory(ctypes.Structure):
    """``strongroom_memory``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("locked", ctypes.c_int32),
        ("excluded_from_dumps", ctypes.c_int32),
        ("wiped_on_fork", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
    ]


class Text(ctypes.Structure):
    """``strongroom_text``."""

    _fields_: ClassVar = [
        ("data", ctypes.c_void_p),
        ("len", ctypes.c_size_t),
    ]


class Tag(ctypes.Structure):
    """``strongroom_tag``."""

    _fields_: ClassVar = [
        ("key", Text),
        ("value", Text),
    ]


class SecretInfo(ctypes.Structure):
    """``strongroom_secret_info``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("id", Text),
        ("path", Text),
        ("description", Text),
        ("content_type", Text),
        ("tags", ctypes.POINTER(Tag)),
        ("tag_count", ctypes.c_size_t),
        ("version", ctypes.c_uint64),
        ("meta_version", ctypes.c_uint64),
        ("size_class", ctypes.c_uint64),
        ("created_at", ctypes.c_int64),
        ("updated_at", ctypes.c_int64),
        ("accessed_at", ctypes.c_int64),
        ("expires_at", ctypes.c_int64),
        ("deleted_at", ctypes.c_int64),
        ("purge_at", ctypes.c_int64),
        ("max_versions", ctypes.c_int64),
        ("trash_days", ctypes.c_int64),
        ("tier", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("rotate_every", ctypes.c_uint64),
        ("rotation_due_at", ctypes.c_int64),
        ("on_expiry", ctypes.c_uint32),
        ("reserved_too", ctypes.c_uint32),
    ]


class Reading(ctypes.Structure):
    """``strongroom_reading``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("version", ctypes.c_uint64),
        ("value_room", ctypes.c_size_t),
        ("info_room", ctypes.c_size_t),
        ("texts_room", ctypes.c_size_t),
        ("value_len", ctypes.c_size_t),
        ("found_version", ctypes.c_uint64),
    ]


class VersionInfo(ctypes.Structure):
    """``strongroom_version_info``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("note", Text),
        ("number", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("created_at", ctypes.c_int64),
        ("deleted_at", ctypes.c_int64),
        ("until", ctypes.c_int64),
        ("state", ctypes.c_uint32),
        ("author", ctypes.c_uint32),
    ]


class DueItem(ctypes.Structure):
    """``strongroom_due_item``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("id", Text),
        ("path", Text),
        ("at", ctypes.c_int64),
        ("reason", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class Namespace(ctypes.Structure):
    """``strongroom_namespace``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("path", Text),
        ("secrets", ctypes.c_uint64),
        ("versions", ctypes.c_uint64),
        ("value_bytes", ctypes.c_uint64),
    ]


class TagCount(ctypes.Structure):
    """``strongroom_tag_count``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("name", Text),
        ("secrets", ctypes.c_uint64),
    ]


class Slot(ctypes.Structure):
    """``strongroom_slot``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("id", Text),
        ("label", Text),
        ("created_at", ctypes.c_int64),
        ("last_used_at", ctypes.c_int64),
        ("kind", ctypes.c_uint32),
        ("kdf_memory_kib", ctypes.c_uint32),
        ("kdf_passes", ctypes.c_uint32),
        ("kdf_lanes", ctypes.c_uint32),
        ("unlocked_this_handle", ctypes.c_int32),
        ("reserved", ctypes.c_uint32),
    ]


class Retention(ctypes.Structure):
    """``strongroom_retention``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("under", Text),
        ("max_versions", ctypes.c_int64),
        ("trash_days", ctypes.c_int64),
    ]


class Capability(ctypes.Structure):
    """``strongroom_capability``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("name", Text),
        ("value", ctypes.c_uint64),
        ("is_limit", ctypes.c_int32),
        ("reserved", ctypes.c_uint32),
    ]


class SlotId(ctypes.Structure):
    """``strongroom_slot_id``."""

    _fields_: ClassVar = [
        ("text", ctypes.c_char * 40),
    ]


class Deleted(ctypes.Structure):
    """``strongroom_deleted``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("deleted_at", ctypes.c_int64),
        ("purge_at", ctypes.c_int64),
        ("id", ctypes.c_char * 32),
    ]


class Written(ctypes.Structure):
    """``strongroom_written``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("version", ctypes.c_uint64),
        ("created_at", ctypes.c_int64),
        ("updated_at", ctypes.c_int64),
        ("tier", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("id", ctypes.c_char * 32),
        ("path", ctypes.c_char * 520),
    ]


class Rotated(ctypes.Structure):
    """``strongroom_rotated``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("version", ctypes.c_uint64),
        ("old_version", ctypes.c_uint64),
        ("old_expires_at", ctypes.c_int64),
        ("created_at", ctypes.c_int64),
        ("updated_at", ctypes.c_int64),
        ("tier", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("id", ctypes.c_char * 32),
        ("path", ctypes.c_char * 520),
    ]


class Swept(ctypes.Structure):
    """``strongroom_swept``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("secrets", ctypes.c_uint64),
        ("versions", ctypes.c_uint64),
        ("more", ctypes.c_int32),
        ("held_back", ctypes.c_int32),
        ("expiring", ctypes.c_uint64),
        ("expired", ctypes.c_uint64),
        ("audit_events", ctypes.c_uint64),
    ]


class AuditEvent(ctypes.Structure):
    """``strongroom_audit_event``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("id", Text),
        ("kind", Text),
        ("path", Text),
        ("secret_id", Text),
        ("slot_id", Text),
        ("actor", Text),
        ("reason", Text),
        ("request_id", Text),
        ("labels", ctypes.POINTER(Tag)),
        ("label_count", ctypes.c_size_t),
        ("sequence", ctypes.c_uint64),
        ("generation", ctypes.c_uint64),
        ("version", ctypes.c_uint64),
        ("time", ctypes.c_int64),
        ("count", ctypes.c_uint32),
        ("status", ctypes.c_int32),
        ("durable", ctypes.c_int32),
        ("reserved", ctypes.c_uint32),
    ]


class AuditVerified(ctypes.Structure):
    """``strongroom_audit_verified``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("events", ctypes.c_uint64),
        ("first", ctypes.c_uint64),
        ("kept", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("head", ctypes.c_char * 80),
    ]


class AuditExported(ctypes.Structure):
    """``strongroom_audit_exported``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("events", ctypes.c_uint64),
        ("head", ctypes.c_char * 80),
    ]


class AuditPolicy(ctypes.Structure):
    """``strongroom_audit_policy``."""

    _fields_: ClassVar = [
        ("struct_size", ctypes.c_size_t),
        ("standard", ctypes.c_uint32),
        ("sensitive", ctypes.c_uint32),
        ("critical", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("keep_days", ctypes.c_int64),
        ("keep_bytes", ctypes.c_int64),
    ]
