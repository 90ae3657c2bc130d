"""Lists, counts and tags."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from conftest import START

import strongroom


@pytest.fixture
def full(store: strongroom.Store, clock: strongroom.ManualClock) -> strongroom.Store:
    for index in range(6):
        tags = {"env": "prod" if index % 2 else "test", "even" if index % 2 == 0 else "odd": ""}
        store.put(
            f"team/{'db' if index < 3 else 'mail'}/{index}", str(index), tags=tags, tier="critical" if index == 5 else None
        )
        clock.advance(1)
    store.put("alone", "x")
    return store


def paths(page: strongroom.Page) -> list[str]:
    return [info.path for info in page.items]


def test_pages_follow_each_other(full: strongroom.Store) -> None:
    first = full.list(limit=3, count=True)
    assert (len(first.items), first.total, first.has_more) == (3, 7, True)
    assert isinstance(first.next_cursor, str)
    second = full.list(limit=10, cursor=first.next_cursor)
    assert (len(second.items), second.total, second.has_more, second.next_cursor) == (4, None, False, None)
    assert paths(first) + paths(second) == list(full) == [info.path for info in full.scan(limit=2)]
    with pytest.raises(strongroom.InvalidCursorError):
        full.list(cursor="made up")
    with pytest.raises(strongroom.LimitExceededError):
        full.list(limit=100_000)


def test_tags_said_once_hold_for_every_page(full: strongroom.Store) -> None:
    for tests in (
        lambda: {"tags": (label for label in ["even"])},
        lambda: {"has_tags": iter(["even"])},
        lambda: {"without_tags": iter(["odd", "none"]), "under": "team"},
    ):
        found = [info.path for info in full.scan(limit=1, **tests())]
        assert found == ["team/db/0", "team/db/2", "team/mail/4"]
    tags = {"env": "prod"}
    pages = full.scan(tags=tags, limit=1)
    next(pages)
    tags.clear()
    assert [info.path for info in pages] == ["team/mail/3", "team/mail/5"]


def test_tests(full: strongroom.Store) -> None:
    assert paths(full.list("team/db")) == ["team/db/0", "team/db/1", "team/db/2"]
    assert paths(full.list(tags={"env": "prod"}, under="team/db")) == ["team/db/1"]
    assert paths(full.list(tags=["even"])) == ["team/db/0", "team/db/2", "team/mail/4"]
    assert len(full.list(has_tags=["env", "odd"]).items) == 3
    assert paths(full.list(without_tags=["env"])) == ["alone"]
    assert paths(full.list(tier="critical")) == ["team/mail/5"]
    assert paths(full.list(updated_since=START + timedelta(seconds=5))) == ["alone", "team/mail/5"]
    assert paths(full.list(updated_since=START + timedelta(seconds=5, microseconds=999))) == ["alone", "team/mail/5"]
    assert paths(full.list(updated_since=START + timedelta(seconds=5, microseconds=1000))) == ["alone"]
    assert paths(full.list(sort="updated", limit=2)) == ["alone", "team/mail/5"]
    full.delete("alone")
    assert paths(full.list(state="trash")) == ["alone"]
    assert len(list(full.scan(state="all"))) == 7
    for wrong in ({"state": "dead"}, {"sort": "size"}, {"tier": "huge"}):
        with pytest.raises(ValueError, match="must be one of"):
            full.list(**wrong)  # type: ignore[arg-type]


def test_what_is_written_after_a_time_is_updated_since() -> None:
    with strongroom.Store.in_memory() as store:
        for number in range(50):
            before = datetime.now(timezone.utc)
            store.put(f"n/{number}", "x")
            assert f"n/{number}" in paths(store.list(updated_since=before))


def test_levels(full: strongroom.Store) -> None:
    page = full.list(recursive=False)
    assert paths(page) == ["alone"]
    assert page.namespaces == (strongroom.Namespace("team", 6),)
    assert [(space.path, space.secrets) for space in full.namespaces("team")] == [("team/db", 3), ("team/mail", 3)]
    assert full.namespaces() == [strongroom.Namespace("team", 6)]


def test_tags_are_counted(full: strongroom.Store) -> None:
    assert full.tag_keys() == [
        strongroom.TagCount("env", 6),
        strongroom.TagCount("even", 3),
        strongroom.TagCount("odd", 3),
    ]
    assert full.tag_values("env") == [strongroom.TagCount("prod", 3), strongroom.TagCount("test", 3)]


def test_stats(full: strongroom.Store) -> None:
    full.put("team/db/0", "longer")
    full.delete("alone")
    stats = full.stats()
    assert (stats.live_secrets, stats.live_versions, stats.live_value_bytes) == (6, 7, 12)
    assert (stats.trash_secrets, stats.trash_versions, stats.trash_value_bytes) == (1, 1, 1)
    assert stats.namespaces == (strongroom.NamespaceStats("team", 6, 7, 12),)
    assert stats.file_bytes >= stats.used_bytes > 0
    assert [space.name for space in full.stats("team").namespaces] == ["db", "mail"]
