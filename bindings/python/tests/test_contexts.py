"""Handles of a store that say who calls."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from conftest import CHEAP

import strongroom
from strongroom import Store
from strongroom._native import lib


def test_closing_a_handle_leaves_the_store_open(store: Store) -> None:
    with store.with_context({"app": "backup"}, reason="nightly", request_id="7") as nightly:
        assert isinstance(nightly, Store)
        nightly["a"] = "1"
        with nightly.transaction() as tx:
            tx.put("a", "2")
    with pytest.raises(strongroom.ClosedError):
        nightly["a"]
    nightly.close()
    assert store["a"] == "2"


def test_closing_the_store_closes_its_handles(file: Path) -> None:
    store = Store.create(file, passphrase="open sesame", kdf=CHEAP)
    one = store.with_context(labels=["cron"])
    other = one.with_context()
    one.close()
    other["a"] = "1"
    store.close()
    for use in (lambda: other["a"], other.health, other.transaction, store.with_context):
        with pytest.raises(strongroom.ClosedError):
            use()
    other.close()
    with Store.open(file, passphrase="open sesame") as again:
        assert again["a"] == "1"


def test_a_handle_keeps_its_store_open(file: Path) -> None:
    same = Store.create(file, passphrase="open sesame", kdf=CHEAP).with_context().with_context(reason="of the first")
    gc.collect()
    same["a"] = "1"
    del same
    gc.collect()
    with Store.open(file, passphrase="open sesame") as again:
        assert again["a"] == "1"


def test_a_subclass_stays_one() -> None:
    class Mine(Store):
        """A store of a program's."""

    with Mine.in_memory() as store, store.with_context() as same:
        assert isinstance(same, Mine)


def test_what_is_said_reaches_the_library(store: Store) -> None:
    """Each part is held against its own rule, so none of them is lost on the way."""
    refused: list[dict[str, Any]] = [
        {"labels": {"": "empty"}},
        {"labels": {"a=b": ""}},
        {"labels": ["a=b"]},
        {"reason": "two\nlines"},
        {"reason": "x" * 257},
        {"request_id": "x" * 129},
    ]
    for said in refused:
        with pytest.raises(strongroom.InvalidArgumentError):
            store.with_context(**said)
    store.with_context({"app": "ü", "cron": ""}, "x" * 256, "x" * 128).close()


def test_wrong_types_are_refused(store: Store) -> None:
    wrong: list[dict[str, Any]] = [{"labels": "app"}, {"labels": {"app": 1}}, {"reason": b"why"}, {"request_id": 7}]
    for said in wrong:
        with pytest.raises(TypeError):
            store.with_context(**said)


def test_nothing_is_left_of_contexts() -> None:
    gc.collect()
    before = lib.strongroom_live_objects()
    store = Store.in_memory()
    closed_first, closed_last, forgotten = (store.with_context(reason=str(index)) for index in range(3))
    closed_first.close()
    with pytest.raises(strongroom.InvalidArgumentError):
        store.with_context(reason="two\nlines")
    store.close()
    closed_last.close()
    del forgotten
    gc.collect()
    assert lib.strongroom_live_objects() == before
