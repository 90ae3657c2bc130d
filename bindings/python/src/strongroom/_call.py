"""Calls of the library: what fails is raised, and what is given out is freed."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from ctypes import byref, c_void_p
from typing import Any, Callable, Optional, TypeVar

from ._errors import Error
from ._kinds import KINDS
from ._native import lib

Struct = TypeVar("Struct", bound=ctypes.Structure)
#: Frees an object of the library. A second time it does nothing, and so does it without an object.
Free = Callable[[c_void_p], int]
#: An object of the library, for the time of a block.
Owned = AbstractContextManager[Any]


def failure(status: int, error: Optional[int]) -> Error:
    """The exception of a status, with what its error object says. Without one it says what the kind means."""
    kind = KINDS.get(status, Error)
    if error is None:
        meaning = kind.__doc__ if status in KINDS else None
        message, details = meaning or lib.strongroom_status_name(status).decode(), {}
    else:
        message = lib.strongroom_error_message(error).decode()
        details = json.loads(lib.strongroom_error_details(error))
    return kind(message, status, details)


def call(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function whose last parameter is the error; raises what it reports."""
    error = c_void_p()
    try:
        status = function(*arguments, byref(error))
        if status:
            raise failure(status, error.value)
    finally:
        if error:
            lib.strongroom_error_free(error)


def call_plain(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function that returns a status and has no error; raises what it reports."""
    status = function(*arguments)
    if status:
        raise failure(status, None)


@contextmanager
def owned(free: Free, function: Callable[..., int], *arguments: Any) -> Iterator[Any]:
    """Calls a function that writes a handle before the error, at the beginning of the block; frees it at the end."""
    handle = c_void_p()
    try:
        call(function, *arguments, byref(handle))
        yield handle.value
    finally:
        free(handle)


def paged(function: Callable[..., int], *arguments: Any) -> Owned:
    """The page that a function writes, for the time of a block."""
    return owned(lib.strongroom_page_free, function, *arguments)


def sized(struct: type[Struct]) -> Struct:
    """A struct that says its size."""
    made = struct()
    made.struct_size = ctypes.sizeof(struct)
    return made
