"""A secret that was read: its value, and what is known of it."""

from __future__ import annotations

from ctypes import byref, c_char, c_void_p, memmove
from types import TracebackType
from typing import Any, Callable, NoReturn, Optional, TypeVar

from . import _items
from . import _structs as c
from ._call import call, owned, sized
from ._kinds import ClosedError
from ._native import lib
from ._places import known as known_in
from ._secret_bytes import SecretBytes, owning
from ._types import SecretInfo

Copy = TypeVar("Copy")


def copied_value(handle: Any) -> SecretBytes:
    """A copy of the bytes of a secret of the library's."""
    length = lib.strongroom_secret_len(handle)
    made = owning((c_char * length)())
    memmove(made._array, lib.strongroom_secret_data(handle), length)
    return made


class Secret:
    """A version of a secret. At the end of ``with`` its value is wiped; without one, when it is garbage-collected."""

    __slots__ = ("__weakref__", "_info", "_known", "value", "version")

    #: The value, wiped with the secret or by its own ``wipe()``.
    value: SecretBytes
    #: The number of the version that was read.
    version: int
    #: What was known of it, once somebody looked.
    _info: Optional[SecretInfo]
    #: What that is made of: a struct and its texts, or the block that it was read into. None if wiped.
    _known: Any

    @property
    def info(self) -> SecretInfo:
        """What was known of the secret when it was read, whichever version that was. ClosedError behind ``with``, unless
        it was looked at before."""
        if self._info is None:
            known = self._known
            if known is None:
                raise ClosedError("this secret was wiped")
            self._info = _items.secret_info(*known) if isinstance(known, tuple) else _items.secret_info(known_in(known))
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
        array = value._array
        if array is not None:
            zeros = value._zeros or bytes(len(array))
            value._array = None
            array.raw = zeros
        self._known = None

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is neither copied nor pickled; bytes(secret.value) is a copy that nothing wipes")

    def __repr__(self) -> str:
        return f"<Secret: version {self.version}>"


def copied_secret(handle: Any) -> Secret:
    """A copy of a secret of the library's, with all that is known of it: the object is freed, as it holds the value too."""
    made, info = Secret(), sized(c.SecretInfo)
    made.value = copied_value(handle)
    made.version = lib.strongroom_secret_version(handle)
    call(lib.strongroom_secret_describe, handle, byref(info))
    made._info, made._known = None, (info, _items.secret_texts(info))
    return made


def taken_secret(function: Callable[..., int], *arguments: Any) -> Secret:
    """The secret that a function of the library's writes."""
    with owned(lib.strongroom_secret_free, function, *arguments) as handle:
        return copied_secret(handle)


def taken(handle: c_void_p, copied: Callable[[Any], Copy]) -> Copy:
    """A copy of a secret of the library's, which is freed."""
    try:
        return copied(handle)
    finally:
        lib.strongroom_secret_free(handle)
