"""What a read passes to the library, made once and used by many reads."""

from __future__ import annotations

from ctypes import byref, c_char, c_size_t, c_void_p, sizeof
from typing import Any

from . import _structs as c

#: Bytes that most values fit in.
ROOM = 256
#: Bytes of the description, the tags and the like; whatever has more of them is an object of the library's first.
_TEXTS = 512
_INFO = sizeof(c.SecretInfo)
#: What a value is read into, and what a secret is: the value, what is known of it, and the texts that this points to.
ValueRoom: Any = c_char * ROOM
SecretRoom: Any = c_char * (ROOM + _INFO + _TEXTS)
#: What a value in them is wiped with.
ZEROS = bytes(ROOM)

#: The lengths of most paths, as arguments: ctypes makes such a one of everything else, at each call.
LENGTHS = tuple(c_size_t.from_param(length) for length in range(256))


def _place(info_room: int, texts_room: int) -> Any:
    """What a read says and is told, a handle and an error, and references to these."""
    reading, handle, error = c.Reading(sizeof(c.Reading), 0, ROOM, info_room, texts_room), c_void_p(), c_void_p()
    return reading, handle, error, byref(reading), byref(handle), byref(error)


def place_for_value() -> Any:
    """For a read into a ValueRoom."""
    return _place(0, 0)


def place_for_secret() -> Any:
    """For a read into a SecretRoom."""
    return _place(_INFO, _TEXTS)


#: Places that no call is using: making one takes longer than a read. Taken with pop() and given back behind a call that
#: succeeded with append(), which no other thread comes between.
unused_for_values: list[Any] = []
unused_for_secrets: list[Any] = []


def known(block: Any) -> c.SecretInfo:
    """What a read wrote into a SecretRoom of what is known of the secret, for as long as that lives."""
    return c.SecretInfo.from_buffer(block, ROOM)
