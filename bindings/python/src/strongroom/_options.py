"""How a store is created and opened, on its way to C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Optional

from ._call import call, owned
from ._changes import number_of
from ._clock import ManualClock
from ._items import ENVIRONMENTS
from ._native import lib
from ._numbers import u32, u64
from ._text import text
from ._time import Seconds, duration_ms
from ._types import KdfCost


@dataclass
class Options:
    """What was said; None leaves the library's default."""

    read_only: bool = False
    pin: Optional[str] = None
    write_wait_seconds: Optional[Seconds] = None
    verify_up_to: Optional[int] = None
    cache_bytes: Optional[int] = None
    clock: Optional[ManualClock] = None
    kdf: Optional[KdfCost] = None
    environment: Optional[str] = None
    allow_shared_mode: bool = False
    allow_network_fs: bool = False
    require_locked_memory: bool = False

    @contextmanager
    def handle(self) -> Iterator[Any]:
        """An options object that says the same, until the end of the block."""
        with owned(lib.strongroom_options_free, lib.strongroom_options_new) as options:
            self._say_waits(options)
            self._say_numbers(options)
            self._say_flags(options)
            if self.pin is not None:
                call(lib.strongroom_options_pin, options, *text(self.pin))
            if self.environment is not None:
                number = number_of(ENVIRONMENTS, self.environment, "environment")
                call(lib.strongroom_options_environment, options, number)
            if self.clock is not None:
                call(lib.strongroom_options_clock, options, clock_handle(self.clock))
            yield options

    def _say_waits(self, options: Any) -> None:
        if self.write_wait_seconds is not None:
            call(lib.strongroom_options_write_wait_ms, options, u64(duration_ms(self.write_wait_seconds)))

    def _say_numbers(self, options: Any) -> None:
        if self.verify_up_to is not None:
            call(lib.strongroom_options_verify_up_to, options, u64(self.verify_up_to))
        if self.cache_bytes is not None:
            call(lib.strongroom_options_cache_bytes, options, u64(self.cache_bytes))
        if self.kdf is not None:
            cost = (u32(self.kdf.memory_kib), u32(self.kdf.passes), u32(self.kdf.lanes))
            call(lib.strongroom_options_kdf_cost, options, *cost)

    def _say_flags(self, options: Any) -> None:
        for say, flag in (
            (lib.strongroom_options_read_only, self.read_only),
            (lib.strongroom_options_allow_shared_mode, self.allow_shared_mode),
            (lib.strongroom_options_allow_network_fs, self.allow_network_fs),
            (lib.strongroom_options_require_locked_memory, self.require_locked_memory),
        ):
            if flag:
                call(say, options, 1)


def clock_handle(clock: ManualClock) -> Any:
    """The handle of a clock; TypeError for anything else."""
    if not isinstance(clock, ManualClock):
        raise TypeError(f"clock must be a ManualClock, not {type(clock).__name__}")
    return clock._handle
