"""What the operations of a store return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Optional

from ._secret_bytes import SecretBytes


@dataclass(frozen=True)
class KdfCost:
    """What a guess at a passphrase costs: Argon2id with so much memory (KiB), so many passes and lanes."""

    memory_kib: int
    passes: int
    lanes: int
    #: Of ``calibrate``, how long one guess took here. It does not count when costs are compared.
    measured: Optional[timedelta] = field(default=None, compare=False)


@dataclass(frozen=True)
class SecretInfo:
    """What is known of a secret without its value."""

    #: ``"sec_…"``, which stays when the secret is renamed.
    id: str
    #: Its path; in the trash, the one it had.
    path: str
    #: The number of the current version.
    version: int
    #: The number of the metadata, for ``expect_meta_version``.
    meta_version: int
    #: ``"standard"``, ``"sensitive"`` or ``"critical"``.
    tier: str
    description: str
    #: Values by key; a bare label has an empty value.
    tags: Mapping[str, str]
    content_type: str
    created_at: datetime
    updated_at: datetime
    #: When a value was last read, as far as it is known.
    accessed_at: Optional[datetime]
    #: From when on no value of it is read.
    expires_at: Optional[datetime]
    #: What a sweep does once it has expired: ``"block"``, which is nothing, or ``"trash"``.
    on_expiry: str
    #: How old the current version gets before it is to be rotated.
    rotate_every: Optional[timedelta]
    #: When it gets that old.
    rotation_due_at: Optional[datetime]
    #: When it was put into the trash.
    deleted_at: Optional[datetime]
    #: From when on a sweep removes it.
    purge_at: Optional[datetime]
    #: How many versions are kept, 0 for all; None for what the namespace or the store says.
    max_versions: Optional[int]
    #: How many days it would stay in the trash; None for what the namespace or the store says.
    trash_days: Optional[int]
    #: Bytes of the value, rounded up.
    size_class: int
    #: Of an update, whether nothing was changed, because the same had been done under its idempotency key: what is told is
    #: what was told then. It does not count when results are compared.
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class VersionInfo:
    """What is known of a version without its value."""

    number: int
    #: Bytes of its value, also after that was destroyed.
    size: int
    #: ``"current"``, ``"superseded"``, ``"grace"`` (a newer one was rotated in, and this one is accepted until then),
    #: ``"retired"`` (its grace is over), ``"deleted"`` or ``"destroyed"``.
    state: str
    #: ``"owner"``.
    author: str
    note: str
    created_at: datetime
    #: When it was deleted or destroyed.
    deleted_at: Optional[datetime]
    #: Until when a deleted one can be restored, or one in grace is accepted.
    until: Optional[datetime]
    #: Of a change, whether nothing was changed, because the same had been done under its idempotency key: what is told is
    #: what was told then. It does not count when results are compared.
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Written:
    """What a write did."""

    id: str
    #: As it is stored, in Unicode NFC.
    path: str
    #: The number of the version that is current now.
    version: int
    tier: str
    created_at: datetime
    updated_at: datetime
    #: Whether nothing was changed, because the same had been done under its idempotency key: what is told is what was told
    #: then. It does not count when results are compared.
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Rotated:
    """What a rotation did."""

    id: str
    #: As it is stored, in Unicode NFC.
    path: str
    tier: str
    #: The number of the version that was current before.
    old_version: int
    #: The number of the version that is current now.
    new_version: int
    #: Until when the old version is accepted: the first instant at which it is not.
    old_expires_at: datetime
    created_at: datetime
    updated_at: datetime
    #: Whether nothing was changed, because the same had been done under its idempotency key: what is told is what was told
    #: then. It does not count when results are compared.
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Due:
    """Something that is to be done with a secret."""

    #: Where the secret is; of one in the trash, where it was.
    path: str
    id: str
    #: ``"expiry"``, ``"rotation"``, or ``"purge"`` for one in the trash.
    reason: str
    at: datetime


@dataclass(frozen=True)
class SignatureCheck:
    """What a check of a signature found. It is true if the signature is valid, and false if it is not."""

    valid: bool
    #: The number of the version that signed, if it is valid.
    version: Optional[int]
    #: Why it is not: ``"wrong"``; or ``"too_old"`` or ``"too_early"``, of a request that the secret signed. None if it is.
    reason: Optional[str]

    def __bool__(self) -> bool:
        return self.valid


@dataclass(frozen=True)
class Deleted:
    """What a delete did."""

    id: str
    deleted_at: datetime
    #: From when on a sweep removes it.
    purge_at: datetime
    #: Whether nothing was changed, because the same had been done under its idempotency key: what is told is what was told
    #: then. It does not count when results are compared.
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Destroyed:
    """What destroying a secret did."""

    #: Whether nothing was changed, because the same had been done under its idempotency key. It does not count when results
    #: are compared.
    replayed: bool = field(default=False, compare=False)


class Renamed(int):
    """How many secrets were given another path."""

    #: Whether nothing was changed, because the same had been done under its idempotency key: what is told is what was told
    #: then. It does not count when results are compared.
    replayed: bool = False


@dataclass(frozen=True)
class Swept:
    """What a sweep removed."""

    secrets: int
    #: Versions whose values were removed, those of the secrets among them.
    versions: int
    #: Whether more is due.
    more: bool
    #: Whether the clock went forward by more than a year at once: what would be due since then was left.
    held_back: bool
    #: Secrets of which the audit log now says that they expire soon.
    expiring: int
    #: Secrets of which it now says that they have expired, those that went to the trash among them.
    expired: int
    #: Events of the audit log that were removed, as the policy says.
    audit_events: int


@dataclass(frozen=True)
class Namespace:
    """A namespace, and how many live secrets are in it at any depth."""

    path: str
    secrets: int


@dataclass(frozen=True)
class TagCount:
    """A key or a value of tags, and how many live secrets bear it."""

    name: str
    secrets: int


@dataclass(frozen=True)
class Page:
    """Some of the secrets that a list shows."""

    items: tuple[SecretInfo, ...]
    #: With ``recursive=False`` the namespaces directly below.
    namespaces: tuple[Namespace, ...]
    #: What to give as ``cursor`` for the next page; None behind the last one.
    next_cursor: Optional[str]
    has_more: bool
    #: How many secrets there are in all, on the first page with ``count=True``; else None.
    total: Optional[int]


@dataclass(frozen=True)
class NamespaceStats:
    """A namespace directly below the one that was asked for, by its name, and what is in it at any depth."""

    name: str
    secrets: int
    versions: int
    value_bytes: int


@dataclass(frozen=True)
class Stats:
    """Secrets, versions and bytes."""

    live_secrets: int
    live_versions: int
    live_value_bytes: int
    trash_secrets: int
    trash_versions: int
    trash_value_bytes: int
    file_bytes: int
    #: Bytes of the file that hold rows.
    used_bytes: int
    namespaces: tuple[NamespaceStats, ...]


@dataclass(frozen=True)
class Verified:
    """What a verification counted."""

    #: Blocks of 4 KiB that the last commit reaches; each one authenticated.
    blocks: int
    #: Blocks that it does not reach. Nothing reads them.
    unreachable_blocks: int
    secrets: int
    trashed: int
    #: Versions of all these, each opened that has a value.
    versions: int
    #: Events of the audit log, whose chain holds.
    events: int


@dataclass(frozen=True)
class Copied:
    """What a copy holds, after it was verified."""

    #: The number of the commit that it holds.
    generation: int
    #: Its length in bytes, spare room included.
    file_len: int
    verified: Verified


@dataclass(frozen=True)
class Health:
    """How a store is."""

    #: ``"ok"``, ``"degraded"``, ``"locked"``, ``"poisoned"`` or ``"damaged"``.
    status: str
    #: The version of the file format.
    format_version: int
    #: Whether the file is still the one at its path.
    in_place: bool
    #: Whether the clock went forward by more than a year at once, and nobody said that it is right.
    clock_jumped: bool
    #: How far the clock stands behind the last time the store has seen.
    clock_behind: timedelta
    #: The number of the last durable commit.
    generation: int
    #: Bytes that are free where the file lies; None for a store in memory.
    free_bytes: Optional[int]
    #: Secrets and single versions that a sweep would remove.
    pending_sweep: int
    last_backup_at: Optional[datetime]
    #: When this handle last verified the store whole.
    last_verified_at: Optional[datetime]
    #: Paths of other files beside the store that carry its id.
    copies_beside: tuple[str, ...]


@dataclass(frozen=True)
class OpenReport:
    """What opening found out about the file."""

    #: The number of a commit that was cut off before it was acknowledged, and is not in the store; None if there is none.
    discarded_generation: Optional[int]
    #: How far the clock stood behind the last time the store has seen.
    clock_behind: timedelta
    #: Whether one of the two superblocks is unreadable.
    unreadable_superblock: bool
    #: Whether opening verified the store.
    verified: bool
    #: ``"none"``, ``"in_history"``, or ``"older_than_log"``: take a new pin.
    pin: str
    #: Whether the slot that unlocked costs less than the store's floor, and is wrapped anew with the first write.
    kdf_upgrade: bool
    #: Whether one of the two copies of the key header is unreadable. Any change of a key slot writes both, and so does
    #: ``compact``.
    unreadable_header: bool


@dataclass(frozen=True)
class MemoryStatus:
    """How well the operating system protects the memory that holds the keys."""

    #: Never written to swap.
    locked: bool
    #: Left out of core dumps.
    excluded_from_dumps: bool
    #: Empty in a forked child.
    wiped_on_fork: bool


@dataclass(frozen=True)
class Slot:
    """A key slot: one way to unlock a store."""

    id: str
    #: What somebody called it; empty if nobody did.
    label: str
    #: ``"passphrase"``, ``"raw_key"``, ``"key_file"``, ``"passphrase_and_key_file"`` or ``"recovery_code"``.
    kind: str
    created_at: datetime
    #: When it last unlocked a handle that wrote.
    last_used_at: Optional[datetime]
    #: What a passphrase costs to try; None if none is part of it.
    kdf: Optional[KdfCost]
    #: Whether this handle came in by it.
    unlocked_this_handle: bool


@dataclass(frozen=True)
class RecoveryCode:
    """A new way in, to be written down: it is shown this once."""

    #: Of its slot.
    id: str
    code: SecretBytes


@dataclass(frozen=True)
class Retention:
    """How many versions are kept, and how long the trash is."""

    #: The namespace it is for; empty for the store.
    under: str
    #: 0 for all, None for what is inherited.
    max_versions: Optional[int]
    #: None for what is inherited.
    trash_days: Optional[int]


@dataclass(frozen=True)
class StorePolicy(Retention):
    """What a store keeps, and what it writes down."""

    #: How reads are audited, by tier: ``"batched"``, ``"strict"`` or ``"off"``.
    audit: Mapping[str, str]
    #: How many days events of the audit log are kept; None for good.
    audit_days: Optional[int]
    #: From how many bytes on the oldest events go; None is never.
    audit_bytes: Optional[int]
    #: For how long a change with an idempotency key is remembered.
    idempotency_window: timedelta


@dataclass(frozen=True)
class AuditEvent:
    """What happened, when, to what, and through whom. It never holds a value."""

    #: Its number: 1 for the first event of a store, and never used again.
    sequence: int
    #: ``"evt_…"``.
    id: str
    #: What happened, such as ``"secret.created"``.
    type: str
    #: Where the secret was when this was over, or the namespace concerned.
    path: Optional[str]
    secret_id: Optional[str]
    #: The key slot that was added, removed or changed.
    slot_id: Optional[str]
    #: Through whom, as ``"owner:"`` and the key slot that unlocked the handle.
    actor: Optional[str]
    #: What the handle said of itself, values by key.
    labels: Mapping[str, str]
    reason: Optional[str]
    request_id: Optional[str]
    #: The version written or read, or the number of the metadata that were; else what the type says. 0 if there is none.
    version: int
    #: When; of what happened several times, when it first did.
    time: datetime
    #: How often.
    count: int
    #: The name of the class of the error it failed with, such as ``"NotFoundError"``; None if it succeeded.
    error: Optional[str]
    #: Whether it is in the file; else it waits in memory for the next commit.
    durable: bool
    #: The number of the commit it is of.
    generation: int

    @property
    def success(self) -> bool:
        """Whether it succeeded."""
        return self.error is None


@dataclass(frozen=True)
class AuditPage:
    """Some of the events of the audit log that a query shows."""

    events: tuple[AuditEvent, ...]
    #: What to give as ``cursor`` for the next page; None behind the last one.
    next_cursor: Optional[str]
    has_more: bool


@dataclass(frozen=True)
class AuditVerified:
    """What following the chain of the audit log found in order."""

    #: Events in the log.
    events: int
    #: The number of the first of them: 1, unless the beginning of the log was removed by policy.
    first: int
    #: Where the log ends.
    head: str
    #: Of the head that was given, ``"in_history"``, or ``"older_than_log"``: take a new one. None if none was.
    kept: Optional[str]


@dataclass(frozen=True)
class AuditExported:
    """What an export of the audit log holds."""

    #: Events in it.
    events: int
    #: Where it ends.
    head: str


@dataclass(frozen=True)
class Capabilities:
    """What this build of the library can do, and what its limits are."""

    features: frozenset[str]
    limits: Mapping[str, int]
