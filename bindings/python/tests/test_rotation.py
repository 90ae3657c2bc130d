"""Rotation: what is accepted, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import START
from hypothesis import given
from hypothesis import strategies as st

import strongroom
from strongroom import Generator
from strongroom._duration import Duration

MILLISECOND = timedelta(milliseconds=1)


def values(accepted: list[strongroom.Secret]) -> list[tuple[int, bytes]]:
    """The numbers and values of what is accepted, which is wiped."""
    found = []
    for secret in accepted:
        with secret:
            found.append((secret.version, bytes(secret.value)))
    return found


def test_a_rotation_says_what_it_did(store: strongroom.Store) -> None:
    done = store.put("team/kü", "old", tier="critical")
    rotated = store.rotate("team/kü", "new", 300, note="second", tags={"env": "prod"})
    until = START + timedelta(minutes=5)
    assert rotated == strongroom.Rotated(done.id, "team/kü", "critical", 1, 2, until, done.created_at, START)
    assert rotated.old_expires_at.tzinfo is not None
    assert store["team/kü"] == "new"
    assert store.info("team/kü").tags == {"env": "prod"}
    old, new = store.versions("team/kü")
    assert (old.state, old.until) == ("grace", rotated.old_expires_at)
    assert (new.state, new.until, new.note) == ("current", None, "second")


def test_a_rotation_says_when(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    store.put("a", "old")
    clock.advance(60)
    rotated = store.rotate("a", "new")
    assert (rotated.created_at, rotated.updated_at) == (START, START + timedelta(seconds=60))


def test_a_grace_ends_at_its_instant(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    store.put("a", "old")
    until = store.rotate("a", b"new", timedelta(seconds=60)).old_expires_at
    clock.set(until - MILLISECOND)
    assert values(store.accepted("a")) == [(2, b"new"), (1, b"old")]
    assert (store.verify_any("a", "old"), store.verify_any("a", "new"), store.verify_any("a", "none")) == (1, 2, None)
    assert store.get("a", version=1).value == "old"
    clock.set(until)
    assert values(store.accepted("a")) == [(2, b"new")]
    assert store.verify_any("a", "old") is None
    with pytest.raises(strongroom.VersionExpiredError):
        store.get("a", version=1)
    assert store.versions("a")[0].state == "retired"
    clock.set(START)
    with pytest.raises(strongroom.VersionExpiredError):
        store.get("a", version=1)


def test_without_a_grace_the_old_version_is_retired_at_once(store: strongroom.Store) -> None:
    store.put("a", "old")
    assert store.rotate("a", "new").old_expires_at == START
    assert store.versions("a")[0].state == "retired"
    assert store.verify_any("a", "old") is None


def test_several_versions_are_in_grace(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    store.put("a", "1")
    store.rotate("a", "2", "1h")
    store.rotate("a", "1", "PT30M")
    assert values(store.accepted("a")) == [(3, b"1"), (2, b"2"), (1, b"1")]
    assert store.verify_any("a", "1") == 3
    clock.advance(1800)
    assert values(store.accepted("a")) == [(3, b"1"), (1, b"1")]


def test_a_version_is_revoked(store: strongroom.Store) -> None:
    store.put("a", "1")
    store.rotate("a", "2", "1h")
    revoked = store.revoke_version("a", 1)
    assert (revoked.number, revoked.state) == (1, "retired")
    assert store.revoke_version("a", 1) == revoked
    assert store.verify_any("a", "1") is None
    with pytest.raises(strongroom.VersionExpiredError):
        store.get("a", version=1)
    with pytest.raises(strongroom.InvalidArgumentError):
        store.revoke_version("a", 2)
    with pytest.raises(strongroom.NotFoundError):
        store.revoke_version("a", 3)
    with pytest.raises(OverflowError):
        store.revoke_version("a", -1)


def test_a_generated_value_is_rotated_in(store: strongroom.Store) -> None:
    store.put("a", "1")
    assert store.rotate("a", generate=Generator.token(16, "hex"), grace_seconds=60).new_version == 2
    assert len(store["a"].reveal()) == 32
    assert store.verify_any("a", "1") == 1


def test_rotation_in_a_transaction(store: strongroom.Store) -> None:
    store.put("a", "1")
    with store.transaction() as tx:
        tx.rotate("a", "2", 60)
        assert values(tx.accepted("a")) == [(2, b"2"), (1, b"1")]
        assert tx.verify_any("a", "1") == 1
        assert store.verify_any("a", "2") is None
        tx.revoke_version("a", 1)
    assert values(store.accepted("a")) == [(2, b"2")]


def test_what_is_not_there_is_not_rotated(store: strongroom.Store) -> None:
    for use in (
        lambda: store.rotate("a", "1"),
        lambda: store.accepted("a"),
        lambda: store.verify_any("a", "1"),
        lambda: store.revoke_version("a", 1),
    ):
        with pytest.raises(strongroom.NotFoundError):
            use()
    store.put("a", "1")
    with pytest.raises(strongroom.ConflictError):
        store.rotate("a", "2", expect=7)
    with pytest.raises(strongroom.InvalidArgumentError):
        store.rotate("a", "2", "6000w")
    assert store.info("a").version == 1


@pytest.mark.parametrize(
    ("grace", "kind"),
    [
        (-1, OverflowError),
        (timedelta(seconds=-1), OverflowError),
        (2**64, OverflowError),
        (timedelta(seconds=1.5), ValueError),
        ("soon", strongroom.InvalidArgumentError),
        ("", strongroom.InvalidArgumentError),
        (1.5, TypeError),
        (None, TypeError),
        (b"1h", TypeError),
    ],
    ids=repr,
)
def test_what_is_no_grace_is_refused(store: strongroom.Store, grace: Duration, kind: type[Exception]) -> None:
    store.put("a", "1")
    with pytest.raises(kind):
        store.rotate("a", "2", grace)
    assert store.info("a").version == 1


def test_a_value_is_given_or_generated(store: strongroom.Store) -> None:
    store.put("a", "1")
    for use in (
        lambda: store.rotate("a"),
        lambda: store.rotate("a", "2", generate=Generator.token()),
        lambda: store.rotate("a", generate="token"),  # type: ignore[arg-type]
        lambda: store.put("a"),
        lambda: store.put("a", "2", generate=Generator.token()),
        lambda: store.put("a", generate=24),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            use()
    assert store.info("a").version == 1


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=2), st.integers(0, 5), st.integers(0, 4)), max_size=8))
def test_a_model_agrees_on_what_is_accepted(rotations: list[tuple[bytes, int, int]]) -> None:
    clock = strongroom.ManualClock(START)
    now, kept, current = 0, [], b"first"
    with strongroom.Store.in_memory(clock=clock) as store:
        store.put("a", current, max_versions=0)
        for number, (value, grace, passes) in enumerate(rotations, 1):
            store.rotate("a", value, grace)
            kept.append((number, current, now + grace))
            current = value
            clock.advance(passes)
            now += passes
            expected = [(number + 1, current)]
            expected += [(old, was) for old, was, until in reversed(kept) if now < until]
            assert values(store.accepted("a")) == expected
            for _, candidate in [*expected, (0, b"another")]:
                newest = next((of for of, was in expected if was == candidate), None)
                assert store.verify_any("a", candidate) == newest
