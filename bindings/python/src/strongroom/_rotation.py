"""Rotating secrets, and what is due."""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import byref, c_uint64
from typing import Callable, Optional

from . import _items, _pages
from . import _structs as c
from ._buffers import compared
from ._call import call, owned, paged, sized
from ._changes import UNCHANGED, Changes, Every, Expect, Inheritable, Moment
from ._duration import Duration, seconds
from ._generator import Generator, new_value
from ._native import lib
from ._numbers import u64
from ._once import Changing
from ._secret import Secret, taken_secret
from ._secret_bytes import Value
from ._text import Tags, text
from ._types import Due, Rotated, VersionInfo


class Rotation(Changing):
    """What a store and a transaction can do with secrets that are replaced from time to time."""

    def rotate(
        self,
        path: str,
        value: Optional[Value] = None,
        grace_seconds: Duration = 0,
        *,
        generate: Optional[Generator] = None,
        expect: Expect = None,
        tags: Optional[Tags] = None,
        add_tags: Optional[Tags] = None,
        remove_tags: Optional[Iterable[str]] = None,
        description: Optional[str] = None,
        tier: Optional[str] = None,
        content_type: Optional[str] = None,
        note: Optional[str] = None,
        max_versions: Inheritable = UNCHANGED,
        trash_days: Inheritable = UNCHANGED,
        expires_in: Optional[Duration] = None,
        expires_at: Moment = UNCHANGED,
        on_expiry: Optional[str] = None,
        rotate_every: Every = UNCHANGED,
        idempotency_key: Optional[str] = None,
    ) -> Rotated:
        """Writes a value, or one that ``generate`` makes, as the next version of a secret that is there. It is current at
        once; the version before is readable by number and ``accepted`` for ``grace_seconds`` more (seconds, a timedelta or a
        text such as ``"1h"``), and then never again. A version that is in grace already stays so until its own time.

        The rest is as in ``put``.

        Raises NotFoundError, ConflictError, LimitExceededError, and ExpiredError if the secret has expired and is given no
        other expiry.
        """
        changes = Changes(
            tags=tags,
            add_tags=add_tags,
            remove_tags=remove_tags,
            description=description,
            tier=tier,
            content_type=content_type,
            note=note,
            max_versions=max_versions,
            trash_days=trash_days,
            expires_in=expires_in,
            expires_at=expires_at,
            on_expiry=on_expiry,
            rotate_every=rotate_every,
            expect=expect,
        )
        done, grace = sized(c.Rotated), seconds(grace_seconds)
        with changes.handle() as handle, new_value(value, generate) as (generated, new), self._once(idempotency_key) as once:
            write = lib.strongroom_rotate_generated if generated else lib.strongroom_rotate
            call(write, once.handle, *text(path), *new, grace, handle, byref(done))
        return once.told(_items.rotated(done))

    def accepted(self, path: str) -> list[Secret]:
        """The current version of a secret and those in grace, the newest first: what whoever checks a value is to accept.

        Raises NotFoundError and ExpiredError.
        """
        with owned(lib.strongroom_secrets_free, lib.strongroom_accepted, self._handle, *text(path)) as found:
            count = lib.strongroom_secrets_len(found)
            return [taken_secret(lib.strongroom_secrets_take, found, index) for index in range(count)]

    def verify_any(self, path: str, candidate: Value) -> Optional[int]:
        """The number of the newest accepted version that this is the value of; None if it is of none. How long it takes does
        not depend on where they differ.

        Raises NotFoundError and ExpiredError.
        """
        version = c_uint64()
        with compared(candidate) as (can_be, said):
            call(lib.strongroom_verify_any, self._handle, *text(path), *said, byref(version))
        return (can_be and version.value) or None

    def revoke_version(self, path: str, version: int, *, idempotency_key: Optional[str] = None) -> VersionInfo:
        """Ends the grace of a version, or retires an older one: from now on it cannot be read.

        Raises NotFoundError, DestroyedError, and InvalidArgumentError of the current version.
        """
        return self._change_version(lib.strongroom_revoke_version, path, version, idempotency_key)

    def _change_version(
        self, change: Callable[..., int], path: str, version: int, idempotency_key: Optional[str]
    ) -> VersionInfo:
        with self._once(idempotency_key) as once:
            found = _pages.version(paged(change, once.handle, *text(path), u64(version)))
        return once.told(found)

    def due(self, within: Duration) -> list[Due]:
        """What is to be done within this time from now (seconds, a timedelta or a text such as ``"30d"``), the earliest
        first, and what is overdue: secrets that expire or have expired, that are to be rotated, or that leave the trash."""
        page = paged(lib.strongroom_due, self._handle, seconds(within))
        return _pages.items(page, lib.strongroom_page_due, c.DueItem, _items.due)
