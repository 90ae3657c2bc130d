"""What a signal handler raises, such as KeyboardInterrupt, comes behind a call of the library: nothing that it gave out may
be lost."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import sys
import threading
import traceback
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Callable, Optional

import pytest
from conftest import CHEAP, Alarmed, StopError

import strongroom
from strongroom import Generator, ManualClock, SecretBytes, Store, _operations, _secret, _secret_bytes
from strongroom._native import lib
from strongroom._signatures import SIGNATURES

RAW = bytes(32)


class Interrupting:
    """Calls the library, and raises behind a call: as a signal handler does, before the caller has the status."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        for name in SIGNATURES:
            monkeypatch.setattr(lib, name, self._wrap(getattr(lib, name)))
        monkeypatch.setattr(_operations, "_read", self._wrap(_operations._read))

    def _wrap(self, function: Any) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            result = function(*arguments)
            self.left -= 1
            if not self.left:
                raise StopError
            return result

        return wrapped

    def everywhere(self, operation: Callable[[], object]) -> Iterator[int]:
        """Interrupts the operation behind its first call, its second and so on, until it comes to its end."""
        for number in range(1, 200):
            self.left = number
            with suppress(StopError):
                operation()
            came, self.left = self.left <= 0, 0
            if not came:
                return
            yield number
        pytest.fail("this operation has no end")


@pytest.fixture
def interrupting(monkeypatch: pytest.MonkeyPatch) -> Interrupting:
    return Interrupting(monkeypatch)


def miss(store: Store) -> None:
    with suppress(strongroom.NotFoundError):
        store.get("none")
    with suppress(strongroom.NotFoundError):
        store["none"]


def begin_and_commit(store: Store) -> None:
    with store.transaction() as tx:
        tx.put("b", "1")


def begin_and_abort(store: Store) -> None:
    tx = store.transaction()
    tx["b"] = "1"
    tx.abort()


OPERATIONS: dict[str, Callable[[Store], object]] = {
    "get": lambda store: store.get("a"),
    "get a long one": lambda store: store.get("long"),
    "get none": miss,
    "item": lambda store: store["long"],
    "get many": lambda store: store.get_many(["a", "long", "none"]),
    "accepted": lambda store: store.accepted("a"),
    "info": lambda store: store.info("a").tags,
    "list": lambda store: store.list(tags=["x"], count=True),
    "versions": lambda store: store.versions("a"),
    "put": lambda store: store.put("a", "2", tags=["x"], idempotency_key="key"),
    "update": lambda store: store.update("a", description="another"),
    "put generated": lambda store: store.put("a", generate=Generator.token()),
    "generate": lambda store: Generator.passphrase().generate(),
    "stats": lambda store: store.stats(),
    "policy": lambda store: store.policy.set(max_versions=2, audit="off"),
    "audit": lambda store: store.audit.query(limit=3),
    "changes": lambda store: store.changes(types="secret.*", limit=2),
    "health": lambda store: store.health(),
    "capabilities": lambda store: strongroom.capabilities(),
    "clock": lambda store: Store.in_memory(clock=ManualClock(store.info("a").created_at)).close(),
    "context": lambda store: store.with_context(["x"], reason="a test").put("a", "3"),
    "subscribe": lambda store: store.subscribe(print).close(),
    "commit": begin_and_commit,
    "abort": begin_and_abort,
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # raised while garbage is freed
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_interruption_loses_nothing(interrupting: Interrupting, name: str) -> None:
    store = Store.in_memory()
    store.put("a", "1", tags=["x"])
    store.put("long", "1" * 1000)
    gc.collect()
    before = lib.strongroom_live_objects()
    for _ in interrupting.everywhere(lambda: OPERATIONS[name](store)):
        assert lib.strongroom_live_objects() == before
        store.put("a", "1")
    store.close()


def more_than(before: int) -> int:
    """How many objects of the library there are beyond so many, without those of garbage."""
    if lib.strongroom_live_objects() != before:
        gc.collect()
    return int(lib.strongroom_live_objects()) - before


class InterruptingPython:
    """Raises where functions begin and return, as a signal handler does, also between two calls of the library. What Python
    does while it frees garbage is left alone: it prints what is raised there."""

    FREEING = (weakref.finalize.__call__.__code__, SecretBytes.__del__.__code__)

    def __init__(self) -> None:
        self.left = 0

    def _profile(self, frame: Optional[FrameType], event: str, _: object) -> None:
        if frame is None or frame.f_code.co_filename == __file__ or self._is_no_place(frame, event):
            return
        self.left -= 1
        if not self.left:
            raise StopError

    def _is_no_place(self, frame: Optional[FrameType], event: str) -> bool:
        if frame is not None and frame.f_code.co_flags & inspect.CO_GENERATOR and event in ("call", "return"):
            return True  # which go on and wait in the middle: a profiler that raises there skips what is behind finally
        while frame is not None and frame.f_code not in self.FREEING:
            frame = frame.f_back
        return frame is not None

    def everywhere(self, operation: Callable[[], object]) -> Iterator[int]:
        """Interrupts the operation at the first of these places, the second and so on, until it comes to its end."""
        for number in range(1, 5000):
            self.left = number
            gc.disable()  # which calls Hypothesis: Python goes on behind what is raised there
            sys.setprofile(self._profile)
            try:
                operation()
            except StopError:
                pass
            finally:
                sys.setprofile(None)
                gc.enable()
            if self.left > 0:
                return
            yield number
        pytest.fail("this operation has no end")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_interruption_between_calls_loses_nothing(name: str) -> None:
    store = Store.in_memory()
    store.put("a", "1", tags=["x"])
    store.put("long", "1" * 1000)
    gc.collect()
    before = lib.strongroom_live_objects()
    for number in InterruptingPython().everywhere(lambda: OPERATIONS[name](store)):
        for begun in tuple(store._subscriptions):
            begun.close()  # which the store holds although nobody else does
        assert not more_than(before), number
        store.put("a", "1")
    store.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("wait", [0, 0.001])
def test_an_interruption_between_calls_leaves_no_file_open(file: Path, wait: float) -> None:
    Store.create(file, raw_key=RAW).close()
    gc.collect()
    before = lib.strongroom_live_objects()
    for number in InterruptingPython().everywhere(lambda: Store.open(file, raw_key=RAW, wait_seconds=wait)):
        assert not more_than(before), number
        Store.open(file, raw_key=RAW).close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["open", "slots", "key file"])
def test_an_interruption_does_not_leave_a_file_open(interrupting: Interrupting, file: Path, name: str) -> None:
    gc.collect()
    before = lib.strongroom_live_objects()
    key_file = file.with_name("key")
    strongroom.create_key_file(key_file)
    with Store.create(file, raw_key=RAW, kdf=CHEAP) as store:
        store.slots.add_key_file(key_file, passphrase="open sesame", kdf=CHEAP)
    operations: dict[str, Callable[[], object]] = {
        "open": lambda: Store.open(file, raw_key=RAW).close(),
        "slots": lambda: Store.open(file, raw_key=RAW).slots.add_recovery_code(),
        "key file": lambda: Store.open(file, key_file=key_file, passphrase="open sesame").close(),
    }
    for _ in interrupting.everywhere(operations[name]):
        assert lib.strongroom_live_objects() == before
        Store.open(file, raw_key=RAW).close()


WIPING: dict[str, Callable[[Store], tuple[SecretBytes, Callable[[], object]]]] = {
    "bytes": lambda store: (value := store["long"], value.wipe),
    "the end of a block": lambda store: (value := store["long"], lambda: value.__exit__(None, None, None)),
    "a secret": lambda store: ((secret := store.get("long")).value, secret.wipe),
    "the end of a block of a secret": lambda store: (
        (secret := store.get("long")).value,
        lambda: secret.__exit__(None, None, None),
    ),
}


@pytest.mark.parametrize("what", WIPING)
def test_what_was_not_wiped_is_when_it_is_garbage(store: Store, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def interrupted(length: int) -> bytes:
        raise StopError

    store["long"] = b"x" * 1000
    value, wipe = WIPING[what](store)
    array = value._array
    for module in (_secret, _secret_bytes):
        monkeypatch.setattr(module, "bytes", interrupted, raising=False)
    with pytest.raises(StopError):
        wipe()
    monkeypatch.undo()
    gc.collect()
    del value, wipe
    gc.collect()
    assert array.raw == bytes(1000)


class InterruptedText(str):
    """Raises when its characters are gone through for the last time."""

    left: int

    def __iter__(self) -> Iterator[str]:
        self.left -= 1
        for index in range(len(self)):
            if not self.left and index == 7:
                raise StopError
            yield self[index]


def test_what_was_copied_of_a_text_is_wiped() -> None:
    text = InterruptedText("pässword")
    text.left = 3
    with pytest.raises(StopError) as caught:
        SecretBytes(text)
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    (buffer,) = [names["buffer"] for names in frames if "buffer" in names]
    assert buffer == bytes(9)


def test_a_signal_during_the_derivation_of_a_key(file: Path, alarmed: Alarmed) -> None:
    Store.create(file, passphrase="p", kdf=strongroom.KdfCost(64 * 1024, 3, 1)).close()
    with pytest.raises(StopError) as kept:
        alarmed(0.01, lambda: Store.open(file, passphrase="p"))
    Store.open(file, passphrase="p").close()
    del kept


def test_a_signal_while_a_transaction_waits_for_another(store: Store, alarmed: Alarmed) -> None:
    begun, (came, comes) = threading.Event(), os.pipe()
    os.set_blocking(comes, False)

    def hold() -> None:
        with store.transaction():
            begun.set()
            os.read(came, 1)

    holder = threading.Thread(target=hold)
    before = signal.set_wakeup_fd(comes)
    try:
        holder.start()
        begun.wait()
        with pytest.raises(StopError) as kept:
            alarmed(0.05, store.transaction)
        holder.join()
    finally:
        signal.set_wakeup_fd(before)
        os.close(came)
        os.close(comes)
    store.put("a", "1")
    del kept


def test_a_signal_ends_the_wait_for_a_file(on_disk: Store, file: Path, alarmed: Alarmed) -> None:
    del on_disk  # which the fixture holds open
    with pytest.raises(StopError):
        alarmed(0.05, lambda: Store.open(file, passphrase="open sesame", wait_seconds=20))
    with pytest.raises(strongroom.InUseError):
        Store.open(file, passphrase="open sesame", wait_seconds=0.2)


def test_the_wait_for_a_file_ends_when_it_is_closed(file: Path) -> None:
    store = Store.create(file, raw_key=RAW)
    closing = threading.Timer(0.25, store.close)
    closing.start()
    Store.open(file, raw_key=RAW, wait_seconds=60).close()
    closing.join()
