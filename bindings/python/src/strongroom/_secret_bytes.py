"""Bytes that are wiped, and never shown by accident."""

from __future__ import annotations

import ctypes
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Optional, Union

from ._kinds import ClosedError
from ._native import lib

if TYPE_CHECKING:
    from typing_extensions import Buffer

#: What is taken where a value or a credential is: text stands for its UTF-8.
Value = Union["SecretBytes", "Buffer", str]


class SecretBytes:
    """Secret bytes in memory of their own, which is overwritten by ``wipe()``, at the end of ``with`` and when they are
    garbage-collected.

    They are not printed, hashed, pickled or copied, and ``==`` takes a time that depends on the lengths alone. Made of
    bytes or text, they are a copy; the original is the caller's to wipe.
    """

    __slots__ = ("__weakref__", "_array", "_length", "_zeros")

    _array: Any
    _length: int
    #: What the beginning of the array is wiped with, if not all of it is.
    _zeros: Optional[bytes]

    def __init__(self, value: Value = b"") -> None:
        from ._buffers import borrowed

        self._array = self._zeros = None
        with borrowed(value) as (address, length):
            self._array = (ctypes.c_char * length)()
            self._length = length
            ctypes.memmove(self._array, address, length)

    def _borrow(self) -> tuple[Any, int]:
        """The array and how much of it counts; ClosedError if it was wiped."""
        array = self._array
        if array is None:
            raise ClosedError("these bytes were wiped")
        return array, self._length

    def wipe(self) -> None:
        """Overwrites the bytes. Views of them show zeros from then on; everything else is a ClosedError."""
        array = self._array
        if array is not None:
            # A signal handler can raise behind a call: what is let go is wiped without one in between.
            zeros = self._zeros or bytes(len(array))
            self._array = None
            array.raw = zeros

    def __enter__(self) -> SecretBytes:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        array = self._array
        if array is not None:
            zeros = self._zeros or bytes(len(array))
            self._array = None
            array.raw = zeros

    def __del__(self, _bytes: Any = bytes, _len: Any = len) -> None:
        try:
            array = self._array
        except AttributeError:
            return  # a signal handler raised while it was made
        if array is not None:
            array.raw = self._zeros or _bytes(_len(array))

    def __len__(self) -> int:
        if self._array is None:
            raise ClosedError("these bytes were wiped")
        return self._length

    def __bytes__(self) -> bytes:
        """A copy that nothing wipes. Prefer ``view()``."""
        array, length = self._borrow()
        return ctypes.string_at(array, length)

    def reveal(self) -> str:
        """The bytes as UTF-8 text, in a copy that nothing wipes. ValueError if they are no such text."""
        array, length = self._borrow()
        try:
            return str(memoryview(array)[:length], "utf-8")
        except UnicodeDecodeError:
            pass  # the error would hold the bytes
        raise ValueError("the secret bytes are not UTF-8 text")

    def view(self) -> memoryview:
        """A read-only view, without a copy. They are not garbage as long as it lives; once they are wiped it shows zeros."""
        array, length = self._borrow()
        seen: Any = (ctypes.c_char * length).from_buffer(array)
        seen._of = self  # which would else be wiped under the view of a temporary
        return memoryview(seen).toreadonly().cast("B")

    def __eq__(self, other: object) -> bool:
        from ._buffers import compared

        array, length = self._borrow()
        try:
            with compared(other) as (can_be, said):
                return bool(lib.strongroom_equal(array, length, *said)) and can_be
        except TypeError:
            return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<SecretBytes: wiped>" if self._array is None else "<SecretBytes: not shown>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("secret bytes are neither copied nor pickled; bytes(secret) is a copy that nothing wipes")

    __reduce_ex__ = _refuse
    __reduce__ = _refuse
    __copy__ = _refuse
    __deepcopy__ = _refuse


def owning(array: Any) -> SecretBytes:
    """Secret bytes that take a ctypes array over."""
    made: SecretBytes = object.__new__(SecretBytes)
    made._zeros = None
    made._array = array
    made._length = len(array)
    return made
