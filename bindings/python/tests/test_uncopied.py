"""What stands for an object of the library's is neither copied nor pickled."""

from __future__ import annotations

import copy
import pickle
from typing import Any, Callable

import pytest
from conftest import START

import strongroom
from strongroom import Generator, ManualClock, Store

COPIES: dict[str, Callable[[Any], object]] = {"pickle": pickle.dumps, "copy": copy.copy, "deepcopy": copy.deepcopy}
OWNERS: dict[str, Callable[[Store], object]] = {
    "store": lambda store: store,
    "context": lambda store: store.with_context(reason="a test"),
    "transaction": lambda store: store.transaction(),
    "subscription": lambda store: store.subscribe(print),
    "clock": lambda store: ManualClock(START),
    "generator": lambda store: Generator.password(12, symbols=False),
    "secret": lambda store: store.get("a"),
    "value": lambda store: store["a"],
    "audit": lambda store: store.audit,
    "slots": lambda store: store.slots,
    "policy": lambda store: store.policy,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("what", OWNERS)
def test_an_owner_is_neither_copied_nor_pickled(what: str, how: str) -> None:
    with Store.in_memory() as store:
        store["a"] = "1"
        owner = OWNERS[what](store)
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            COPIES[how](owner)
        if isinstance(owner, strongroom.Transaction):
            owner.abort()
