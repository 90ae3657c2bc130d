"""Stores in files: opening, locking, slots, copies."""

from __future__ import annotations

import os
import weakref
from datetime import timedelta
from pathlib import Path
from typing import Callable

import pytest
from conftest import CHEAP

import strongroom
from strongroom import SecretBytes, Store


def test_what_is_written_is_there_after_opening_again(file: Path, clock: strongroom.ManualClock) -> None:
    with Store.create(file, passphrase="open sesame", kdf=CHEAP, clock=clock) as store:
        store["a"] = "1"
        pin = store.pin()
    with Store.open(file, passphrase=bytearray(b"open sesame"), read_only=True, pin=pin, clock=clock) as store:
        assert store["a"] == "1"
        assert store.open_report.verified
        assert store.open_report.pin == "in_history"
        assert (store.open_report.discarded_generation, store.open_report.clock_behind) == (None, timedelta(0))
        with pytest.raises(strongroom.ReadOnlyError):
            store["a"] = "2"
    with pytest.raises(strongroom.WrongKeyError):
        Store.open(file, passphrase="open barley")
    with pytest.raises(strongroom.AlreadyExistsError):
        Store.create(file, passphrase="p", kdf=CHEAP)


def test_files_that_are_no_stores(file: Path) -> None:
    with pytest.raises(strongroom.NotFoundError):
        Store.open(file, passphrase="p")
    file.touch(mode=0o600)
    file.write_bytes(b"not a store" * 2000)
    with pytest.raises(strongroom.NotAStoreError):
        Store.open(file, passphrase="p")


def test_closing_is_idempotent_and_final(file: Path) -> None:
    store = Store.create(os.fsencode(file), passphrase="p", kdf=CHEAP)
    store["a"] = "1"
    store.close()
    store.close()
    for use in (lambda: store["a"], store.health, store.transaction, lambda: store.is_locked, lambda: len(store)):
        with pytest.raises(strongroom.ClosedError):
            use()
    with pytest.raises(ValueError, match="closed"):
        store.get("a")


def test_garbage_closes_the_file(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    store = Store.create(file, passphrase="p", kdf=CHEAP)
    store["a"] = "1"
    secret = store.get("a")
    del store
    with Store.open(file, passphrase="p") as again:
        assert again["a"] == "1"
    assert secret.info.path == "a"
    assert capfd.readouterr() == ("", "")


def test_every_kind_of_key(file: Path) -> None:
    key_file = file.parent / "key"
    strongroom.create_key_file(key_file)
    with pytest.raises(strongroom.AlreadyExistsError):
        strongroom.create_key_file(key_file)
    raw = SecretBytes(bytes(range(32)))
    with Store.create(file, raw_key=raw, kdf=CHEAP) as store:
        slots = store.slots
        ids = {
            "raw_key": slots.check(raw_key=raw),
            "passphrase": slots.add_passphrase("pässword", label="Anna", kdf=CHEAP),
            "key_file": slots.add_key_file(key_file),
            "passphrase_and_key_file": slots.add_key_file(key_file, passphrase=b"both", kdf=CHEAP),
        }
        recovery = slots.add_recovery_code(label="safe")
        ids["recovery_code"] = recovery.id
        assert {slot.kind: slot.id for slot in slots.list()} == ids
        labels = {slot.kind: slot.label for slot in slots.list()}
        assert (labels["passphrase"], labels["recovery_code"], labels["raw_key"]) == ("Anna", "safe", "")
        costs = {slot.kind: slot.kdf for slot in slots.list()}
        assert costs["raw_key"] is None
        assert isinstance(costs["passphrase"], strongroom.KdfCost)
        assert [slot.kind for slot in slots.list() if slot.unlocked_this_handle] == ["raw_key"]
    Store.open(file, passphrase="pässword").close()
    Store.open(file, key_file=key_file).close()
    Store.open(file, key_file=key_file, passphrase="both").close()
    Store.open(file, recovery_code=recovery.code).close()
    Store.open(file, recovery_code=recovery.code.reveal().lower()).close()
    with pytest.raises(strongroom.InvalidArgumentError):
        Store.open(file, raw_key=b"too short")


def test_slots_are_changed_and_removed(on_disk: Store) -> None:
    slots = on_disk.slots
    slots.change_passphrase("open sesame", "another one")
    with pytest.raises(strongroom.WrongKeyError):
        slots.check(passphrase="open sesame")
    code = slots.add_recovery_code()
    assert "R" not in repr(code.code)
    assert slots.check(recovery_code=code.code) == code.id
    slots.remove(code.id)
    with pytest.raises(strongroom.NotFoundError):
        slots.remove(code.id)
    with pytest.raises(strongroom.InvalidArgumentError):
        slots.remove(slots.list()[0].id, leave_raw_keys_only=True)
    raw = slots.add_raw_key(bytes(32), label="machine")
    assert [slot.id for slot in slots.list() if slot.label == "machine"] == [raw]


def test_locking(on_disk: Store) -> None:
    on_disk["a"] = "1"
    on_disk.lock()
    assert on_disk.is_locked
    assert on_disk.health().status == "locked"
    with pytest.raises(strongroom.LockedError):
        on_disk["a"]
    with pytest.raises(strongroom.WrongKeyError):
        on_disk.unlock(passphrase="wrong")
    on_disk.unlock(passphrase=SecretBytes("open sesame"))
    assert not on_disk.is_locked
    assert on_disk["a"] == "1"
    assert timedelta(0) <= on_disk.idle < timedelta(minutes=5)


def test_health_and_verification(file: Path, clock: strongroom.ManualClock) -> None:
    with Store.create(file, passphrase="open sesame", kdf=CHEAP, clock=clock) as store:
        store["a"] = "1"
        store["a"] = "2"
        store["b"] = "1"
        store.delete("b")
        verified = store.verify()
        assert (verified.secrets, verified.trashed, verified.versions) == (1, 1, 3)
        assert verified.events >= 4
        health = store.health()
        assert (health.status, health.in_place) == ("ok", True)
        assert (health.clock_jumped, health.clock_behind) == (False, timedelta(0))
        assert health.free_bytes
        assert health.last_verified_at is not None
        assert health.last_backup_at is None
        status = store.memory_status()
        assert isinstance(status.locked, bool)
        assert status.wiped_on_fork or status.excluded_from_dumps


def test_backups(on_disk: Store, file: Path) -> None:
    on_disk["a"] = "1"
    told: list[tuple[int, int]] = []
    backup = file.with_name("copy.strongroom")
    copied = on_disk.backup(backup, progress=lambda done, total: told.append((done, total)))
    assert copied.verified.secrets == 1
    assert copied.file_len == backup.stat().st_size
    assert told
    assert all(done <= total for done, total in told)
    assert on_disk.health().copies_beside == (str(backup),)
    assert on_disk.health().last_backup_at is not None
    with Store.open(backup, passphrase="open sesame", read_only=True) as copy:
        assert copy["a"] == "1"


class StopError(Exception):
    """Raised by callbacks."""


@pytest.mark.parametrize("kind", ["backup", "compact", "purge", "rekey"])
@pytest.mark.parametrize("error", [StopError, KeyboardInterrupt])
def test_what_a_callback_raises_cancels_and_comes_out(
    on_disk: Store, file: Path, kind: str, error: type[BaseException]
) -> None:
    on_disk["a"] = "1"
    pin = on_disk.pin()

    def stop(done: int, total: int) -> None:
        raise error("enough")

    copies: dict[str, Callable[[], object]] = {
        "backup": lambda: on_disk.backup(file.with_name("copy"), progress=stop),
        "compact": lambda: on_disk.compact(progress=stop),
        "purge": lambda: on_disk.purge(progress=stop),
        "rekey": lambda: on_disk.rekey(passphrase="new", kdf=CHEAP, progress=stop),
    }
    with pytest.raises(error, match="enough"):
        copies[kind]()
    assert on_disk["a"] == "1"
    assert on_disk.pin() == pin
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name]


def test_a_callback_may_use_the_store(on_disk: Store, file: Path) -> None:
    on_disk["a"] = "1"
    seen = []
    on_disk.backup(file.with_name("copy"), progress=lambda done, total: seen.append(on_disk["a"].reveal()))
    assert set(seen) == {"1"}


def test_a_callback_is_let_go(on_disk: Store, file: Path) -> None:
    def tell(done: int, total: int) -> None:
        pass

    gone = weakref.ref(tell)
    on_disk.backup(file.with_name("copy"), progress=tell)
    del tell
    assert gone() is None


def test_copies_that_replace_the_store(on_disk: Store, file: Path) -> None:
    for index in range(20):
        on_disk["a"] = bytes([index]) * 1000
    assert on_disk.compact().verified.secrets == 1
    on_disk.slots.add_recovery_code()
    with pytest.raises(strongroom.InvalidArgumentError):
        on_disk.purge()
    assert on_disk.purge(drop_other_slots=True).generation > 0
    assert len(on_disk.slots.list()) == 1
    on_disk.rekey(passphrase="new", label="after", kdf=strongroom.KdfCost(64 * 1024, 3, 4))
    assert [(slot.kind, slot.label) for slot in on_disk.slots.list()] == [("passphrase", "after")]
    assert len(on_disk["a"]) == 1000
    on_disk.close()
    with pytest.raises(strongroom.WrongKeyError):
        Store.open(file, passphrase="open sesame")
    Store.open(file, passphrase="new").close()


def test_pins_tell_stores_apart(on_disk: Store, file: Path) -> None:
    other = file.with_name("other")
    with Store.create(other, raw_key=bytes(32)) as store:
        pin = store.pin()
    on_disk.close()
    with pytest.raises(strongroom.WrongStoreError):
        Store.open(file, passphrase="open sesame", pin=pin)
    with pytest.raises(strongroom.InvalidArgumentError):
        Store.open(file, passphrase="open sesame", pin="no pin")


def test_policy(store: Store) -> None:
    policy = store.policy
    assert (policy.get().under, policy.get().max_versions, policy.get().trash_days) == ("", None, None)
    assert policy.at("a/b") == strongroom.Retention("", 10, 30)
    policy.set("a", max_versions=2, trash_days=5)
    policy.set("a", trash_days=None)
    assert policy.get("a") == strongroom.Retention("a", 2, None)
    policy.set(max_versions=0)
    assert policy.all() == [strongroom.Retention("", 0, None), strongroom.Retention("a", 2, None)]
    assert (policy.at("a/b").max_versions, policy.at("c").max_versions) == (2, 0)
    for value in "123":
        store["a/b"] = value
    assert [version.number for version in store.versions("a/b") if version.state != "destroyed"] == [2, 3]


def test_the_floor_of_costs(on_disk: Store) -> None:
    floor = strongroom.KdfCost(20 * 1024, 1, 1)
    on_disk.policy.set_kdf_floor(floor)
    assert on_disk.policy.kdf_floor() == floor
    with pytest.raises(strongroom.KdfLimitsError):
        on_disk.slots.add_passphrase("cheap", kdf=CHEAP)
    with pytest.raises(strongroom.KdfLimitsError):
        on_disk.policy.set_kdf_floor(strongroom.KdfCost(1, 1, 1))


def test_options_are_passed_on(file: Path) -> None:
    with Store.create(file, raw_key=bytes(32), cache_bytes=1 << 20, write_wait_seconds=0.05, allow_network_fs=True) as store:
        store["a"] = "1"
        with pytest.raises(strongroom.InUseError):
            Store.open(file, raw_key=bytes(32), wait_seconds=timedelta(milliseconds=10))
    file.chmod(0o644)
    with pytest.raises(strongroom.FileRefusedError):
        Store.open(file, raw_key=bytes(32))
    with Store.open(file, raw_key=bytes(32), allow_shared_mode=True, verify_up_to=0) as store:
        assert not store.open_report.verified


def test_what_needs_no_store() -> None:
    assert strongroom.__version__.count(".") == 2
    found = strongroom.capabilities()
    assert "transactions" in found.features
    assert found.limits["path_len_max"] == 512
    cost = strongroom.calibrate(target_seconds=0.001, max_memory_kib=19 * 1024)
    assert cost.memory_kib == 19 * 1024
    assert cost.measured is not None
    assert timedelta(0) < cost.measured < timedelta(minutes=1)
    assert cost == strongroom.KdfCost(cost.memory_kib, cost.passes, cost.lanes)
