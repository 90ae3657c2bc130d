"""Changes that happen once, however often they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_int32, c_void_p
from dataclasses import dataclass, replace
from typing import Any, Optional, TypeVar

from ._call import call
from ._context import Context
from ._native import lib
from ._types import Deleted, Rotated, SecretInfo, VersionInfo, Written

Result = TypeVar("Result", Deleted, Rotated, SecretInfo, VersionInfo, Written)


@dataclass
class Once:
    """One change: the handle it goes through; and behind it, whether it was not made because it had been."""

    handle: Any
    replayed: bool = False

    def told(self, result: Result) -> Result:
        """What the change returned, which tells whether it was replayed."""
        return replace(result, replayed=True) if self.replayed else result


class Changing:
    """What a store and a transaction have in common where they change something."""

    _handle: Any
    #: What the calls of this handle say of themselves.
    _context: Context

    @contextmanager
    def _once(self, key: Optional[str]) -> Iterator[Once]:
        """Makes the change of the block under an idempotency key: the given one, or that of this handle. It goes through a
        handle of its own that says what this one says, because whether it was replayed is known of a handle's last change,
        and threads share this one."""
        context = self._context if key is None else replace(self._context, idempotency_key=key)
        if context.idempotency_key is None:
            yield Once(self._handle)
            return
        own = c_void_p()
        to_own = byref(own)
        with context.handle() as said:
            try:
                call(lib.strongroom_with, self._handle, said, to_own)
                once = Once(own.value)
                yield once
                once.replayed = was_replayed(once.handle)
            finally:
                lib.strongroom_close(to_own, None)


def was_replayed(handle: Any) -> bool:
    """Whether the last change through a handle was not made, because it had been."""
    replayed = c_int32()
    call(lib.strongroom_was_replayed, handle, byref(replayed))
    return bool(replayed.value)
