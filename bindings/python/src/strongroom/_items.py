"""The structs of C as the types of this package."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Optional

from . import _constants as k
from . import _structs as c
from ._frozen import Frozen
from ._kinds import KINDS
from ._time import from_duration_ms, from_ms, from_ms_or_none
from ._types import (
    AuditEvent,
    AuditExported,
    AuditVerified,
    Copied,
    Deleted,
    Due,
    Health,
    KdfCost,
    MemoryStatus,
    Namespace,
    NamespaceStats,
    OpenReport,
    Retention,
    Rotated,
    SecretInfo,
    SignatureCheck,
    Slot,
    Stats,
    StorePolicy,
    Swept,
    TagCount,
    Verified,
    VersionInfo,
    Written,
)

TIERS = {k.TIER_STANDARD: "standard", k.TIER_SENSITIVE: "sensitive", k.TIER_CRITICAL: "critical"}
VERSION_STATES = {
    k.STATE_CURRENT: "current",
    k.STATE_SUPERSEDED: "superseded",
    k.STATE_GRACE: "grace",
    k.STATE_RETIRED: "retired",
    k.STATE_DELETED: "deleted",
    k.STATE_DESTROYED: "destroyed",
}
ON_EXPIRY = {k.ON_EXPIRY_BLOCK: "block", k.ON_EXPIRY_TRASH: "trash"}
DUE = {k.DUE_EXPIRY: "expiry", k.DUE_ROTATION: "rotation", k.DUE_PURGE: "purge"}
SIGNATURES = {
    k.SIGNATURE_WRONG: "wrong",
    k.SIGNATURE_TOO_OLD: "too_old",
    k.SIGNATURE_TOO_EARLY: "too_early",
}
AUTHORS = {k.AUTHOR_OWNER: "owner"}
SLOT_KINDS = {
    k.SLOT_PASSPHRASE: "passphrase",
    k.SLOT_RAW_KEY: "raw_key",
    k.SLOT_KEY_FILE: "key_file",
    k.SLOT_PASSPHRASE_AND_KEY_FILE: "passphrase_and_key_file",
    k.SLOT_RECOVERY_CODE: "recovery_code",
}
HEALTH = {
    k.HEALTH_OK: "ok",
    k.HEALTH_DEGRADED: "degraded",
    k.HEALTH_LOCKED: "locked",
    k.HEALTH_POISONED: "poisoned",
    k.HEALTH_DAMAGED: "damaged",
}
PINS = {k.PIN_NONE: "none", k.PIN_IN_HISTORY: "in_history", k.PIN_OLDER_THAN_LOG: "older_than_log"}
AUDIT_READS = {k.AUDIT_READS_BATCHED: "batched", k.AUDIT_READS_STRICT: "strict", k.AUDIT_READS_OFF: "off"}
ENVIRONMENTS = {k.ENVIRONMENT_LIVE: "live", k.ENVIRONMENT_TEST: "test"}
NO_FREE_BYTES = 2**64 - 1


def named(names: dict[int, str], number: int) -> str:
    """The name of a number, or the number where a later library has more of them."""
    return names.get(number, str(number))


def text(borrowed: c.Text) -> str:
    """A copy of a text of the library's."""
    return ctypes.string_at(borrowed.data, borrowed.len).decode()


def text_or_none(borrowed: c.Text) -> Optional[str]:
    """A copy of a text of the library's; None for an empty one."""
    return text(borrowed) or None


def inherited(number: int) -> Optional[int]:
    """A number that may be inherited."""
    return None if number == k.INHERITED else number


def tags(found: Any, count: int) -> Mapping[str, str]:
    """Tags or labels, values by key."""
    return Frozen({text(tag.key): text(tag.value) for tag in found[:count]})


def secret_texts(info: c.SecretInfo) -> tuple[str, str, str, str, Mapping[str, str]]:
    """Copies of the texts that what is known of a secret points to."""
    tagged = tags(info.tags, info.tag_count)
    return text(info.id), text(info.path), text(info.description), text(info.content_type), tagged


def secret_info(info: c.SecretInfo, texts: Optional[tuple[str, str, str, str, Mapping[str, str]]] = None) -> SecretInfo:
    """What is known of a secret, with texts that may have been copied before."""
    id, path, description, content_type, tagged = texts or secret_texts(info)
    return SecretInfo(
        id=id,
        path=path,
        version=info.version,
        meta_version=info.meta_version,
        tier=named(TIERS, info.tier),
        description=description,
        tags=tagged,
        content_type=content_type,
        created_at=from_ms(info.created_at),
        updated_at=from_ms(info.updated_at),
        accessed_at=from_ms_or_none(info.accessed_at),
        expires_at=from_ms_or_none(info.expires_at),
        on_expiry=named(ON_EXPIRY, info.on_expiry),
        rotate_every=timedelta(seconds=info.rotate_every) if info.rotate_every else None,
        rotation_due_at=from_ms_or_none(info.rotation_due_at),
        deleted_at=from_ms_or_none(info.deleted_at),
        purge_at=from_ms_or_none(info.purge_at),
        max_versions=inherited(info.max_versions),
        trash_days=inherited(info.trash_days),
        size_class=info.size_class,
    )


def version_info(info: c.VersionInfo) -> VersionInfo:
    """What is known of a version."""
    return VersionInfo(
        number=info.number,
        size=info.size,
        state=named(VERSION_STATES, info.state),
        author=named(AUTHORS, info.author),
        note=text(info.note),
        created_at=from_ms(info.created_at),
        deleted_at=from_ms_or_none(info.deleted_at),
        until=from_ms_or_none(info.until),
    )


def written(done: c.Written) -> Written:
    """What a write did."""
    return Written(
        id=done.id.decode(),
        path=done.path.decode(),
        version=done.version,
        tier=named(TIERS, done.tier),
        created_at=from_ms(done.created_at),
        updated_at=from_ms(done.updated_at),
    )


def rotated(done: c.Rotated) -> Rotated:
    """What a rotation did."""
    return Rotated(
        id=done.id.decode(),
        path=done.path.decode(),
        tier=named(TIERS, done.tier),
        old_version=done.old_version,
        new_version=done.version,
        old_expires_at=from_ms(done.old_expires_at),
        created_at=from_ms(done.created_at),
        updated_at=from_ms(done.updated_at),
    )


def due(item: c.DueItem) -> Due:
    """Something that is to be done."""
    return Due(text(item.path), text(item.id), named(DUE, item.reason), from_ms(item.at))


def signature_check(found: int, version: int) -> SignatureCheck:
    """What a check of a signature found."""
    if found == k.SIGNATURE_VALID:
        return SignatureCheck(True, version, None)
    return SignatureCheck(False, None, named(SIGNATURES, found))


def deleted(done: c.Deleted) -> Deleted:
    """What a delete did."""
    return Deleted(done.id.decode(), from_ms(done.deleted_at), from_ms(done.purge_at))


def swept(done: c.Swept) -> Swept:
    """What a sweep did."""
    return Swept(
        secrets=done.secrets,
        versions=done.versions,
        more=bool(done.more),
        held_back=bool(done.held_back),
        expiring=done.expiring,
        expired=done.expired,
        audit_events=done.audit_events,
    )


def namespace(item: c.Namespace) -> Namespace:
    """A namespace of a list."""
    return Namespace(text(item.path), item.secrets)


def namespace_stats(item: c.Namespace) -> NamespaceStats:
    """A namespace of a count."""
    return NamespaceStats(text(item.path), item.secrets, item.versions, item.value_bytes)


def stats(counts: c.Counts, namespaces: list[NamespaceStats]) -> Stats:
    """Secrets, versions and bytes."""
    return Stats(
        live_secrets=counts.live_secrets,
        live_versions=counts.live_versions,
        live_value_bytes=counts.live_value_bytes,
        trash_secrets=counts.trash_secrets,
        trash_versions=counts.trash_versions,
        trash_value_bytes=counts.trash_value_bytes,
        file_bytes=counts.file_bytes,
        used_bytes=counts.used_bytes,
        namespaces=tuple(namespaces),
    )


def tag_count(item: c.TagCount) -> TagCount:
    """A key or a value of tags."""
    return TagCount(text(item.name), item.secrets)


def verified(done: c.Verified | c.Copied) -> Verified:
    """What a verification counted, also that of a copy."""
    return Verified(done.blocks, done.unreachable_blocks, done.secrets, done.trashed, done.versions, done.events)


def copied(done: c.Copied) -> Copied:
    """What a copy holds."""
    return Copied(done.generation, done.file_len, verified(done))


def health(condition: c.Condition, copies_beside: tuple[str, ...]) -> Health:
    """How a store is."""
    return Health(
        status=named(HEALTH, condition.status),
        format_version=condition.format_version,
        in_place=bool(condition.in_place),
        clock_jumped=bool(condition.clock_jumped),
        clock_behind=from_duration_ms(condition.clock_behind_ms),
        generation=condition.generation,
        free_bytes=None if condition.free_bytes == NO_FREE_BYTES else condition.free_bytes,
        pending_sweep=condition.pending_sweep,
        last_backup_at=from_ms_or_none(condition.last_backup_at),
        last_verified_at=from_ms_or_none(condition.last_verified_at),
        copies_beside=copies_beside,
    )


def open_report(opened: c.Opened) -> OpenReport:
    """What opening found out."""
    return OpenReport(
        discarded_generation=opened.discarded_generation or None,
        clock_behind=from_duration_ms(opened.clock_behind_ms),
        unreadable_superblock=bool(opened.unreadable_superblock),
        verified=bool(opened.verified),
        pin=named(PINS, opened.pin),
        kdf_upgrade=bool(opened.kdf_upgrade),
        unreadable_header=bool(opened.unreadable_header),
    )


def memory_status(memory: c.Memory) -> MemoryStatus:
    """How the memory of the keys is protected."""
    return MemoryStatus(bool(memory.locked), bool(memory.excluded_from_dumps), bool(memory.wiped_on_fork))


def slot(item: c.Slot) -> Slot:
    """A key slot."""
    cost = KdfCost(item.kdf_memory_kib, item.kdf_passes, item.kdf_lanes)
    return Slot(
        id=text(item.id),
        label=text(item.label),
        kind=named(SLOT_KINDS, item.kind),
        created_at=from_ms(item.created_at),
        last_used_at=from_ms_or_none(item.last_used_at),
        kdf=cost if cost.memory_kib else None,
        unlocked_this_handle=bool(item.unlocked_this_handle),
    )


def retention(item: c.Retention, under: str) -> Retention:
    """A retention of a namespace."""
    return Retention(under, inherited(item.max_versions), inherited(item.trash_days))


def store_policy(said: Retention, audit: c.AuditPolicy, window: int) -> StorePolicy:
    """What is said of a store."""
    return StorePolicy(
        under=said.under,
        max_versions=said.max_versions,
        trash_days=said.trash_days,
        audit=Frozen({tier: named(AUDIT_READS, getattr(audit, tier)) for tier in TIERS.values()}),
        audit_days=_for_good(audit.keep_days),
        audit_bytes=_for_good(audit.keep_bytes),
        idempotency_window=timedelta(seconds=window),
    )


def _for_good(number: int) -> Optional[int]:
    return None if number == k.FOR_GOOD else number


def audit_event(event: c.AuditEvent) -> AuditEvent:
    """An event of the audit log."""
    return AuditEvent(
        sequence=event.sequence,
        id=text(event.id),
        type=text(event.kind),
        path=text_or_none(event.path),
        secret_id=text_or_none(event.secret_id),
        slot_id=text_or_none(event.slot_id),
        actor=text_or_none(event.actor),
        labels=tags(event.labels, event.label_count),
        reason=text_or_none(event.reason),
        request_id=text_or_none(event.request_id),
        version=event.version,
        time=from_ms(event.time),
        count=event.count,
        error=_class_name(event.status),
        durable=bool(event.durable),
        generation=event.generation,
    )


def _class_name(status: int) -> Optional[str]:
    """The name of the class of an error, or the number where a later library has more of them."""
    if status == k.OK:
        return None
    return KINDS[status].__name__ if status in KINDS else str(status)


def audit_verified(done: c.AuditVerified) -> AuditVerified:
    """What following the chain found."""
    kept = None if done.kept == k.PIN_NONE else named(PINS, done.kept)
    return AuditVerified(done.events, done.first, done.head.decode(), kept)


def audit_exported(done: c.AuditExported) -> AuditExported:
    """What an export holds."""
    return AuditExported(done.events, done.head.decode())


def kdf_cost(cost: c.KdfCost, measured_us: Optional[int] = None) -> KdfCost:
    """A cost, and how long it took if that was measured."""
    measured = None if measured_us is None else timedelta(microseconds=measured_us)
    return KdfCost(cost.memory_kib, cost.passes, cost.lanes, measured)


def listed_retention(item: c.Retention) -> Retention:
    """A retention of a page, which says what it is for."""
    return retention(item, text(item.under))


def capability(item: c.Capability) -> tuple[str, bool, int]:
    """The name of something that a build can do; whether it is a limit; which."""
    return text(item.name), bool(item.is_limit), item.value
