"""Text as UTF-8 in memory that can be wiped, and the wiping."""

from __future__ import annotations

import ctypes
import sys

_WIDE = ctypes.sizeof(ctypes.c_wchar)
_LOW = 0 if sys.byteorder == "little" else _WIDE - 1


def wipe(buffer: bytearray) -> None:
    """Overwrites a bytearray with zeros."""
    if buffer:
        ctypes.memset((ctypes.c_char * len(buffer)).from_buffer(buffer), 0, len(buffer))


def encode(text: str) -> bytearray:
    """The UTF-8 of a text. Unlike str.encode it leaves no copy behind that cannot be wiped."""
    return _encode_ascii(text) if text.isascii() else _encode_any(text)


def _encode_ascii(text: str) -> bytearray:
    """Takes the one byte that counts of each wide character."""
    wide = (ctypes.c_wchar * len(text))()
    wide.value = text
    size = len(text) * _WIDE
    narrow = bytearray(memoryview((ctypes.c_char * size).from_buffer(wide)).cast("B")[_LOW::_WIDE])
    ctypes.memset(wide, 0, size)
    return narrow


def _encode_any(text: str) -> bytearray:
    """Goes character by character into a buffer of the full length, which never moves."""
    buffer = bytearray(sum(len(character.encode()) for character in text))
    end = 0
    for character in text:
        encoded = character.encode()
        buffer[end : end + len(encoded)] = encoded
        end += len(encoded)
    return buffer
