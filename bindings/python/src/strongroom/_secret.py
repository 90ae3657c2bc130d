"""A secret that was read: its value, and what is known of it."""

from __future__ import annotations

import os
from ctypes import byref, c_char
from types import TracebackType
from typing import Any, Optional

from . import _items
from . import _structs as c
from ._call import call, sized
from ._finalize import free_here
from ._kinds import ClosedError
from ._native import lib
from ._places import known as known_in
from ._secret_bytes import SecretBytes, owning
from ._types import SecretInfo

_data = lib.strongroom_secret_data
_len = lib.strongroom_secret_len
_version = lib.strongroom_secret_version


def take_value(handle: Any) -> SecretBytes:
    """Copies the bytes of a secret of the library's."""
    kind = c_char * _len(handle)
    return owning(kind.from_buffer_copy(kind.from_address(_data(handle))))


class Held:
    """An object of the library's that knows a secret. It is freed when nobody refers to it, and so not while it is asked."""

    __slots__ = ("_handle", "_process")

    def __init__(self, handle: Any) -> None:
        """Takes the object over."""
        self._handle = handle
        self._process = os.getpid()

    def take_value(self) -> SecretBytes:
        """Copies the value."""
        return take_value(self._handle)

    def version(self) -> int:
        """The number of the version."""
        number: int = _version(self._handle)
        return number

    def info(self) -> SecretInfo:
        """What is known of the secret."""
        info = sized(c.SecretInfo)
        call(lib.strongroom_secret_describe, self._handle, byref(info))
        return _items.secret_info(info)

    def __del__(self, _free_here: Any = free_here, _free: Any = lib.strongroom_secret_free) -> None:
        _free_here(self._process, _free, self._handle)


class Secret:
    """A version of a secret. At the end of ``with`` its value is wiped; without one, when it is garbage-collected."""

    __slots__ = ("__weakref__", "_info", "_known", "value", "version")

    #: The value, wiped with the secret or by its own ``wipe()``.
    value: SecretBytes
    #: The number of the version that was read.
    version: int
    #: What was known of it, once somebody looked.
    _info: Optional[SecretInfo]
    #: What that is made of: an object of the library's, or the block that it was read into. None if wiped.
    _known: Any

    @property
    def info(self) -> SecretInfo:
        """What was known of the secret when it was read, whichever version that was. ClosedError behind ``with``, unless
        it was looked at before."""
        if self._info is None:
            known = self._known
            if known is None:
                raise ClosedError("this secret was wiped")
            self._info = known.info() if isinstance(known, Held) else _items.secret_info(known_in(known))
        return self._info

    def wipe(self) -> None:
        """Wipes the value."""
        self.value.wipe()
        self._known = None

    def __enter__(self) -> Secret:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        value = self.value
        array, value._array = value._array, None
        if array is not None:
            array.raw = value._zeros or bytes(len(array))
        self._known = None

    def __repr__(self) -> str:
        return f"<Secret: version {self.version}>"


def take_secret(handle: Any) -> Secret:
    """Takes an object of the library's over."""
    held = Held(handle)
    made = Secret()
    made._known = held
    made._info = None
    made.value = held.take_value()
    made.version = held.version()
    return made
