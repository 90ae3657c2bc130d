"""Expiry, what is due, and durations as people write them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from conftest import START
from hypothesis import given
from hypothesis import strategies as st

import strongroom
from strongroom._changes import Every, Moment
from strongroom._duration import Duration

HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


def test_a_secret_expires_at_its_instant(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    until = START + HOUR
    store.put("a", "1", expires_at=until)
    assert (store.info("a").expires_at, store.info("a").on_expiry) == (until, "block")
    clock.set(until - MILLISECOND)
    assert store["a"] == "1"
    clock.set(until)
    for use in (
        lambda: store.get("a"),
        lambda: store["a"],
        lambda: store.matches("a", "1"),
        lambda: store.accepted("a"),
        lambda: store.verify_any("a", "1"),
        lambda: store.put("a", "2"),
        lambda: store.rotate("a", "2"),
        lambda: store.sign_payload("a", "payload"),
    ):
        with pytest.raises(strongroom.ExpiredError) as caught:
            use()
        assert (caught.value.code, caught.value.name) == (29, "expired")
    assert "a" in store
    assert store.rotate("a", "2", expires_in="1h").new_version == 2
    assert store["a"] == "2"
    clock.advance(HOUR)
    assert store.update("a", expires_at=None).expires_at is None
    assert store["a"] == "2"


@pytest.mark.parametrize("duration", [3600, HOUR, "1h", "3600", "PT1H", "60m"], ids=repr)
def test_durations_are_said_in_several_ways(store: strongroom.Store, duration: Duration) -> None:
    store.put("a", "1", expires_in=duration, rotate_every=duration)
    info = store.info("a")
    assert info.expires_at == info.rotation_due_at == START + HOUR
    assert info.rotate_every == HOUR


def test_what_is_left_out_stays_and_none_takes_away(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    store.put("a", "1", expires_in="2h", on_expiry="trash", rotate_every="1h")
    clock.advance(60)
    store.put("a", "2")
    info = store.update("a", description="of the relay")
    assert (info.expires_at, info.on_expiry, info.rotate_every) == (START + 2 * HOUR, "trash", HOUR)
    assert info.rotation_due_at == START + HOUR + timedelta(minutes=1)
    info = store.update("a", expires_at=strongroom.UNCHANGED, rotate_every=strongroom.UNCHANGED, on_expiry="block")
    assert (info.expires_at, info.on_expiry, info.rotate_every) == (START + 2 * HOUR, "block", HOUR)
    info = store.update("a", expires_at=None, rotate_every=None)
    assert (info.expires_at, info.on_expiry, info.rotate_every, info.rotation_due_at) == (None, "block", None, None)


def test_times_of_other_zones_are_the_same_instant(store: strongroom.Store) -> None:
    there = (START + HOUR).astimezone(timezone(timedelta(hours=-7)))
    store.put("a", "1", expires_at=there + timedelta(microseconds=999))
    assert store.info("a").expires_at == START + HOUR


@pytest.mark.parametrize(
    ("expires_at", "kind"),
    [
        (START, strongroom.InvalidArgumentError),
        (START - HOUR, strongroom.InvalidArgumentError),
        (datetime.max.replace(tzinfo=timezone.utc), strongroom.InvalidArgumentError),
        ((START + HOUR).replace(tzinfo=None), TypeError),
        (60, TypeError),
        ("2027-01-01", TypeError),
    ],
    ids=repr,
)
def test_what_is_no_time_of_expiry_is_refused(store: strongroom.Store, expires_at: Moment, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        store.put("a", "1", expires_at=expires_at)
    assert "a" not in store


@pytest.mark.parametrize(
    ("duration", "kind"),
    [
        (-1, OverflowError),
        (timedelta(days=-1), OverflowError),
        (2**64, OverflowError),
        (MILLISECOND, ValueError),
        ("1 h", strongroom.InvalidArgumentError),
        ("1.5h", strongroom.InvalidArgumentError),
        ("6000w", strongroom.InvalidArgumentError),
        (0.5, TypeError),
        (b"1h", TypeError),
    ],
    ids=repr,
)
def test_what_is_no_duration_is_refused(store: strongroom.Store, duration: Duration, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        store.put("a", "1", expires_in=duration)
    with pytest.raises(kind):
        store.put("a", "1", rotate_every=duration)
    assert "a" not in store


def test_an_expiry_is_said_once_and_well(store: strongroom.Store) -> None:
    with pytest.raises(TypeError):
        store.put("a", "1", expires_in=60, expires_at=START + HOUR)
    with pytest.raises(TypeError):
        store.put("a", "1", expires_in=60, expires_at=None)
    with pytest.raises(strongroom.InvalidArgumentError):
        store.put("a", "1", expires_in=0)
    with pytest.raises(strongroom.InvalidArgumentError):
        store.put("a", "1", on_expiry="trash")
    with pytest.raises(ValueError, match="on_expiry must be one of block, trash, not 'delete'"):
        store.put("a", "1", expires_in=60, on_expiry="delete")
    assert "a" not in store


def test_a_sweep_puts_what_has_expired_into_the_trash(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    store.put("gone", "1", expires_in="30d", on_expiry="trash")
    store.put("kept", "1", expires_in="30d")
    clock.advance(timedelta(days=29, hours=12))
    swept = store.sweep()
    assert (swept.expiring, swept.expired) == (2, 0)
    assert store.sweep().expiring == 0
    clock.advance(timedelta(days=1))
    swept = store.sweep()
    assert (swept.expiring, swept.expired, swept.secrets) == (0, 2, 0)
    assert list(store) == ["kept"]
    assert [info.path for info in store.list(state="trash").items] == ["gone"]


def test_what_is_due(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    assert store.due("100w") == []
    both = store.put("both", "1", expires_in="20d", rotate_every="10d").id
    trashed = store.put("trashed", "1").id
    store.delete("trashed")
    everything = [
        strongroom.Due("both", both, "rotation", START + timedelta(days=10)),
        strongroom.Due("both", both, "expiry", START + timedelta(days=20)),
        strongroom.Due("trashed", trashed, "purge", START + timedelta(days=30)),
    ]
    assert store.due("30d") == everything
    assert store.due(timedelta(days=20)) == everything[:2]
    assert store.due(within=20 * 86_400 - 1) == everything[:1]
    with store.transaction() as tx:
        assert tx.due(within="10d") == everything[:1]
    clock.advance(timedelta(days=25))
    assert store.due(0) == everything[:2]
    store.update("both", expires_at=None)
    store.rotate("both", "2")
    assert store.due("5d") == everything[2:]
    for wrong, kind in ((-1, OverflowError), ("soon", strongroom.InvalidArgumentError), (None, TypeError)):
        with pytest.raises(kind):
            store.due(wrong)  # type: ignore[arg-type]


def test_durations_are_read() -> None:
    assert strongroom.parse_duration("90d") == timedelta(days=90)
    assert strongroom.parse_duration("1w2d3h4m5s") == timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)
    assert strongroom.parse_duration("P1DT12H") == timedelta(days=1, hours=12)
    assert strongroom.parse_duration("0") == timedelta(0)
    for wrong in ("", "1y", "P1M", "-1s", "1h\0", "１h"):
        with pytest.raises(strongroom.InvalidArgumentError):
            strongroom.parse_duration(wrong)
    with pytest.raises(TypeError):
        strongroom.parse_duration(90)  # type: ignore[arg-type]
    with pytest.raises(OverflowError):
        strongroom.parse_duration(str(timedelta.max // timedelta(seconds=1) + 1))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_durations_are_sums(days: int, hours: int, minutes: int, seconds: int) -> None:
    expected = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    assert strongroom.parse_duration(f"{days}d{hours}h{minutes}m{seconds}s") == expected
    assert strongroom.parse_duration(f"P{days}DT{hours}H{minutes}M{seconds}S") == expected
    assert strongroom.parse_duration(str(expected // timedelta(seconds=1))) == expected


@given(st.integers(1, 3_000_000_000), st.integers(1, 3_000_000_000))
def test_what_is_said_of_expiry_comes_back(expires_in: int, every: int) -> None:
    rotate_every: Every = timedelta(seconds=every)
    with strongroom.Store.in_memory(clock=strongroom.ManualClock(START)) as store:
        store.put("a", "1", expires_in=expires_in, rotate_every=rotate_every)
        info = store.info("a")
        assert info.expires_at == START + timedelta(seconds=expires_in)
        assert (info.rotate_every, info.rotation_due_at) == (rotate_every, START + timedelta(seconds=every))
