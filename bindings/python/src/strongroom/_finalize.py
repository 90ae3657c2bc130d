"""What happens to an object of the library whose owner was garbage-collected."""

from __future__ import annotations

import os
import weakref
from ctypes import byref, c_void_p
from typing import Any, Callable, Optional

from ._native import lib


def free_here(process: int, free: Callable[[c_void_p], int], handle: c_void_p) -> None:
    """Frees an object in the process that made it. A forked child leaves the library alone: a thread that is not there
    may have held one of its locks."""
    if os.getpid() == process:
        free(handle)


class Opened:
    """A store or a transaction until the last object that needs it is gone; it is then closed, or rolled back. A store with
    a transaction cannot be closed, and the garbage collector ends what came from another in any order."""

    def __init__(self, handle: Any, of: Optional[Opened] = None) -> None:
        """Takes a handle over, which came from another one."""
        self.finalizer = weakref.finalize(self, _close_here, os.getpid(), handle, of)


def _close_here(process: int, handle: int, of: Optional[Opened]) -> None:
    """Closes a handle in the process that opened it. Until then it holds what it came from."""
    free_here(process, close, c_void_p(handle))


def close(handle: c_void_p) -> int:
    """Closes a store, or rolls a transaction back, with nobody to tell of an error."""
    status: int = lib.strongroom_close(byref(handle), None)
    return status


def unsubscribe(handle: c_void_p) -> int:
    """Ends a subscription."""
    status: int = lib.strongroom_unsubscribe(byref(handle), None)
    return status
