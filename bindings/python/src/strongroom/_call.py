"""Calls of the library: what fails is raised, and what is given out is freed."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_void_p
from typing import Any, Callable, Optional, TypeVar

from ._errors import Error
from ._kinds import KINDS
from ._native import lib

Struct = TypeVar("Struct", bound=ctypes.Structure)


def failure(status: int, error: Optional[int]) -> Error:
    """The exception of a status, with what its error object says; frees the object. Without one it says what the kind
    means."""
    kind = KINDS.get(status, Error)
    if error is None:
        meaning = kind.__doc__ if status in KINDS else None
        message, details = meaning or lib.strongroom_status_name(status).decode(), {}
    else:
        message = lib.strongroom_error_message(error).decode()
        details = json.loads(lib.strongroom_error_details(error))
        lib.strongroom_error_free(error)
    return kind(message, status, details)


def call(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function whose last parameter is the error; raises what it reports."""
    error = c_void_p()
    status = function(*arguments, byref(error))
    if status:
        raise failure(status, error.value)


def call_plain(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function that returns a status and has no error; raises what it reports."""
    status = function(*arguments)
    if status:
        raise failure(status, None)


def obtain(function: Callable[..., int], *arguments: Any) -> Any:
    """Calls a function that writes a handle before the error; returns the handle."""
    handle = c_void_p()
    call(function, *arguments, byref(handle))
    return handle.value


@contextmanager
def freed(free: Callable[[Optional[int]], int], handle: Optional[int]) -> Iterator[Optional[int]]:
    """Frees an object of the library at the end of the block."""
    try:
        yield handle
    finally:
        free(handle)


def sized(struct: type[Struct]) -> Struct:
    """A struct that says its size."""
    made = struct()
    made.struct_size = ctypes.sizeof(struct)
    return made
