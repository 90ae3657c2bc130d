"""What needs no store."""

from __future__ import annotations

from ctypes import byref, c_uint64
from typing import Optional

from . import _items, _pages
from . import _structs as c
from ._call import call, paged
from ._frozen import Frozen
from ._native import lib
from ._numbers import u32, u64
from ._time import Seconds, duration_ms
from ._types import Capabilities, KdfCost

#: As much memory as the library gives.
_NO_LIMIT = 2**32 - 1


def capabilities() -> Capabilities:
    """What this build of the library can do, and what its limits are."""
    page = paged(lib.strongroom_capabilities)
    found = _pages.items(page, lib.strongroom_page_capability, c.Capability, _items.capability)
    return Capabilities(
        features=frozenset(name for name, is_limit, _ in found if not is_limit),
        limits=Frozen({name: value for name, is_limit, value in found if is_limit}),
    )


def calibrate(target_seconds: Seconds = 0.5, max_memory_kib: Optional[int] = None) -> KdfCost:
    """Finds a cost at which unlocking with a passphrase takes about so long on this machine, by measuring; it takes about as
    long as three unlocks. ``measured`` is how long one took.

    Raises KdfLimitsError and OutOfMemoryError.
    """
    cost, measured = c.KdfCost(), c_uint64()
    memory = _NO_LIMIT if max_memory_kib is None else u32(max_memory_kib)
    call(lib.strongroom_calibrate, u64(duration_ms(target_seconds)), memory, byref(cost), byref(measured))
    return _items.kdf_cost(cost, measured.value)


def version() -> str:
    """The version of the library, such as "0.1.0"."""
    text: bytes = lib.strongroom_version()
    return text.decode()
