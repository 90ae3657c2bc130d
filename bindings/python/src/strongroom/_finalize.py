"""What happens to an object of the library whose owner was garbage-collected."""

from __future__ import annotations

import os
from ctypes import byref, c_void_p
from typing import Callable

from ._native import lib


def free_here(process: int, free: Callable[[int], int], handle: int) -> None:
    """Frees an object in the process that made it. A forked child leaves the library alone: a thread that is not there
    may have held one of its locks."""
    if os.getpid() == process:
        free(handle)


def close_here(process: int, handle: int) -> None:
    """Closes a store, or rolls a transaction back, in the process that opened it."""
    if os.getpid() == process:
        lib.strongroom_close(byref(c_void_p(handle)), None)


def unsubscribe_here(process: int, handle: int) -> None:
    """Ends a subscription in the process that began it."""
    if os.getpid() == process:
        lib.strongroom_unsubscribe(byref(c_void_p(handle)), None)
