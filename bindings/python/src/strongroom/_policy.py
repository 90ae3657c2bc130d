"""What a store keeps and writes down, and what its passphrases cost."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from contextlib import nullcontext
from ctypes import byref, c_uint64
from typing import TYPE_CHECKING, Any, Optional, Union, overload

from . import _constants as k
from . import _items, _pages
from . import _structs as c
from ._call import call, paged, sized
from ._changes import UNCHANGED, Inheritable, Unchanged, inheritable, number_of, u63
from ._duration import Duration, seconds
from ._native import lib
from ._numbers import u32
from ._text import text, text_or_none
from ._types import KdfCost, Retention, StorePolicy
from ._uncopied import Uncopied

if TYPE_CHECKING:
    from ._operations import Operations

#: How reads are audited: of all secrets, or by their tier.
AuditReads = Union[str, Mapping[str, str]]
#: A number, None for what is kept for good, or ``UNCHANGED``.
Kept = Union[int, None, Unchanged]


class Policy(Uncopied):
    """How many versions a store keeps, how long its trash is, how it audits reads, how long it keeps the audit log and
    idempotency keys, and the least cost of its passphrases: ``store.policy``.

    A transaction has ``get``, ``at`` and ``set``.
    """

    def __init__(self, store: Operations) -> None:
        self._store = store

    @overload
    def get(self, under: None = None) -> StorePolicy: ...

    @overload
    def get(self, under: str) -> Retention: ...

    def get(self, under: Optional[str] = None) -> Retention:
        """What is said of a namespace itself; or of the store, a StorePolicy."""
        found = sized(c.Retention)
        call(lib.strongroom_policy_retention, self._store._handle, *text_or_none(under), byref(found))
        if under is not None:
            return _items.retention(found, under)
        audit, window = sized(c.AuditPolicy), c_uint64()
        call(lib.strongroom_policy_audit, self._store._handle, byref(audit))
        call(lib.strongroom_policy_idempotency_window, self._store._handle, byref(window))
        return _items.store_policy(_items.retention(found, ""), audit, window.value)

    def at(self, path: str) -> Retention:
        """What holds for a secret at a path of which itself nothing is said. ``under`` is empty."""
        found = sized(c.Retention)
        call(lib.strongroom_policy_retention_at, self._store._handle, *text(path), byref(found))
        return _items.retention(found, "")

    def set(
        self,
        under: Optional[str] = None,
        *,
        max_versions: Inheritable = UNCHANGED,
        trash_days: Inheritable = UNCHANGED,
        audit: Optional[AuditReads] = None,
        audit_days: Kept = UNCHANGED,
        audit_bytes: Kept = UNCHANGED,
        idempotency_window: Optional[Duration] = None,
    ) -> None:
        """Says how many versions a namespace keeps (0 for all), and how many days its trash; or the store. What is left out
        stays as it is, and None is inherited.

        The rest is of the store alone. ``audit`` is how reads of values are audited: ``"batched"``, which waits in memory
        for the next commit and is lost if the process is killed; ``"strict"``, durable before the value is released;
        ``"off"``; or one of them by tier, such as ``{"critical": "strict"}``. A sweep removes events of the audit log that
        are older than ``audit_days``, 1 to 36,500, and the oldest ones while the log has more than ``audit_bytes``; None
        keeps them for good. Changes with an idempotency key are remembered for ``idempotency_window``, 60 seconds to 30
        days: seconds, a timedelta or a text such as ``"7d"``.
        """
        retention = inheritable(max_versions), inheritable(trash_days)
        auditing = (*_reads(audit), _kept(audit_days), _kept(audit_bytes))
        window = None if idempotency_window is None else seconds(idempotency_window)
        calls: builtins.list[tuple[Any, ...]] = []
        if auditing != _AUDIT_UNCHANGED:
            calls.append((lib.strongroom_policy_set_audit, *auditing))
        if window is not None:
            calls.append((lib.strongroom_policy_set_idempotency_window, window))
        if under is not None and calls:
            raise TypeError("audit, audit_days, audit_bytes and idempotency_window are of the whole store: leave under out")
        if retention != _RETENTION_UNCHANGED or not calls:
            calls.append((lib.strongroom_policy_set_retention, *text_or_none(under), *retention))
        with self._store._together() if len(calls) > 1 else nullcontext(self._store._handle) as handle:
            for function, *said in calls:
                call(function, handle, *said)

    def all(self) -> builtins.list[Retention]:
        """Every namespace of which something is said, by path; the store has an empty one."""
        page = paged(lib.strongroom_policy_retentions, self._store._handle)
        return _pages.items(page, lib.strongroom_page_retention, c.Retention, _items.listed_retention)

    def kdf_floor(self) -> KdfCost:
        """The least cost of the passphrases."""
        cost = c.KdfCost()
        call(lib.strongroom_policy_kdf_floor, self._store._handle, byref(cost))
        return _items.kdf_cost(cost)

    def set_kdf_floor(self, cost: KdfCost) -> None:
        """Sets the least cost. A slot that costs less is wrapped anew after the first write of a handle that it unlocked.

        Raises KdfLimitsError.
        """
        numbers = u32(cost.memory_kib), u32(cost.passes), u32(cost.lanes)
        call(lib.strongroom_policy_set_kdf_floor, self._store._handle, *numbers)


_RETENTION_UNCHANGED = (k.UNCHANGED, k.UNCHANGED)
_AUDIT_UNCHANGED = (*[k.AUDIT_READS_UNCHANGED] * 3, k.UNCHANGED, k.UNCHANGED)


def _reads(audit: Optional[AuditReads]) -> tuple[int, ...]:
    """How reads of each tier are audited, for C, which takes the tiers one after the other."""
    if audit is None:
        audit = {}
    elif not isinstance(audit, Mapping):
        audit = dict.fromkeys(_items.TIERS.values(), audit)
    for tier in audit:
        number_of(_items.TIERS, tier, "a tier")
    return tuple(
        number_of(_items.AUDIT_READS, audit[tier], "audit") if tier in audit else k.AUDIT_READS_UNCHANGED
        for tier in _items.TIERS.values()
    )


def _kept(number: Kept) -> int:
    if isinstance(number, Unchanged):
        return k.UNCHANGED
    return k.FOR_GOOD if number is None else u63(number)
