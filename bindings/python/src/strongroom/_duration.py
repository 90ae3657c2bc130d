"""Durations of expiry, rotation and grace, on their way to C, which takes whole seconds."""

from __future__ import annotations

from ctypes import byref, c_uint64
from datetime import timedelta
from typing import Union

from ._call import call
from ._native import lib
from ._numbers import u64
from ._text import text

SECOND = timedelta(seconds=1)

#: Whole seconds, a timedelta of such, or a text that ``parse_duration`` reads.
Duration = Union[int, timedelta, str]


def seconds(duration: Duration) -> int:
    """A duration in seconds. OverflowError if it is negative, ValueError for parts of a second or a text that is none,
    TypeError for anything else."""
    if isinstance(duration, str):
        return _read(duration)
    if isinstance(duration, timedelta):
        if duration.microseconds:
            raise ValueError(f"a duration must be whole seconds, not {duration}")
        return u64(duration // SECOND)
    return u64(duration)


def _read(duration: str) -> int:
    found = c_uint64()
    call(lib.strongroom_parse_duration, *text(duration), byref(found))
    return found.value


def parse_duration(text: str) -> timedelta:
    """Reads a duration as people write it: ``"90d"``, ``"1h30m"`` (w, d, h, m and s), ``"300"``, or ISO 8601 as
    ``"PT1H30M"``, without years and months.

    Raises InvalidArgumentError; OverflowError for one that a timedelta cannot hold.
    """
    return timedelta(seconds=_read(text))
