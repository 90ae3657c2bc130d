"""What the tests share. At the end of the session the library holds no object that was not freed."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable

import pytest
from hypothesis import HealthCheck, settings

import strongroom
from strongroom._native import lib

#: As cheap as the library accepts.
CHEAP = strongroom.KdfCost(19 * 1024, 1, 1)
START = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=timezone.utc)
ROOT = Path(__file__).parents[3]
HEADER = ROOT / "include" / "strongroom.h"

# A run of all tests draws the examples of the last one, and a slow machine is no fault. A campaign looks for more.
patience = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", patience, max_examples=200, stateful_step_count=25, derandomize=True)
settings.register_profile("campaign", patience, max_examples=2000, stateful_step_count=50, derandomize=False)
settings.load_profile("quick")

#: Does something, and so many seconds after it began a signal comes whose handler raises StopError.
Alarmed = Callable[[float, Callable[[], object]], None]


class StopError(BaseException):
    """What the handlers of signals raise."""


@pytest.fixture
def clock() -> Iterator[strongroom.ManualClock]:
    made = strongroom.ManualClock(START)
    yield made
    made._held.end()  # pytest lets what the last test was given go only behind the end of the session


@pytest.fixture
def store(clock: strongroom.ManualClock) -> Iterator[strongroom.Store]:
    with strongroom.Store.in_memory(clock=clock) as opened:
        yield opened


@pytest.fixture
def patient(clock: strongroom.ManualClock) -> Iterator[strongroom.Store]:
    """A store whose writes wait for those of other threads, however slow these are."""
    with strongroom.Store.in_memory(clock=clock, write_wait_seconds=600) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path / "test.strongroom"


@pytest.fixture
def on_disk(file: Path) -> Iterator[strongroom.Store]:
    with strongroom.Store.create(file, passphrase="open sesame", kdf=CHEAP) as opened:
        yield opened


@pytest.fixture
def alarmed() -> Iterator[Alarmed]:
    def interrupt(number: int, frame: object) -> None:
        raise StopError

    def interrupted(after: float, operation: Callable[[], object]) -> None:
        # Hypothesis is called when garbage is collected: Python prints what is raised there, and goes on.
        gc.disable()
        signal.setitimer(signal.ITIMER_REAL, after)
        operation()

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        yield interrupted
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left() -> Iterator[None]:
    yield
    gc.collect()
    assert lib.strongroom_live_objects() == 0
