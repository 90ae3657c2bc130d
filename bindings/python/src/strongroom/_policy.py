"""What a store keeps, and what its passphrases cost."""

from __future__ import annotations

import builtins
from ctypes import byref
from typing import TYPE_CHECKING, Optional

from . import _items, _pages
from . import _structs as c
from ._call import call, obtain, sized
from ._changes import UNCHANGED, Inheritable, inheritable
from ._native import lib
from ._numbers import u32
from ._text import text, text_or_none
from ._types import KdfCost, Retention

if TYPE_CHECKING:
    from ._operations import Operations


class Policy:
    """How many versions a store keeps, how long its trash is, and the least cost of its passphrases: ``store.policy``.

    A transaction has ``get``, ``at`` and ``set``.
    """

    def __init__(self, store: Operations) -> None:
        self._store = store

    def get(self, under: Optional[str] = None) -> Retention:
        """What is said of a namespace itself, or of the store."""
        found = sized(c.Retention)
        call(lib.strongroom_policy_retention, self._store._handle, *text_or_none(under), byref(found))
        return _items.retention(found, under or "")

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
    ) -> None:
        """Says how many versions a namespace keeps (0 for all), and how many days its trash; or the store. What is left out
        stays as it is, and None is inherited."""
        numbers = inheritable(max_versions), inheritable(trash_days)
        call(lib.strongroom_policy_set_retention, self._store._handle, *text_or_none(under), *numbers)

    def all(self) -> builtins.list[Retention]:
        """Every namespace of which something is said, by path; the store has an empty one."""
        page = obtain(lib.strongroom_policy_retentions, self._store._handle)
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
