"""Where a read says what it looks for, and finds what there is, made once and used by many reads."""

from __future__ import annotations

from ctypes import addressof, byref, c_char, c_size_t, c_void_p, sizeof
from typing import Any

from . import _structs as c

#: Bytes of the description, the tags and the like; whatever has more of them is an object of the library's first.
_TEXTS = 512
TEXTS = c_size_t(_TEXTS)
_INFO = sizeof(c.SecretInfo)
_Known = c_char * (_INFO + _TEXTS)


def new_place() -> Any:
    """Lengths of a path and of a value, what is known of a secret and where that is, a handle, an error; references."""
    path_length, length, known, handle, error = c_size_t(), c_size_t(), _Known(), c_void_p(), c_void_p()
    info = c.SecretInfo.from_buffer(known)
    info.struct_size = _INFO
    references = byref(length), byref(info), byref(known, _INFO), byref(handle), byref(error)
    return (path_length, length, known, info, addressof(known), handle, error, *references)


#: Places that no call is using: making one takes longer than a read. Taken with pop() and given back behind a call that
#: succeeded with append(), which no other thread comes between.
unused: list[Any] = []
