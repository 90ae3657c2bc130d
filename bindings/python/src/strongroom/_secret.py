"""A secret that was read: its value, and what is known of it."""

from __future__ import annotations

import os
from ctypes import byref, c_char
from types import TracebackType
from typing import Any, Optional

from . import _items
from . import _structs as c
from ._call import call, sized
from ._kinds import ClosedError
from ._native import lib
from ._secret_bytes import SecretBytes, owning
from ._types import SecretInfo

_data = lib.strongroom_secret_data
_len = lib.strongroom_secret_len
_version = lib.strongroom_secret_version
_free = lib.strongroom_secret_free


def take_value(handle: Any) -> SecretBytes:
    """Copies the bytes of a secret of the library's."""
    length = _len(handle)
    kind = c_char * length
    return owning(kind.from_buffer_copy(kind.from_address(_data(handle))), length)


class Secret:
    """A version of a secret. At the end of ``with`` its value is wiped; without one, when it is garbage-collected."""

    __slots__ = ("__weakref__", "_handle", "_info", "_process", "value", "version")

    #: The value, wiped with the secret or by its own ``wipe()``.
    value: SecretBytes
    #: The number of the version that was read.
    version: int

    def __init__(self, handle: Any, process: int) -> None:
        """Takes an object of the library's over."""
        self._handle = handle
        self._process = process
        self._info: Optional[SecretInfo] = None
        self.value = take_value(handle)
        self.version = _version(handle)

    @property
    def info(self) -> SecretInfo:
        """What was known of the secret when it was read, whichever version that was. ClosedError behind ``with``, unless
        it was looked at before."""
        if self._info is None:
            if self._handle is None:
                raise ClosedError("this secret was wiped")
            info = sized(c.SecretInfo)
            call(lib.strongroom_secret_describe, self._handle, byref(info))
            self._info = _items.secret_info(info)
        return self._info

    def wipe(self) -> None:
        """Wipes the value."""
        self.value.wipe()
        self._release()

    def _release(self, _getpid: Any = os.getpid, _free: Any = _free) -> None:
        handle, self._handle = self._handle, None
        if handle is not None and _getpid() == self._process:
            _free(handle)

    def __enter__(self) -> Secret:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.wipe()

    def __del__(self) -> None:
        if self._handle is not None:
            self._release()

    def __repr__(self) -> str:
        return f"<Secret: version {self.version}>"
