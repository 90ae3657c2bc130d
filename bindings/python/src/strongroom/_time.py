"""Times and durations: datetimes in UTC and seconds here, milliseconds there."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Optional, Union

from ._constants import NO_TIME
from ._numbers import u64

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MILLISECOND = timedelta(milliseconds=1)
FIRST = (datetime.min.replace(tzinfo=timezone.utc) - EPOCH) // MILLISECOND
LAST = (datetime.max.replace(tzinfo=timezone.utc) - EPOCH) // MILLISECOND

#: A duration: seconds, or a timedelta.
Seconds = Union[int, float, timedelta]


def from_ms(milliseconds: int) -> datetime:
    """A time of the library; one outside the years 1 to 9999 becomes the first or last that can be shown."""
    return EPOCH + timedelta(milliseconds=min(max(milliseconds, FIRST), LAST))


def from_ms_or_none(milliseconds: int) -> Optional[datetime]:
    """A time of the library that may be missing."""
    return None if milliseconds == NO_TIME else from_ms(milliseconds)


def to_ms(time: datetime, *, round_up: bool = False) -> int:
    """Milliseconds since the Unix epoch; a fraction is dropped, or made a whole one. TypeError without a time zone."""
    if not isinstance(time, datetime):
        raise TypeError(f"a time must be a datetime, not {type(time).__name__}")
    if time.utcoffset() is None:
        raise TypeError("a time must have a time zone, such as datetime.timezone.utc")
    since = time - EPOCH
    return -(-since // MILLISECOND) if round_up else since // MILLISECOND


def to_seconds(time: datetime) -> int:
    """Whole seconds since the Unix epoch; a fraction is dropped. TypeError without a time zone."""
    return to_ms(time) // 1000


def duration_ms(duration: Seconds) -> int:
    """A duration in whole milliseconds; OverflowError if it is negative or endless."""
    if isinstance(duration, (int, float)):
        duration = timedelta(seconds=duration)
    if not isinstance(duration, timedelta):
        raise TypeError(f"a duration must be seconds or a timedelta, not {type(duration).__name__}")
    if duration < timedelta(0):
        raise OverflowError("a duration cannot be negative")
    return round(duration / MILLISECOND)


def parts_ms(wait: Seconds) -> Iterator[int]:
    """A wait in parts of a tenth of a second, in milliseconds, until it is over. Python deals with signals in between."""
    left = u64(duration_ms(wait))
    end = time.monotonic() + left / 1000
    while True:
        yield min(left, 100)
        left = math.ceil((end - time.monotonic()) * 1000)
        if left <= 0:
            return


def from_duration_ms(milliseconds: int) -> timedelta:
    """A duration of the library."""
    return timedelta(milliseconds=milliseconds)
