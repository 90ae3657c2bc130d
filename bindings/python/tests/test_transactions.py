"""Several writes that are one."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

import strongroom


def test_a_transaction_is_seen_whole_or_not_at_all(store: strongroom.Store) -> None:
    with store.transaction() as tx:
        tx.put("a", "1")
        tx["b"] = "2"
        assert tx.get("a").value == "1"
        assert len(tx) == 2
        assert "a" not in store
    assert store["b"] == "2"


def test_an_exception_rolls_back(store: strongroom.Store) -> None:
    store["a"] = "1"

    def fail_half_way() -> None:
        with store.transaction() as tx:
            tx.delete("a")
            tx["b"] = str(1 // 0)

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert list(store) == ["a"]


def test_it_can_end_early(store: strongroom.Store) -> None:
    with store.transaction() as tx:
        tx["a"] = "1"
        tx.commit()
    assert store["a"] == "1"
    with store.transaction() as tx:
        tx["a"] = "2"
        tx.abort()
        tx.abort()
    assert store["a"] == "1"
    with pytest.raises(strongroom.ClosedError):
        tx.get("a")
    with pytest.raises(strongroom.ClosedError):
        tx.commit()


def test_garbage_is_rolled_back(store: strongroom.Store) -> None:
    tx = store.transaction()
    tx["a"] = "1"
    del tx
    gc.collect()
    store["b"] = "2"
    assert list(store) == ["b"]


def test_the_store_refuses_writes_of_the_same_thread(store: strongroom.Store) -> None:
    with store.transaction() as tx:
        with pytest.raises(strongroom.ReentrantError):
            store["a"] = "1"
        with pytest.raises(strongroom.ReentrantError):
            store.close()
        tx["a"] = "2"
    assert store["a"] == "2"


def test_policy_is_part_of_it(store: strongroom.Store) -> None:
    with store.transaction() as tx:
        tx.policy.set("a", max_versions=1)
        assert tx.policy.get("a").max_versions == 1
        assert store.policy.get("a").max_versions is None
    assert store.policy.get("a").max_versions == 1


def test_a_store_lives_as_long_as_its_transaction() -> None:
    with strongroom.Store.in_memory().transaction() as tx:
        gc.collect()
        tx["a"] = "1"


@pytest.mark.parametrize("in_context", [False, True])
def test_a_store_is_closed_that_becomes_garbage_together_with_its_transaction(file: Path, in_context: bool) -> None:
    def fail() -> None:
        store = strongroom.Store.create(file, raw_key=bytes(32))
        begun_on = store.with_context(reason="a test") if in_context else store
        tx = begun_on.transaction()
        tx["a"] = "1"
        kept = ValueError("a frame that a traceback holds is garbage of the cyclic kind")
        try:
            raise kept
        except ValueError as error:
            kept = error

    gc.disable()
    try:
        fail()
    finally:
        gc.enable()
    gc.collect()
    with strongroom.Store.open(file, raw_key=bytes(32)) as again:
        assert list(again) == []
