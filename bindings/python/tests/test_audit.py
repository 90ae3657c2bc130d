"""The audit log."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Callable

import pytest
from conftest import CHEAP, ROOT, START

import strongroom
from strongroom import UNCHANGED, AuditEvent, ManualClock, Store
from strongroom._native import lib

CHECKER = ROOT / "scripts" / "check-audit-export"
TIERS = ("standard", "sensitive", "critical")


def told(store: Store, **query: Any) -> list[tuple[str, Any]]:
    """Type and path of the events that a query shows."""
    return [(event.type, event.path) for event in store.audit.scan(**query)]


def reads(store: Store) -> list[AuditEvent]:
    """The events of reads."""
    return list(store.audit.scan(type="secret.accessed"))


def test_an_event_says_what_happened(store: Store) -> None:
    with store.with_context({"app": "backup", "cron": ""}, reason="nightly", request_id="7") as nightly:
        written = nightly.put("a/b", "hunter2")
    (event,) = store.audit.query().events
    assert (event.sequence, event.type, event.path) == (1, "secret.created", "a/b")
    assert (event.secret_id, event.slot_id, event.version) == (written.id, None, 1)
    assert event.actor is not None
    assert event.actor.startswith("owner:slot_")
    assert (event.labels, event.reason, event.request_id) == ({"app": "backup", "cron": ""}, "nightly", "7")
    assert (event.time, event.count, event.durable) == (START, 1, True)
    assert event.generation == store.health().generation
    assert (event.error, event.success) == (None, True)
    assert store.audit.get(event.id) == event
    assert "hunter2" not in repr(event)
    with pytest.raises(TypeError):
        event.labels["app"] = "other"  # type: ignore[index]


def test_what_is_not_there_is_none(store: Store) -> None:
    store.policy.set(max_versions=3)
    (event,) = store.audit.query().events
    nothing = (event.path, event.secret_id, event.slot_id, event.reason, event.request_id)
    assert (event.type, nothing, event.labels) == ("policy.retention_changed", (None,) * 5, {})
    raw_key = store.slots.add_raw_key(bytes(range(32)))
    event = store.audit.query(newest_first=True).events[0]
    assert (event.type, event.slot_id, event.secret_id) == ("store.slot_added", raw_key, None)


def test_reads_are_audited_also_refused_ones(store: Store, clock: ManualClock) -> None:
    store["a"] = "1"
    clock.advance(1)
    for _ in range(3):
        store["a"]
    with pytest.raises(strongroom.NotFoundError):
        store.get("no/such")
    store.put("b", "1", expires_in=1)
    clock.advance(1)
    with pytest.raises(strongroom.ExpiredError):
        store["b"]
    one, absent, expired = reads(store)
    assert (one.path, one.count, one.version, one.error, one.time) == ("a", 3, 1, None, START + timedelta(seconds=1))
    assert (absent.path, absent.secret_id, absent.error) == ("no/such", None, "NotFoundError")
    assert (expired.path, expired.error, expired.success) == ("b", "ExpiredError", False)
    assert list(store.audit.scan(success=False)) == [absent, expired]
    assert one in list(store.audit.scan(success=True))


def test_batched_reads_wait_for_the_next_commit(store: Store) -> None:
    store["a"] = "1"
    store["a"]
    (event,) = reads(store)
    assert not event.durable
    with pytest.raises(strongroom.NotFoundError):
        store.audit.get(event.id)
    store["b"] = "1"
    (event,) = reads(store)
    assert event.durable
    assert store.audit.get(event.id) == event


def test_strict_reads_are_durable_before_the_value_is_released(file: Path) -> None:
    with Store.create(file, passphrase="open sesame", kdf=CHEAP) as store:
        store.put("a", "1", tier="critical")
        store.put("b", "1")
        store.policy.set(audit={"critical": "strict"})
        store["a"]
        store["b"]
        assert [(event.path, event.durable) for event in reads(store)] == [("a", True), ("b", False)]
    with Store.open(file, passphrase="open sesame", read_only=True) as store:
        assert store["b"] == "1"
        with pytest.raises(strongroom.ReadOnlyError):
            store["a"]
        assert [event.path for event in reads(store)][:2] == ["a", "b"]


def test_reads_may_be_left_out(store: Store) -> None:
    store["a"] = "1"
    store.policy.set(audit="off")
    store["a"]
    with pytest.raises(strongroom.NotFoundError):
        store["no/such"]
    assert reads(store) == []
    assert told(store) == [("secret.created", "a"), ("policy.audit_changed", None)]


def test_the_policy_says_what_was_set(store: Store) -> None:
    said = store.policy.get()
    assert isinstance(said, strongroom.StorePolicy)
    assert (said.audit, said.audit_days, said.audit_bytes) == (dict.fromkeys(TIERS, "batched"), None, None)
    for mode in ("strict", "off", "batched"):
        store.policy.set(audit=mode)
        assert store.policy.get().audit == dict.fromkeys(TIERS, mode)
    for tier in TIERS:
        store.policy.set(audit={tier: "strict"})
        assert store.policy.get().audit[tier] == "strict"
        store.policy.set(audit={tier: "off"})
    store.policy.set(audit_days=30, audit_bytes=2**40)
    store.policy.set(audit={"standard": "batched"}, audit_days=UNCHANGED)
    said = store.policy.get()
    assert said.audit == {"standard": "batched", "sensitive": "off", "critical": "off"}
    assert (said.audit_days, said.audit_bytes) == (30, 2**40)
    store.policy.set(audit_days=None)
    assert (store.policy.get().audit_days, store.policy.get().audit_bytes) == (None, 2**40)
    store.policy.set(audit_bytes=None)
    assert store.policy.get().audit_bytes is None
    assert type(store.policy.get("a")) is strongroom.Retention


def test_days_are_kept_within_their_bounds(store: Store) -> None:
    for days in (1, 36_500):
        store.policy.set(audit_days=days)
        assert store.policy.get().audit_days == days
    for days in (0, 36_501, 2**40):
        with pytest.raises(strongroom.InvalidArgumentError):
            store.policy.set(audit_days=days)
    numbers: list[dict[str, Any]] = [{"audit_days": -1}, {"audit_bytes": -1}, {"audit_bytes": 2**63}]
    for said in numbers:
        with pytest.raises(OverflowError):
            store.policy.set(**said)
    with pytest.raises(ValueError, match="audit must be one of batched, strict, off"):
        store.policy.set(audit="sometimes")
    with pytest.raises(ValueError, match="a tier must be one of"):
        store.policy.set(audit={"secret": "strict"})
    settings: list[dict[str, Any]] = [{"audit": "off"}, {"audit_days": None}, {"audit_bytes": 1}]
    for said in settings:
        with pytest.raises(TypeError, match="leave under out"):
            store.policy.set("a", **said)
    assert store.policy.get().audit_days == 36_500


def test_one_call_of_the_policy_is_one_commit(store: Store) -> None:
    before = store.health().generation
    store.policy.set(max_versions=2, audit="strict", audit_days=7, idempotency_window="1h")
    assert store.health().generation == before + 1
    with pytest.raises(strongroom.InvalidArgumentError):
        store.policy.set(max_versions=5, audit_days=0)
    said = store.policy.get()
    assert (said.max_versions, said.audit["standard"], said.audit_days) == (2, "strict", 7)
    assert said.idempotency_window == timedelta(hours=1)


def test_a_transaction_has_the_policy_too(store: Store) -> None:
    with store.transaction() as tx:
        tx.policy.set(audit="off", audit_days=3, idempotency_window=90)
        assert tx.policy.get().audit_days == 3
        assert store.policy.get().audit_days is None
    said = store.policy.get()
    assert (said.audit["critical"], said.audit_days) == ("off", 3)
    assert said.idempotency_window == timedelta(seconds=90)


@pytest.fixture
def full(store: Store, clock: ManualClock) -> Store:
    """Five events, a second apart."""
    for change in (
        lambda: store.put("a", "1"),
        lambda: store.put("ns/a", "1"),
        lambda: store.rename("a", "ns/b"),
        lambda: store.delete_version("ns/a", 1),
        lambda: store.policy.set("ns", max_versions=3),
    ):
        change()
        clock.advance(1)
    return store


def test_a_query_tells_what_passes_its_tests(full: Store) -> None:
    with full.with_context(request_id="r-1") as same:
        same.put("c", "1")
    everything = told(full)
    assert everything == [
        ("secret.created", "a"),
        ("secret.created", "ns/a"),
        ("secret.renamed", "ns/b"),
        ("version.deleted", "ns/a"),
        ("policy.retention_changed", "ns"),
        ("secret.created", "c"),
    ]
    assert told(full, under="ns") == everything[1:5]
    assert told(full, under="ns/a") == [everything[1], everything[3]]
    assert told(full, type="secret.created") == [everything[0], everything[1], everything[5]]
    assert told(full, type="secret.*") == [everything[0], everything[1], everything[2], everything[5]]
    assert told(full, type=iter(["version.*", "policy.*"])) == everything[3:5]
    assert told(full, secret=full.info("ns/b").id) == [everything[0], everything[2]]
    assert told(full, request_id="r-1") == everything[5:]
    (slot,) = full.slots.list()
    assert told(full, actor=slot.id, under="c") == everything[5:]
    other = full.slots.add_raw_key(bytes(range(32)))
    assert told(full, actor=other) == []
    assert told(full, under="ns", type="secret.*", newest_first=True) == [everything[2], everything[1]]


def test_a_time_is_from_when_on_and_until_before_when(full: Store) -> None:
    everything = told(full)
    second = timedelta(seconds=1)
    assert told(full, since=START + second, until=START + 3 * second) == everything[1:3]
    tick = timedelta(microseconds=1)
    assert told(full, since=START + second + 999 * tick, until=START + 3 * second + tick) == everything[1:4]
    assert told(full, since=START + second + 1000 * tick, until=START + 3 * second) == everything[2:3]
    assert told(full, until=START) == []


def test_pages_go_on_where_the_last_one_ended(full: Store) -> None:
    everything = list(full.audit.scan())
    first = full.audit.query(limit=2)
    assert (list(first.events), first.has_more) == (everything[:2], True)
    assert first.next_cursor is not None
    second = full.audit.query(limit=3, cursor=first.next_cursor)
    assert (list(second.events), second.has_more, second.next_cursor) == (everything[2:], False, None)
    for limit in (1, 2, 1000):
        assert list(full.audit.scan(limit=limit)) == everything
        assert list(full.audit.scan(limit=limit, newest_first=True)) == everything[::-1]
        assert len(list(full.audit.scan(limit=limit, type=iter(["secret.*", "version.*"])))) == 4
    others: list[dict[str, Any]] = [{"newest_first": True}, {"under": "ns"}]
    for other in others:
        with pytest.raises(strongroom.InvalidCursorError):
            full.audit.query(cursor=first.next_cursor, **other)
    for limit in (0, 1001):
        with pytest.raises(strongroom.LimitExceededError):
            full.audit.query(limit=limit)


def test_what_breaks_a_rule_is_refused(store: Store) -> None:
    broken: list[dict[str, Any]] = [
        {"under": "a//b"},
        {"actor": "owner"},
        {"secret": "a"},
        {"type": "secret"},
        {"type": ["secret.*", "no.such"]},
    ]
    for query in broken:
        with pytest.raises(strongroom.InvalidArgumentError):
            store.audit.query(**query)
    wrong: list[dict[str, Any]] = [{"type": 7}, {"type": b"x"}, {"under": 7}, {"since": 7}, {"limit": "1"}, {"cursor": 7}]
    for query in wrong:
        with pytest.raises(TypeError):
            store.audit.query(**query)
    calls: list[Callable[[], object]] = [
        lambda: store.audit.get("evt_x"),
        lambda: store.audit.verify("ah1-x"),
        lambda: store.audit.verify(""),
    ]
    for call in calls:
        with pytest.raises(strongroom.InvalidArgumentError):
            call()


def test_a_head_that_was_kept_lies_in_the_log(full: Store) -> None:
    kept = full.audit.head()
    done = full.audit.verify()
    assert (done.events, done.first, done.head, done.kept) == (5, 1, kept, None)
    full["more"] = "1"
    done = full.audit.verify(kept)
    assert (done.events, done.kept) == (6, "in_history")
    assert done.head == full.audit.head() != kept
    with Store.in_memory() as other:
        other["a"] = "1"
        with pytest.raises(strongroom.Error) as caught:
            full.audit.verify(other.audit.head())
        assert isinstance(caught.value, strongroom.TamperedError)


def test_a_sweep_removes_old_events(full: Store, clock: ManualClock) -> None:
    kept = full.audit.head()
    oldest = full.audit.query(limit=1).events[0]
    assert full.sweep().audit_events == 0
    full.policy.set(audit_days=1)
    clock.advance(timedelta(days=2))
    full["late"] = "1"
    removed = full.sweep().audit_events
    assert removed >= 5
    done = full.audit.verify(kept)
    assert (done.first, done.kept) == (removed + 1, "older_than_log")
    with pytest.raises(strongroom.NotFoundError):
        full.audit.get(oldest.id)
    assert ("audit.pruned", None) in told(full)


def test_an_export_has_every_durable_event(full: Store, tmp_path: Path) -> None:
    full["ns/b"]
    durable = [event for event in full.audit.scan() if event.durable]
    file = tmp_path / "audit.jsonl"
    done = full.audit.export(file)
    assert (done.events, done.head) == (5, full.audit.head())
    first, *lines, last = map(json.loads, file.read_text().splitlines())
    assert [(line["seq"], line["kind"]) for line in lines] == [(event.sequence, event.type) for event in durable]
    assert (first["first"], last["events"]) == (1, 5)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(strongroom.AlreadyExistsError):
        full.audit.export(file)


def test_an_export_is_verified_without_the_store(full: Store, tmp_path: Path) -> None:
    with full.with_context({"app": "ü"}, reason="why", request_id="7") as same, pytest.raises(strongroom.NotFoundError):
        same["no/such"]
    full["more"] = "1"
    kept = full.audit.head()
    full["ns/b"] = "2"
    file = tmp_path / "audit.jsonl"
    done = full.audit.export(str(file))

    def check(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(CHECKER), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    for head in (kept, done.head):
        checked = check(file, head)
        assert (checked.returncode, checked.stdout) == (0, f"{done.events} events, to number {done.events}\n")
    file.write_text(file.read_text().replace('"path":"more"', '"path":"less"'))
    assert check(file).returncode == 1


def test_a_store_that_is_locked_or_closed_tells_nothing(on_disk: Store, tmp_path: Path) -> None:
    on_disk["a"] = "1"
    audit = on_disk.audit
    calls: list[Callable[[], object]] = [
        audit.query,
        lambda: next(audit.scan()),
        audit.head,
        audit.verify,
        lambda: audit.get("evt_0000000000000RABXAK0XPGPWA"),
        lambda: audit.export(tmp_path / "audit.jsonl"),
        on_disk.policy.get,
    ]
    on_disk.lock()
    for call in calls:
        with pytest.raises(strongroom.LockedError):
            call()
    on_disk.close()
    for call in calls:
        with pytest.raises(strongroom.ClosedError):
            call()


def test_nothing_is_left_of_queries(full: Store, tmp_path: Path) -> None:
    gc.collect()
    before = lib.strongroom_live_objects()
    events = full.audit.scan(limit=1)
    full.audit.get(next(events).id)
    full.audit.verify(full.audit.head())
    full.audit.export(tmp_path / "audit.jsonl")
    full.policy.set(audit="strict", idempotency_window=60)
    with pytest.raises(strongroom.InvalidArgumentError):
        full.audit.query(type="no.such")
    with pytest.raises(TypeError):
        full.audit.query(under=7)  # type: ignore[arg-type]
    with pytest.raises(strongroom.InvalidArgumentError):
        full.policy.set(audit_days=0)
    assert lib.strongroom_live_objects() == before
