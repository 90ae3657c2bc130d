"""Text with half of a surrogate pair, which has no UTF-8. Whoever sends JSON can make it: json.loads takes ``"\\ud800"``."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Callable

import pytest

import strongroom
from strongroom import SecretBytes, Store

#: The beginning could be of a secret.
TEXT: str = json.loads(r'"hunter2\ud800"')


def test_it_is_nobodys_value(store: Store) -> None:
    for value in ("hunter2?", b"hunter2\xed\xa0\x80", b"", b"hunter2"):
        store["a"] = value
        secret = store.get("a")
        assert not store.matches("a", TEXT)
        assert store.verify_any("a", TEXT) is None
        assert secret.value != TEXT
        assert SecretBytes() != TEXT
    with pytest.raises(strongroom.NotFoundError):
        store.matches("none", TEXT)
    with pytest.raises(strongroom.NotFoundError):
        store.verify_any("none", TEXT)
    store["a"] = "key"
    assert store.verify_payload("a", "payload", TEXT).reason == "wrong"
    assert store.verify_payload("a", TEXT, store.sign_payload("a", b"")).reason == "wrong"


def test_it_is_nobodys_path(store: Store) -> None:
    assert TEXT not in store
    for get in (store.get, store.__getitem__, store.info, store.delete):
        with pytest.raises(strongroom.InvalidArgumentError, match="UTF-8"):
            get(TEXT)
    found = store.get_many(["none"])
    assert isinstance(found[0], strongroom.NotFoundError)


REFUSED: dict[str, Callable[[Store], object]] = {
    "a value": lambda store: store.put("a", TEXT),
    "an item": lambda store: store.__setitem__("a", TEXT),
    "bytes": lambda store: SecretBytes(TEXT),
    "a rotation": lambda store: store.rotate("a", TEXT),
    "a payload": lambda store: store.sign_payload("a", TEXT),
    "a passphrase": lambda store: Store.open("none", passphrase=TEXT),
    "a file": lambda store: Store.open("none\ud800", raw_key=bytes(32)),
    "a tag": lambda store: store.put("a", "1", tags={TEXT: ""}),
    "a description": lambda store: store.update("a", description=TEXT),
    "a type": lambda store: store.changes(types=[TEXT]),
    "several paths": lambda store: store.get_many(["a", TEXT]),
    "a label": lambda store: store.with_context([TEXT]),
    "a duration": lambda store: strongroom.parse_duration(TEXT),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_error_does_not_hold_it(store: Store, what: str) -> None:
    store["a"] = "1"
    with pytest.raises(strongroom.InvalidArgumentError, match="UTF-8") as caught:
        REFUSED[what](store)
    assert caught.value.__cause__ is None
    assert "hunter2" not in "".join(traceback.format_exception_only(type(caught.value), caught.value))
    context = caught.value.__context__
    assert not isinstance(context, UnicodeEncodeError)


def test_a_name_of_a_file_need_not_be_unicode(file: Path) -> None:
    name = str(file) + "\udcff"  # as os.fsdecode makes of a byte that is no UTF-8
    Store.create(name, raw_key=bytes(32)).close()
    assert [found.name for found in file.parent.iterdir()] == [file.name + "\udcff"]
