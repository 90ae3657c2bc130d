"""Secrets and their versions."""

from __future__ import annotations

import array
import ctypes
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from conftest import START

import strongroom
from strongroom import _operations
from strongroom._signatures import SIGNATURES


def test_a_put_can_be_read(store: strongroom.Store) -> None:
    done = store.put("team/key", "value")
    assert (done.path, done.version, done.tier) == ("team/key", 1, "standard")
    assert done.id.startswith("sec_")
    assert done.created_at == done.updated_at == START
    with store.get("team/key") as secret:
        assert secret.value == b"value"
        assert secret.version == 1
        assert secret.info.id == done.id
        assert secret.info.created_at == START
    with pytest.raises(strongroom.ClosedError):
        len(secret.value)
    assert secret.info.path == "team/key"


def test_there_is_no_version_0(store: strongroom.Store) -> None:
    store.put("ä", "1")
    for use in (
        lambda: store.get("ä", 0),
        lambda: store.get("a\u0308", version=False),
        lambda: store.rollback("ä", 0),
        lambda: store.delete_version("ä", 0),
        lambda: store.restore_version("ä", 0),
        lambda: store.destroy_version("ä", 0),
        lambda: store.revoke_version("ä", 0),
    ):
        with pytest.raises(strongroom.NotFoundError, match=r"^the secret at ä has no version 0$"):
            use()
    with pytest.raises(strongroom.NotFoundError, match="there is no secret at b"):
        store.get("b", 0)
    with store.transaction() as tx, pytest.raises(strongroom.NotFoundError, match="has no version 0"):
        tx.get("ä", 0)
    for other in (-1, 2**64):
        with pytest.raises(OverflowError):
            store.get("ä", other)
    assert store.get("ä").value == store.get("ä", 1).value == "1"


def test_a_secret_that_was_wiped_tells_nothing_more(store: strongroom.Store) -> None:
    store.put("a", "b")
    secret = store.get("a")
    secret.wipe()
    with pytest.raises(strongroom.ClosedError):
        _ = secret.info
    assert repr(secret) == "<Secret: version 1>"


@pytest.mark.parametrize(
    "value",
    [b"", b"\0", "", "text", "ünï", bytearray(b"abc"), memoryview(b"abcdef")[::2], array.array("I", [1, 2]), b"x" * 70_000],
    ids=repr,
)
def test_values_are_any_buffer_or_text(store: strongroom.Store, value: strongroom._secret_bytes.Value) -> None:
    expected = value.encode() if isinstance(value, str) else memoryview(value).tobytes()  # type: ignore[arg-type]
    store.put("a", value)
    assert bytes(store["a"]) == expected
    with store.get("a") as secret:
        assert bytes(secret.value) == expected
        store.put("b", secret.value)
        assert store["b"] == secret.value
    assert store.matches("a", value)
    assert not store.matches("a", b"something else")


def test_info_has_what_was_said(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    store.put(
        "team/key",
        "{}",
        tags={"env": "prod", "billing": ""},
        description="of the relay",
        tier="critical",
        content_type="application/json",
        note="first",
        max_versions=3,
        trash_days=7,
    )
    clock.advance(0.007)
    info = store.update("team/key", description="of the mail relay")
    assert info == store.info("team/key")
    assert info.tags == {"env": "prod", "billing": ""}
    assert (info.description, info.tier, info.content_type) == ("of the mail relay", "critical", "application/json")
    assert (info.max_versions, info.trash_days, info.version, info.meta_version) == (3, 7, 1, 2)
    assert info.updated_at == START + timedelta(milliseconds=7)
    assert (info.expires_at, info.deleted_at, info.purge_at) == (None, None, None)
    assert info.size_class >= 2
    assert store.versions("team/key")[0].note == "first"
    with pytest.raises(TypeError):
        info.tags["env"] = "test"  # type: ignore[index]


def test_updates_leave_what_they_do_not_name(store: strongroom.Store) -> None:
    store.put("a", "1", tags={"x": "1", "y": "2"}, description="d", max_versions=5)
    assert store.put("a", "2").version == 2
    assert store.info("a").tags == {"x": "1", "y": "2"}
    assert store.update("a", add_tags=["z"], remove_tags=["x"]).tags == {"y": "2", "z": ""}
    assert store.update("a", tags=["only"]).tags == {"only": ""}
    assert store.update("a", tags=()).tags == {}
    assert store.update("a", description="").description == ""
    assert store.info("a").max_versions == 5
    assert store.update("a", max_versions=None, trash_days=0).max_versions is None
    assert store.info("a").trash_days == 0


def test_conditions(store: strongroom.Store) -> None:
    store.put("a", "1", expect="absent")
    with pytest.raises(strongroom.AlreadyExistsError):
        store.put("a", "2", expect="absent")
    store.put("a", "2", expect=1)
    with pytest.raises(strongroom.ConflictError):
        store.put("a", "3", expect=1)
    meta = store.info("a").meta_version
    store.update("a", tier="sensitive", expect_meta_version=meta)
    with pytest.raises(strongroom.ConflictError):
        store.update("a", tier="standard", expect_meta_version=meta)
    with pytest.raises(ValueError, match="expect must be"):
        store.put("a", "3", expect="present")
    with pytest.raises(ValueError, match="tier must be one of standard, sensitive, critical"):
        store.update("a", tier="secret")


def test_versions_are_kept_rolled_back_and_taken_away(store: strongroom.Store) -> None:
    for value in ("one", "two", "three"):
        store.put("a", value)
    assert [version.state for version in store.versions("a")] == ["superseded", "superseded", "current"]
    assert store.get("a", version=1).value == "one"
    assert store.rollback("a", 1).version == 4
    assert store["a"] == "one"
    assert store.delete_version("a", 2).state == "deleted"
    with pytest.raises(strongroom.Error):
        store.get("a", version=2)
    restored = store.restore_version("a", 2)
    assert (restored.state, restored.number, restored.size, restored.author) == ("superseded", 2, 3, "owner")
    assert store.destroy_version("a", 2).state == "destroyed"
    with pytest.raises(strongroom.DestroyedError):
        store.get("a", version=2)
    with pytest.raises(strongroom.NotFoundError):
        store.get("a", version=9)


def test_renaming(store: strongroom.Store) -> None:
    done = store.put("a/one", "1")
    store.put("a/two", "2")
    assert store.rename("a/one", "b/one").id == done.id
    with pytest.raises(strongroom.AlreadyExistsError):
        store.rename("a/two", "b/one")
    assert store.rename_prefix("b", "a") == 1
    assert list(store) == ["a/one", "a/two"]
    with pytest.raises(strongroom.NotFoundError):
        store.rename("b/one", "c")


def test_the_trash(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    done = store.put("a", "1")
    deleted = store.delete("a")
    assert (deleted.id, deleted.deleted_at) == (done.id, START)
    assert deleted.purge_at == START + timedelta(days=30)
    assert [info.id for info in store.list(state="trash").items] == [done.id]
    assert store.restore("a").path == "a"
    store.delete("a")
    assert store.restore("a", to="b").path == "b"
    store.delete("b")
    clock.advance(timedelta(days=29))
    assert store.sweep().secrets == 0
    clock.advance(timedelta(days=2))
    assert store.health().pending_sweep == 1
    swept = store.sweep(items=1)
    assert (swept.secrets, swept.versions, swept.more, swept.held_back) == (1, 1, False, False)
    store.put("c", "1")
    store.destroy("c")
    assert store.list(state="all").items == ()


def test_the_trash_by_id(store: strongroom.Store) -> None:
    first, second = store.put("a", "1"), store.put("b", "2")
    store.delete("a")
    store.put("a", "3")
    assert store.restore(store.delete("a").id, to="c").version == 1
    assert store.restore(first.id).path == "a"
    store.delete("b")
    store.destroy(second.id)
    assert store.list(state="trash").items == ()


def test_a_leap_of_the_clock_is_confirmed(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    store.put("a", "1")
    store.delete("a")
    clock.set(START + timedelta(days=800))
    assert clock.now() == START + timedelta(days=800)
    assert store.sweep().held_back
    assert store.sweep(confirm_clock=True).secrets == 1


def test_many_at_once(store: strongroom.Store) -> None:
    store.put("a", "1")
    store.put("ü", "2")
    found = store.get_many(["ü", "missing", "a", "bad//path"])
    assert isinstance(found[0], strongroom.Secret)
    assert isinstance(found[2], strongroom.Secret)
    assert found[0].value == "2"
    assert found[2].info.path == "a"
    assert isinstance(found[1], strongroom.NotFoundError)
    assert isinstance(found[3], strongroom.InvalidArgumentError)
    assert store.get_many([]) == []
    assert len(store.get_many(path for path in ("a", "a"))) == 2


def test_a_store_is_a_mapping(store: strongroom.Store) -> None:
    assert bool(store)
    store["a/b"] = "1"
    store["a/c"] = b"2"
    assert store["a/b"] == "1"
    assert "a/b" in store
    assert "a" not in store
    assert 7 not in store
    assert len(store) == 2
    assert list(store) == ["a/b", "a/c"]
    assert store
    del store["a/b"]
    with pytest.raises(KeyError):
        store["a/b"]
    with pytest.raises(KeyError):
        del store["a/b"]
    assert {path: store[path].reveal() for path in store} == {"a/c": "2"}


def test_a_value_of_any_length_is_read_once(store: strongroom.Store) -> None:
    for length in (0, 1, 255, 256, 257, 5000):
        path = f"of/{length}"
        store[path] = b"x" * length
        with store[path] as value, store.get(path) as secret, store.get(path, 1) as numbered:
            assert value == secret.value == numbered.value == b"x" * length
            assert len(value) == len(secret.value) == length
            assert secret.version == numbered.version == secret.info.version == 1
        (event,) = store.audit.query(under=path, type="secret.accessed").events
        assert event.count == 3


def test_a_path_of_any_length_is_found(store: strongroom.Store) -> None:
    for length in (1, 127, 128, 129, 255, 256, 257, 511, 512):
        path = "/".join("x" * 63 for _ in range(9))[: length - 1] + "y"
        store[path] = path
        assert store[path] == store.get(path).value == store.get(path, 1).value == path
        assert store.get(path).info.path == path
    for read in (store.get, store.__getitem__):
        with pytest.raises(strongroom.NotFoundError):
            read("x" * 100)
        with pytest.raises(strongroom.InvalidArgumentError):
            read("x/" * 5000 + "x")


def test_wiping_leaves_nothing_of_a_value(store: strongroom.Store) -> None:
    for length in (1, 255, 256, 257, 1000):
        store["a"] = b"x" * length
        for value in (store["a"], store.get("a").value):
            view = value.view()
            held = memoryview(value._array).cast("B")
            value.wipe()
            assert bytes(view) == bytes(length)
            assert b"xxx" not in bytes(held)
        arrays = [store["a"]._array, store.get("a").value._array]
        with store.get("a") as secret, store["a"] as item:
            views = [secret.value.view(), item.view()]
        assert all(bytes(view) == bytes(length) for view in views)
        assert not any(b"xxx" in bytes(memoryview(array).cast("B")) for array in arrays)
        secret = store.get("a")
        secret.value.wipe()
        assert (secret.info.path, secret.info.version) == ("a", secret.version)


def test_a_version_is_asked_for_once(store: strongroom.Store) -> None:
    store["a"] = "1"
    store["a"] = "2"
    for _ in range(3):
        assert [store.get("a", number).version for number in (1, None, 2)] == [1, 2, 2]
        assert store.get("a").version == 2
        for none in (0, 3):
            with pytest.raises(strongroom.NotFoundError):
                store.get("a", none)
            assert store.get("a").version == 2
        assert store.get("a").value == store["a"] == "2"


def test_what_is_known_is_that_of_the_moment(store: strongroom.Store) -> None:
    for length in (3, 300):  # below and above what the first try has room for
        several: list[dict[str, str]] = [{}, {"ä": "ö", "label": ""}, {f"key-{number:02}": "x" * 20 for number in range(30)}]
        for tags in several:
            path = f"of/{length}/{len(tags)}"
            store.put(path, "x" * length, tags=tags, description="wofür", content_type="text/plain", max_versions=7)
            known = store.info(path)
            found = store.get(path)
            store.put(path, "y" * length, tags={}, description="other")
            for _ in range(3):
                store.get("of/3/0").wipe()
            assert replace(found.info, accessed_at=None) == replace(known, accessed_at=None)
            assert (found.version, found.info.version, found.info.tags) == (1, 1, tags)
            old = store.get(path, 1)
            assert (old.version, old.info.version, old.info.description) == (1, 2, "other")
            assert old.value == "x" * length


def test_what_is_known_goes_with_the_secret(store: strongroom.Store) -> None:
    for length in (3, 300):
        store["a"] = b"x" * length
        with store.get("a") as secret, store.get("a") as looked:
            known = looked.info
        with pytest.raises(strongroom.ClosedError):
            _ = secret.info
        assert looked.info is known
        assert secret.version == known.version


def test_reads_pass_what_the_library_declares(store: strongroom.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a function is called with directly is of the types that it is declared with."""
    returns, takes = SIGNATURES["strongroom_read_block"]
    real, calls = _operations._read, 0
    Made = type(ctypes.byref(ctypes.c_int()))  # noqa: N806 - what ctypes makes of an argument
    assert real.restype is returns

    def checked(*arguments: Any) -> int:
        nonlocal calls
        calls += 1
        assert len(arguments) == len(takes)
        for argument, kind in zip(arguments, takes):
            if isinstance(argument, Made) and issubclass(kind, (ctypes.c_size_t, ctypes.c_void_p)):
                assert repr(argument).startswith(f"<cparam '{kind._type_}' "), (argument, kind)
            else:
                kind.from_param(argument)
            assert argument is None or not isinstance(argument, (int, str))
            if isinstance(argument, (ctypes.c_size_t, ctypes.c_uint64, ctypes.c_void_p)):
                assert isinstance(argument, kind)
        status: int = real(*arguments)
        return status

    monkeypatch.setattr(_operations, "_read", checked)
    store["a"] = "1"
    for value in (store["a"], store.get("a").value, store.get("a", 1).value):
        assert value == "1"
    with store.transaction() as tx:
        assert tx["a"] == tx.get("a").value
    assert calls == 5
    for wrong in (b"a", None, 7):
        with pytest.raises(TypeError):
            store[wrong]  # type: ignore[index]
        with pytest.raises(TypeError):
            store.get(wrong)  # type: ignore[arg-type]
    with pytest.raises(strongroom.InvalidArgumentError):
        store["a\0b"]
    for number in (-1, 2**64):
        with pytest.raises(OverflowError):
            store.get("a", number)
    assert calls <= 6


def test_times_are_exact(store: strongroom.Store, clock: strongroom.ManualClock) -> None:
    for milliseconds in (1, 10, 999, 12_345_678_901):
        clock.set(START + timedelta(milliseconds=milliseconds, microseconds=999))
        assert clock.now() == START + timedelta(milliseconds=milliseconds)
        assert store.put("a", "b").updated_at == clock.now()
    with pytest.raises(TypeError):
        clock.set(START.replace(tzinfo=None))
    with pytest.raises(OverflowError):
        clock.advance(-1)
