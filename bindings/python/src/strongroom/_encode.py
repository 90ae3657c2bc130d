"""Text as UTF-8 in memory that can be wiped, and the wiping."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from ._text import has_utf8, no_utf8


def wipe(buffer: bytearray) -> None:
    """Overwrites a bytearray with zeros."""
    if buffer:
        ctypes.memset((ctypes.c_char * len(buffer)).from_buffer(buffer), 0, len(buffer))


@contextmanager
def filled(length: int) -> Iterator[bytearray]:
    """A buffer that the block fills; wiped if that does not come to its end."""
    room = bytearray(length)
    try:
        yield room
    except BaseException:
        wipe(room)
        raise


def encode(text: str) -> bytearray:
    """The UTF-8 of a text, character by character into a buffer of the full length, which never moves. Unlike str.encode it
    leaves no copy behind that cannot be wiped."""
    if not has_utf8(text):
        raise no_utf8()
    end = 0
    with filled(sum(len(character.encode()) for character in text)) as buffer:
        for character in text:
            encoded = character.encode()
            buffer[end : end + len(encoded)] = encoded
            end += len(encoded)
    return buffer
