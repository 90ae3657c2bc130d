"""What changed: told to subscribers, to whoever waits, and to whoever comes back."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import CHEAP, Alarmed, StopError

import strongroom
from strongroom import AuditEvent, Store, Subscription
from strongroom._native import lib


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The types of what went to sys.unraisablehook."""
    seen: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(args.exc_type))
    yield seen
    gc.collect()


def short(events: list[AuditEvent]) -> list[tuple[str, Any]]:
    """Type and path of events."""
    return [(event.type, event.path) for event in events]


def test_a_subscriber_is_told_before_the_call_returns(store: Store) -> None:
    told: list[AuditEvent] = []
    threads: list[int] = []

    def note(event: AuditEvent) -> None:
        told.append(event)
        threads.append(threading.get_ident())

    with store.subscribe(note) as subscription:
        assert isinstance(subscription, Subscription)
        with store.with_context({"app": "x"}, reason="why", request_id="7") as same:
            written = same.put("a", "hunter2")
        (event,) = told
        assert (event.sequence, event.type, event.path, event.secret_id) == (1, "secret.created", "a", written.id)
        assert (event.labels, event.reason, event.request_id, event.durable) == ({"app": "x"}, "why", "7", True)
        assert threads == [threading.get_ident()]
        assert "hunter2" not in repr(event)
        writer = threading.Thread(target=store.put, args=("b", "1"))
        writer.start()
        writer.join()
        assert threads[1:] == [writer.ident]
    store["c"] = "1"
    assert told == list(store.audit.scan())[:2]


def test_a_transaction_is_told_when_it_is_committed(store: Store) -> None:
    told: list[AuditEvent] = []
    with store.subscribe(told.append):
        with store.transaction() as tx:
            tx.put("a", "1")
            tx.put("b", "1")
            assert told == []
        assert short(told) == [("secret.created", "a"), ("secret.created", "b")]
        tx = store.transaction()
        tx.put("c", "1")
        tx.abort()
        assert len(told) == 2


def test_a_subscriber_chooses(store: Store) -> None:
    everything: list[AuditEvent] = []
    deleted: list[AuditEvent] = []
    several: list[AuditEvent] = []
    below: list[AuditEvent] = []
    subscriptions = [
        store.subscribe(everything.append),
        store.subscribe(deleted.append, "secret.deleted"),
        store.subscribe(several.append, types=iter(["secret.accessed", "policy.*"])),
        store.subscribe(below.append, under="ns"),
    ]
    store["ns/a"] = "1"
    store["ns/a"]
    store["b"] = "1"
    del store["b"]
    store.policy.set(max_versions=3)
    assert [event.type for event in everything] == ["secret.created"] * 2 + ["secret.deleted", "policy.retention_changed"]
    assert short(deleted) == [("secret.deleted", "b")]
    assert [event.type for event in several] == ["secret.accessed", "policy.retention_changed"]
    assert short(below) == [("secret.created", "ns/a")]
    for subscription in subscriptions:
        subscription.close()


def test_wrong_arguments_are_refused(store: Store) -> None:
    wrong: Any = "no function"
    with pytest.raises(TypeError, match="must be callable, not str"):
        store.subscribe(wrong)
    with pytest.raises(strongroom.InvalidArgumentError):
        store.subscribe(print, types="secret.dances")
    with pytest.raises(strongroom.InvalidArgumentError):
        store.subscribe(print, under="/")
    with pytest.raises(strongroom.InvalidArgumentError):
        store.changes(types=["dances"])
    numbers: Any = 7
    with pytest.raises(TypeError):
        store.changes(types=[numbers])
    for after in (-1, 2**64):
        with pytest.raises(OverflowError):
            store.changes(after)
        with pytest.raises(OverflowError):
            store.wait_changes(after, 0)
    for timeout in (-1, float("inf")):
        with pytest.raises(OverflowError):
            store.wait_changes(0, timeout)
    assert store._subscriptions == set()


def test_what_a_callback_raises_breaks_no_write(store: Store, unraisable: list[Any]) -> None:
    told: list[AuditEvent] = []

    def fail(event: AuditEvent) -> None:
        raise [ValueError, KeyboardInterrupt][event.sequence - 1]

    with store.subscribe(fail), store.subscribe(told.append):
        store["a"] = "1"
        store["b"] = "1"
    assert unraisable == [ValueError, KeyboardInterrupt]
    assert len(told) == 2
    assert store["a"] == "1"
    assert store["b"] == "1"


def test_a_callback_reads_and_does_not_write(store: Store, unraisable: list[Any]) -> None:
    seen: list[str] = []

    def look(event: AuditEvent) -> None:
        assert event.path is not None
        seen.append(store[event.path].reveal())
        assert store.changes(event.sequence - 1) == [event]
        store["no"] = "1"

    with store.subscribe(look):
        store["a"] = "1"
    assert seen == ["1"]
    assert unraisable == [strongroom.ReentrantError]
    assert "no" not in store


def test_closing_twice_and_from_inside(store: Store) -> None:
    gc.collect()
    before = lib.strongroom_live_objects()
    told: list[AuditEvent] = []

    def once(event: AuditEvent) -> None:
        told.append(event)
        subscription.close()
        store["a"].wipe()

    subscription = store.subscribe(once)
    store["a"] = "1"
    store["b"] = "1"
    subscription.close()
    assert short(told) == [("secret.created", "a")]
    assert lib.strongroom_live_objects() == before


def test_closing_waits_for_the_callback(store: Store) -> None:
    inside, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def slow(_: AuditEvent) -> None:
        inside.set()
        go_on.wait(60)
        ended.append("callback")

    def close() -> None:
        subscription.close()
        ended.append("close")

    subscription = store.subscribe(slow)
    threads = [threading.Thread(target=store.put, args=("a", "1")), threading.Thread(target=close)]
    threads[0].start()
    assert inside.wait(60)
    threads[1].start()
    threads[1].join(0.2)
    assert threads[1].is_alive()
    go_on.set()
    for thread in threads:
        thread.join()
    assert ended == ["callback", "close"]


def test_a_subscription_lasts_as_long_as_its_store(file: Path) -> None:
    gc.collect()
    before = lib.strongroom_live_objects()
    told: list[AuditEvent] = []
    store = Store.create(file, passphrase="open sesame", kdf=CHEAP)
    with store.with_context(reason="to subscribe") as same:
        same.subscribe(told.append)
    del same
    gc.collect()
    store["a"] = "1"
    assert len(told) == 1
    store.close()
    assert lib.strongroom_live_objects() == before


def test_a_subscription_keeps_its_store(file: Path) -> None:
    gc.collect()
    before = lib.strongroom_live_objects()
    store = Store.create(file, passphrase="open sesame", kdf=CHEAP)
    gone = weakref.ref(store)
    with store.with_context(reason="to subscribe") as same:
        subscription = same.subscribe(lambda event: None)
    del store, same
    gc.collect()
    assert gone() is not None
    del subscription
    gc.collect()
    assert gone() is None
    assert lib.strongroom_live_objects() == before


def test_a_callback_does_not_close_the_store(file: Path) -> None:
    refused: list[bool] = []

    def close(event: AuditEvent) -> None:
        with pytest.raises(strongroom.ReentrantError):
            store.close()
        refused.append(True)

    with Store.create(file, passphrase="open sesame", kdf=CHEAP) as store:
        store.subscribe(close)
        for value in ("1", "2"):
            store["a"] = value
            assert store["a"] == value
    assert refused == [True, True]
    with Store.open(file, passphrase="open sesame") as store:
        assert store["a"] == "2"


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_ends_nothing(store: Store) -> None:
    told: list[AuditEvent] = []
    subscription = store.subscribe(told.append)
    child = os.fork()
    if child == 0:
        before = lib.strongroom_live_objects()
        subscription.close()
        os._exit(int(lib.strongroom_live_objects() != before))
    assert os.waitpid(child, 0)[1] == 0
    store["a"] = "1"
    assert len(told) == 1


def test_changes_are_read_from_where_one_was(store: Store) -> None:
    assert (store.changes(), store.latest_change) == ([], 0)
    for path in ("a", "ns/b", "ns/c"):
        store[path] = "1"
    store["a"]
    del store["ns/b"]
    store["d"] = "1"
    sequences = [event.sequence for event in store.changes()]
    # One more is the number of the read, which a commit wrote down.
    assert (sequences[:3], len(sequences), sequences[-1]) == ([1, 2, 3], 5, 6)
    assert store.latest_change == 6
    assert [event.sequence for event in store.changes(1, 2)] == [2, 3]
    assert short(store.changes(after=2, under="ns")) == [("secret.created", "ns/c"), ("secret.deleted", "ns/b")]
    assert short(store.changes(types="secret.accessed")) == [("secret.accessed", "a")]
    assert len(store.changes(types=["secret.deleted", "secret.accessed"])) == 2
    assert store.changes(after=6) == store.changes(after=2**64 - 1) == []
    for limit in (0, 1001):
        with pytest.raises(strongroom.LimitExceededError):
            store.changes(limit=limit)


def test_changes_that_were_removed_are_missed_aloud(store: Store, clock: strongroom.ManualClock) -> None:
    store["a"] = "1"
    store["b"] = "1"
    store.policy.set(audit_days=1)
    clock.advance(timedelta(days=3))
    assert store.sweep().audit_events > 0
    with pytest.raises(strongroom.NotFoundError):
        store.changes(1)
    assert store.changes()[0].sequence > 2


def test_waiting_ends_with_a_change_or_in_time(store: Store) -> None:
    begun = time.monotonic()
    assert not store.wait_changes(0, timedelta(seconds=0.25))
    assert 0.25 <= time.monotonic() - begun < 30
    assert not store.wait_changes(0, 0)
    writer = threading.Timer(0.15, store.put, ("a", "1"))
    writer.start()
    begun = time.monotonic()
    assert store.wait_changes(0, 60.0)
    assert time.monotonic() - begun < 30
    writer.join()
    assert store.wait_changes(0, 0)
    assert not store.wait_changes(1, 0)
    del store["a"]
    assert store.wait_changes(1, 0)


def test_waiting_notices_signals(store: Store, alarmed: Alarmed) -> None:
    begun = time.monotonic()
    with pytest.raises(StopError):
        alarmed(0.15, lambda: store.wait_changes(0, 60))
    assert time.monotonic() - begun < 30


def test_a_store_that_is_locked_or_closed_tells_nothing(on_disk: Store) -> None:
    locker = threading.Timer(0.15, on_disk.lock)
    locker.start()
    with pytest.raises(strongroom.LockedError):
        on_disk.wait_changes(on_disk.latest_change, 60)
    locker.join()
    calls = (
        lambda: on_disk.subscribe(print),
        on_disk.changes,
        lambda: on_disk.latest_change,
        lambda: on_disk.wait_changes(0, 0),
    )
    for error in (strongroom.LockedError, strongroom.ClosedError):
        for call in calls:
            with pytest.raises(error):
                call()
        on_disk.close()
