"""Text as UTF-8 in memory that can be wiped, and the wiping."""

from __future__ import annotations

import ctypes

from ._kinds import InvalidArgumentError


def wipe(buffer: bytearray) -> None:
    """Overwrites a bytearray with zeros."""
    if buffer:
        ctypes.memset((ctypes.c_char * len(buffer)).from_buffer(buffer), 0, len(buffer))


def has_utf8(text: str) -> bool:
    """Whether a text has a UTF-8: none has one with half of a surrogate pair, such as json.loads makes of ``"\\ud800"``."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def no_utf8() -> InvalidArgumentError:
    """What is raised for such a text. The error of Python's would hold all of it."""
    return InvalidArgumentError("the text has no UTF-8: it has a half of a surrogate pair")


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
