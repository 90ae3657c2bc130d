"""Text as UTF-8 in memory that can be wiped, and the wiping."""

from __future__ import annotations

import ctypes

from ._text import has_utf8, no_utf8


def wipe(buffer: bytearray) -> None:
    """Overwrites a bytearray with zeros."""
    if buffer:
        ctypes.memset((ctypes.c_char * len(buffer)).from_buffer(buffer), 0, len(buffer))


def encode(text: str) -> bytearray:
    """The UTF-8 of a text, character by character into a buffer of the full length, which never moves. Unlike str.encode it
    leaves no copy behind that cannot be wiped."""
    if not has_utf8(text):
        raise no_utf8()
    buffer = bytearray(sum(len(character.encode()) for character in text))
    end = 0
    for character in text:
        encoded = character.encode()
        buffer[end : end + len(encoded)] = encoded
        end += len(encoded)
    return buffer
