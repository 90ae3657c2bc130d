"""Values and credentials on their way to C."""

from __future__ import annotations

import ctypes
import itertools
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ._encode import encode, filled, wipe
from ._secret_bytes import SecretBytes
from ._text import has_utf8

_utf8 = ctypes.pythonapi.PyUnicode_AsUTF8AndSize
_utf8.restype, _utf8.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_void_p)


@contextmanager
def borrowed(value: object) -> Iterator[tuple[Any, int]]:
    """Where the bytes of a value are, and how many. Copies that were needed are wiped at the end. TypeError for others."""
    if isinstance(value, bytes):
        yield value, len(value)
    elif isinstance(value, SecretBytes):
        yield value._borrow()
    elif isinstance(value, str):
        yield from _in_place(value) if value.isascii() else _wiped(encode(value))
    else:
        yield from _viewed(_view(value))


@contextmanager
def compared(value: object) -> Iterator[tuple[bool, tuple[Any, int]]]:
    """As ``borrowed``, for what is compared and may come from anybody. The first is False for text that has no UTF-8, and so
    is equal to nothing, whatever comparing the bytes finds."""
    can_be = not isinstance(value, str) or has_utf8(value)
    with borrowed(value if can_be else b"") as said:
        yield can_be, said


def _in_place(text: str) -> Iterator[tuple[Any, int]]:
    """A text of ASCII is its own UTF-8."""
    size = ctypes.c_ssize_t()
    yield _utf8(text, ctypes.byref(size)), size.value


def _view(value: Any) -> memoryview:
    try:
        return memoryview(value)
    except TypeError:
        raise TypeError(f"expected text, bytes or SecretBytes, not {type(value).__name__}") from None


def _viewed(view: memoryview) -> Iterator[tuple[Any, int]]:
    """Writable memory in one piece is used where it is; Python gives no address of other memory, so that is copied."""
    with view:
        if not view.c_contiguous:
            yield from _wiped(_gathered(view))
        elif view.readonly:
            yield from _wiped(bytearray(view))
        else:
            yield (ctypes.c_char * view.nbytes).from_buffer(view), view.nbytes


def _gathered(view: memoryview) -> bytearray:
    """Takes memory together that is not in one piece, item by item: Python would copy all of it once more in between."""
    with filled(view.nbytes) as gathered:
        for number, place in enumerate(itertools.product(*map(range, view.shape or ()))):
            struct.pack_into(view.format, gathered, number * view.itemsize, view[place])
    return gathered


def _wiped(copy: bytearray) -> Iterator[tuple[Any, int]]:
    try:
        yield (ctypes.c_char * len(copy)).from_buffer(copy), len(copy)
    finally:
        wipe(copy)
