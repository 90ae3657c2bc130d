"""What a copy may do, and whom it tells how far it is, on its way to C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref
from typing import Any, Callable, Optional

from . import _structs as c
from ._call import call, owned
from ._native import lib
from ._numbers import u32
from ._signatures import Progress
from ._text import text_or_none
from ._types import KdfCost

#: Called now and then with how much is done, and of how much. An exception cancels, and comes out of the call.
OnProgress = Callable[[int, int], object]


class _Teller:
    """Calls a function of Python from C, through which no exception can go: it is kept."""

    def __init__(self, tell: OnProgress) -> None:
        self._tell = tell
        self.error: Optional[BaseException] = None

    def call(self, done: int, total: int, _: Any) -> int:
        """What C calls."""
        try:
            self._tell(done, total)
        except BaseException as error:
            self.error = error
            return 1
        return 0


@contextmanager
def copy_options(
    progress: Optional[OnProgress] = None,
    drop_other_slots: bool = False,
    label: Optional[str] = None,
    kdf: Optional[KdfCost] = None,
) -> Iterator[Any]:
    """Options of a copy, until the end of the block, which raises what the callback raised."""
    teller = None if progress is None else _Teller(progress)
    callback = None if teller is None else Progress(teller.call)
    try:
        with owned(lib.strongroom_copy_options_free, lib.strongroom_copy_options_new) as options:
            if callback is not None:
                call(lib.strongroom_copy_options_progress, options, callback, None)
            if drop_other_slots:
                call(lib.strongroom_copy_options_drop_other_slots, options, 1)
            if label is not None or kdf is not None:
                call(lib.strongroom_copy_options_new_slot, options, *text_or_none(label), cost_or_none(kdf))
            yield options
    finally:
        if teller is not None and teller.error is not None:
            raise teller.error from None


def cost_or_none(kdf: Optional[KdfCost]) -> Any:
    """A cost for C, or NULL."""
    return None if kdf is None else byref(c.KdfCost(u32(kdf.memory_kib), u32(kdf.passes), u32(kdf.lanes)))
