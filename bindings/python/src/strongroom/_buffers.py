"""Values and credentials on their way to C."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ._encode import encode, wipe
from ._secret_bytes import SecretBytes


@contextmanager
def borrowed(value: object) -> Iterator[tuple[Any, int]]:
    """Where the bytes of a value are, and how many. Copies that were needed are wiped at the end. TypeError for others."""
    if isinstance(value, bytes):
        yield value, len(value)
    elif isinstance(value, SecretBytes):
        yield value._borrow()
    elif isinstance(value, str):
        yield from _wiped(encode(value))
    else:
        yield from _viewed(_view(value))


def _view(value: Any) -> memoryview:
    try:
        return memoryview(value)
    except TypeError:
        raise TypeError(f"expected text, bytes or SecretBytes, not {type(value).__name__}") from None


def _viewed(view: memoryview) -> Iterator[tuple[Any, int]]:
    """Writable memory in one piece is used where it is; Python gives no address of other memory, so that is copied."""
    with view:
        if view.readonly or not view.c_contiguous:
            yield from _wiped(bytearray(view))
        else:
            yield (ctypes.c_char * view.nbytes).from_buffer(view), view.nbytes


def _wiped(copy: bytearray) -> Iterator[tuple[Any, int]]:
    try:
        yield (ctypes.c_char * len(copy)).from_buffer(copy), len(copy)
    finally:
        wipe(copy)
