"""Changes that happen once, however often they are asked for."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Callable

import pytest
from conftest import CHEAP

import strongroom
from strongroom import Generator, Store
from strongroom._native import lib

Change = Callable[..., Any]
#: Every change of secrets, on a store that has what `prepare` makes.
CHANGES: dict[str, Change] = {
    "put": lambda store, **once: store.put("new", "1", tags=["a"], **once),
    "put generated": lambda store, **once: store.put("new", generate=Generator.token(16), **once),
    "update": lambda store, **once: store.update("a", description="changed", **once),
    "rotate": lambda store, **once: store.rotate("a", "4", "1h", **once),
    "rotate generated": lambda store, **once: store.rotate("a", generate=Generator.token(16), **once),
    "rollback": lambda store, **once: store.rollback("a", 1, **once),
    "rename": lambda store, **once: store.rename("a", "b", **once),
    "delete": lambda store, **once: store.delete("a", **once),
    "restore": lambda store, **once: store.restore("trashed", **once),
    "delete_version": lambda store, **once: store.delete_version("a", 1, **once),
    "restore_version": lambda store, **once: store.restore_version("a", 2, **once),
    "destroy_version": lambda store, **once: store.destroy_version("a", 1, **once),
    "revoke_version": lambda store, **once: store.revoke_version("a", 1, **once),
    "rename_prefix": lambda store, **once: store.rename_prefix("ns", "other", **once),
    "destroy": lambda store, **once: store.destroy("a", **once),
}
#: Those that find nothing to change the second time.
ENDING: dict[str, Change] = {
    "rename_prefix": lambda store, **once: store.rename_prefix("ns", "other", **once),
    "destroy": lambda store, **once: store.destroy("a", **once),
}


def prepare(store: Store) -> None:
    """A secret of three versions, the second deleted; another one in a namespace, and one in the trash."""
    store["a"] = "1"
    store.rotate("a", "2", "1h")
    store["a"] = "3"
    store.delete_version("a", 2)
    store["ns/a"] = "1"
    store["trashed"] = "1"
    store.delete("trashed")


@pytest.fixture
def prepared(store: Store) -> Store:
    prepare(store)
    return store


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_happens_once(change: Change, prepared: Store) -> None:
    first = change(prepared, idempotency_key="once")
    generation = prepared.health().generation
    again = change(prepared, idempotency_key="once")
    assert (first.replayed, again.replayed) == (False, True)
    assert again == first
    assert prepared.health().generation == generation
    prepared.verify()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_without_a_key_nothing_is_replayed(change: Change, prepared: Store) -> None:
    assert not change(prepared).replayed


@pytest.mark.parametrize("change", ENDING.values(), ids=ENDING)
def test_a_repeat_without_the_key_is_another_change(change: Change, prepared: Store) -> None:
    first = change(prepared, idempotency_key="once")
    assert change(prepared, idempotency_key="once") == first
    with pytest.raises(strongroom.NotFoundError):
        change(prepared)
    with pytest.raises(strongroom.NotFoundError):
        change(prepared, idempotency_key="another")


def test_a_change_is_replayed_after_the_store_was_opened_again(file: Path) -> None:
    with Store.create(file, passphrase="open sesame", kdf=CHEAP) as store:
        first = store.put("a", "1", idempotency_key="once")
    with Store.open(file, passphrase="open sesame") as store:
        store["a"] = "2"
        again = store.put("a", "1", idempotency_key="once")
        assert (again, again.replayed) == (first, True)
        assert store["a"] == "2"
        assert len(store.versions("a")) == 2


def test_other_arguments_are_a_conflict(store: Store) -> None:
    store.put("a", "1", idempotency_key="once")
    others: list[dict[str, Any]] = [
        {"path": "a", "value": "2"},
        {"path": "b", "value": "1"},
        {"path": "a", "value": "1", "tags": ["more"]},
        {"path": "a", "generate": Generator.token()},
    ]
    for said in others:
        with pytest.raises(strongroom.IdempotencyConflictError) as caught:
            store.put(**said, idempotency_key="once")
        assert (caught.value.name, caught.value.retryable) == ("idempotency_conflict", False)
    assert [version.number for version in store.versions("a")] == [1]
    # A key is that of one change of each kind.
    assert not store.rollback("a", 1, idempotency_key="once").replayed
    assert store.put("a", "1", idempotency_key="once").replayed


def test_a_failure_is_not_remembered(store: Store) -> None:
    with pytest.raises(strongroom.NotFoundError):
        store.delete("a", idempotency_key="once")
    with pytest.raises(strongroom.ConflictError):
        store.put("a", "2", expect=1, idempotency_key="once")
    store["a"] = "1"
    assert not store.put("a", "2", expect=1, idempotency_key="once").replayed
    assert not store.delete("a", idempotency_key="once").replayed
    assert store.delete("a", idempotency_key="once").replayed


def test_keys_have_one_to_255_bytes(store: Store) -> None:
    for key in ("", "x" * 256, "ü" * 128, "two\nlines"):
        with pytest.raises(strongroom.InvalidArgumentError):
            store.put("a", "1", idempotency_key=key)
        with pytest.raises(strongroom.InvalidArgumentError):
            store.with_context(idempotency_key=key)
    assert "a" not in store
    for key in ("x", "x" * 255, "ü" * 127):
        assert not store.put("a", "1", idempotency_key=key).replayed
        assert store.put("a", "1", idempotency_key=key).replayed


def test_wrong_types_are_refused(store: Store) -> None:
    wrong: list[Any] = [7, b"once", ["once"]]
    for key in wrong:
        with pytest.raises(TypeError):
            store.put("a", "1", idempotency_key=key)
        with pytest.raises(TypeError):
            store.with_context(idempotency_key=key)


def test_a_key_is_remembered_for_the_window(store: Store, clock: strongroom.ManualClock) -> None:
    assert store.policy.get().idempotency_window == timedelta(days=1)
    store.policy.set(idempotency_window="1m")
    store.put("a", "1", idempotency_key="once")
    clock.advance(59.999)
    assert store.put("a", "1", idempotency_key="once").replayed
    clock.advance(0.001)
    again = store.put("a", "1", idempotency_key="once")
    assert (again.version, again.replayed) == (2, False)


def test_the_window_lasts_a_minute_to_thirty_days(store: Store) -> None:
    for window in (60, "30d", timedelta(minutes=2)):
        store.policy.set(idempotency_window=window)
    for bad in (59, timedelta(days=30, seconds=1)):
        with pytest.raises(strongroom.InvalidArgumentError):
            store.policy.set(idempotency_window=bad)
    with pytest.raises(OverflowError):
        store.policy.set(idempotency_window=-1)
    with pytest.raises(TypeError, match="leave under out"):
        store.policy.set("a", idempotency_window=60)
    assert store.policy.get().idempotency_window == timedelta(minutes=2)


def test_a_handle_has_a_key_for_its_changes(store: Store) -> None:
    with store.with_context(idempotency_key="once") as once:
        assert not once.put("a", "1").replayed
        assert once.put("a", "1").replayed
        once["a"] = "1"
        # The key of the call goes before that of the handle.
        assert not once.put("a", "1", idempotency_key="twice").replayed
    assert store.put("a", "1", idempotency_key="once").replayed
    assert store["a"] == "1"
    assert len(store.versions("a")) == 2


def test_a_call_with_a_key_says_what_its_handle_says(store: Store) -> None:
    labels = iter(["cron", "nightly"])
    with store.with_context(labels, reason="why", request_id="7") as same:
        for path in ("a", "b"):
            same.put(path, "1", idempotency_key=f"put {path}")
    for event in store.audit.query(type="secret.created").events:
        assert (event.labels, event.reason, event.request_id) == ({"cron": "", "nightly": ""}, "why", "7")


def test_a_change_inside_a_transaction_has_no_key_of_its_own(prepared: Store) -> None:
    for change in CHANGES.values():
        with prepared.transaction() as tx:
            with pytest.raises(strongroom.InvalidArgumentError, match="with_context"):
                change(tx, idempotency_key="once")
            tx.abort()
    with prepared.transaction() as tx:
        assert not tx.put("new", "1").replayed


def test_a_transaction_has_the_key_of_its_handle(store: Store) -> None:
    with store.with_context(idempotency_key="once") as once:
        tx = once.transaction()
        tx.put("a", "1")
        tx.abort()
        for replayed in (False, True):
            with once.transaction() as tx:
                assert tx.put("a", "1").replayed is replayed
                assert tx.update("a", description="x").replayed is replayed
        with pytest.raises(strongroom.IdempotencyConflictError), once.transaction() as tx:
            tx.put("a", "2")
    assert store.info("a").version == 1


def test_threads_do_not_hear_of_each_other(patient: Store) -> None:
    found: dict[int, list[bool]] = {}

    def change(number: int) -> None:
        found[number] = [patient.put(f"a/{number}", "1", idempotency_key=f"of {number}").replayed for _ in range(20)]

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [False] + [True] * 19 for number in range(4)}


@pytest.fixture
def nothing_is_left() -> Iterator[None]:
    gc.collect()
    before = lib.strongroom_live_objects()
    yield
    gc.collect()
    assert lib.strongroom_live_objects() == before


@pytest.mark.usefixtures("nothing_is_left")
def test_nothing_is_left_of_calls() -> None:
    with Store.in_memory() as store:
        before = lib.strongroom_live_objects()
        for _ in range(2):
            store.put("a", "1", idempotency_key="once")
        with pytest.raises(strongroom.IdempotencyConflictError):
            store.put("a", "2", idempotency_key="once")
        with pytest.raises(strongroom.InvalidArgumentError):
            store.put("a", "2", idempotency_key="two\nlines")
        with store.transaction(), pytest.raises(strongroom.ReentrantError):
            store.put("b", "1", idempotency_key="other")
        assert lib.strongroom_live_objects() == before
        closed = store.with_context(idempotency_key="other")
    with pytest.raises(strongroom.ClosedError):
        closed.put("a", "1")
    with pytest.raises(strongroom.ClosedError):
        store.put("a", "1", idempotency_key="once")
    closed.close()
