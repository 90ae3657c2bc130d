"""A clock for tests."""

from __future__ import annotations

from ctypes import byref, c_int64
from datetime import datetime

from ._call import call_plain
from ._finalize import Held
from ._native import lib
from ._numbers import i64, u64
from ._time import Seconds, duration_ms, from_ms, to_ms
from ._uncopied import Uncopied


class ManualClock(Uncopied):
    """A clock that shows what the program says. Stores that are opened with it keep it as long as they need it."""

    def __init__(self, start: datetime) -> None:
        """``start`` needs a time zone; a fraction of a millisecond is dropped."""
        self._held = Held(lib.strongroom_clock_free)
        self._handle = self._held.take(lib.strongroom_clock_new, i64(to_ms(start)))

    def advance(self, seconds: Seconds) -> None:
        """Sets the clock forward."""
        call_plain(lib.strongroom_clock_advance, self._handle, u64(duration_ms(seconds)))

    def set(self, time: datetime) -> None:
        """Sets the clock to a time, also back."""
        call_plain(lib.strongroom_clock_set, self._handle, i64(to_ms(time)))

    def now(self) -> datetime:
        """The time it shows."""
        time = c_int64()
        call_plain(lib.strongroom_clock_now, self._handle, byref(time))
        return from_ms(time.value)
