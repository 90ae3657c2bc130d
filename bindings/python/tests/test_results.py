"""What operations return, as values of Python: compared, hashed, copied, pickled and made into dictionaries."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import strongroom
from strongroom import Store

#: These hold a secret value.
SECRET = {strongroom.RecoveryCode}
TYPES = {
    found
    for found in vars(strongroom).values()
    if isinstance(found, type) and dataclasses.is_dataclass(found) and found not in SECRET
}


def results(store: Store, file: Path, tags: dict[str, str]) -> Iterator[Any]:
    """A result of each type."""
    yield store.put("a/b", "1", tags=tags)
    yield store.rotate("a/b", "2", "1h", rotate_every="1d")
    yield store.info("a/b")
    yield from store.versions("a/b")
    yield store.list(count=True)
    yield store.list(recursive=False)
    yield from store.namespaces()
    yield store.stats()
    yield from store.stats().namespaces
    yield from store.tag_keys() if tags else [strongroom.TagCount("a", 1)]
    yield from store.due("30d")
    yield store.verify_payload("a/b", "payload", "sha256=0")
    yield store.policy.get()
    yield store.policy.at("a")
    trashed = store.delete("a/b")
    yield trashed
    yield store.sweep()
    yield store.destroy(trashed.id)
    with store.with_context(tags) as told:
        told["c"] = "1"
    page = store.audit.query(type="secret.created", newest_first=True)
    assert page.events[0].labels == tags
    yield page
    yield from page.events
    yield store.audit.verify(store.audit.head())
    yield store.audit.export(file.with_name("log"))
    yield store.health()
    yield store.open_report
    yield store.memory_status()
    yield store.verify()
    yield store.backup(file.with_name("copy"))
    yield from store.slots.list()
    yield store.policy.kdf_floor()
    yield strongroom.capabilities()


@pytest.mark.parametrize("tags", [{}, {"env": "prod", "label": ""}])
def test_every_result_is_a_value(on_disk: Store, file: Path, tags: dict[str, str]) -> None:
    seen = set()
    for result in results(on_disk, file, tags):
        seen.add(type(result))
        for copied in (
            pickle.loads(pickle.dumps(result)),
            copy.copy(result),
            copy.deepcopy(result),
            dataclasses.replace(result),
        ):
            assert copied == result
            assert hash(copied) == hash(result)
        assert dataclasses.asdict(result).keys() == {field.name for field in dataclasses.fields(result)}
    assert seen == TYPES


def test_a_number_that_tells_more_is_a_number(store: Store) -> None:
    store["a/b"] = "1"
    store.rename_prefix("a", "c", idempotency_key="once")
    renamed = store.rename_prefix("a", "c", idempotency_key="once")
    assert (renamed, repr(renamed), f"{renamed:02}", renamed.replayed) == (1, "1", "01", True)
    for copied in (pickle.loads(pickle.dumps(renamed)), copy.copy(renamed), copy.deepcopy(renamed)):
        assert (copied, copied.replayed) == (1, True)


def test_tags_are_a_mapping_that_nobody_changes(store: Store) -> None:
    store.put("a", "1", tags={"env": "prod", "label": ""})
    tags = store.info("a").tags
    assert (tags, dict(tags), {**tags}) == ({"env": "prod", "label": ""},) * 3
    assert (len(tags), list(tags), tags["env"], "label" in tags, tags.get("none")) == (
        2,
        ["env", "label"],
        "prod",
        True,
        None,
    )
    assert repr(tags) == "{'env': 'prod', 'label': ''}"
    assert tags != {"env": "prod"}
    changing: Any = tags
    with pytest.raises(TypeError):
        changing["env"] = "test"
    with pytest.raises(TypeError):
        del changing["env"]
    store.put("b", "1", tags=tags)
    assert store.info("b").tags == tags


def test_what_holds_a_value_is_not_pickled(store: Store) -> None:
    store["a"] = "1"
    for holding in (store.get("a"), store["a"], strongroom.RecoveryCode("slot_1", strongroom.SecretBytes("code"))):
        for refused in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                refused(holding)
