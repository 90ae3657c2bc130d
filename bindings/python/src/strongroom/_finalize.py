"""What happens to an object of the library whose owner was garbage-collected."""

from __future__ import annotations

import os
import weakref
from ctypes import byref, c_void_p
from typing import Any, Callable, Optional

from ._call import Free, call
from ._native import lib


class Held:
    """An object of the library's, until the last of this package's that needs it is gone; it is then freed. What came from
    another one holds that until then: a store with a transaction cannot be closed, and the garbage collector ends them in
    any order.

    It is made, with all that frees it, before the library makes the object and writes the handle in here: a signal handler
    can raise at any call in between.
    """

    def __init__(self, free: Free, of: Optional[Held] = None) -> None:
        """Holds nothing yet; ``take`` does."""
        self._process = os.getpid()
        self._place = c_void_p()
        self._free = free
        self._finalizer = weakref.finalize(self, _free_here, self._process, free, self._place, of)

    def take(self, function: Callable[..., int], *arguments: Any) -> Any:
        """Calls a function that writes a handle before the error; returns the handle. It is freed if a signal handler raises
        behind the call, though the traceback keeps this."""
        try:
            call(function, *arguments, byref(self._place))
        except BaseException:
            self._free(self._place)
            raise
        return self._place.value

    @property
    def held(self) -> bool:
        """Whether it has not ended."""
        return self._finalizer.alive

    @property
    def inherited(self) -> bool:
        """Whether this process is a fork of the one that made it, which is to end it."""
        return os.getpid() != self._process

    def end(self) -> None:
        """Frees it, or does nothing if it was freed."""
        _free_here(self._process, self._free, self._place)
        self.ended()

    def ended(self) -> None:
        """The library has freed it."""
        self._finalizer.detach()


def _free_here(process: int, free: Free, place: c_void_p, of: Optional[Held] = None) -> None:
    """Frees an object in the process that made it. A forked child leaves the library alone: a thread that is not there
    may have held one of its locks."""
    if os.getpid() == process:
        free(place)


def close(handle: c_void_p) -> int:
    """Closes a store, or rolls a transaction back, with nobody to tell of an error."""
    status: int = lib.strongroom_close(byref(handle), None)
    return status


def unsubscribe(handle: c_void_p) -> int:
    """Ends a subscription."""
    status: int = lib.strongroom_unsubscribe(byref(handle), None)
    return status
