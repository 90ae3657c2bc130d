"""What comes out when the library refuses or fails."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path
from typing import Callable

import pytest
from conftest import CHEAP

import strongroom
from strongroom._call import call, failure
from strongroom._kinds import KINDS
from strongroom._native import lib


def test_a_missing_secret_is_a_key_error_that_reads_well(store: strongroom.Store) -> None:
    with pytest.raises(KeyError) as caught:
        store.get("no/such")
    error = caught.value
    assert isinstance(error, strongroom.NotFoundError)
    assert str(error) == "there is no secret at no/such"
    assert (error.code, error.name, error.retryable, error.os_error) == (10, "not_found", False, None)
    assert error.details["code"] == 10


def test_kinds_are_what_python_has_for_them() -> None:
    expected: dict[type[strongroom.Error], type[Exception]] = {
        strongroom.NotFoundError: KeyError,
        strongroom.PermissionDeniedError: PermissionError,
        strongroom.ClosedError: ValueError,
        strongroom.InvalidArgumentError: ValueError,
        strongroom.DiskFullError: OSError,
        strongroom.IoError: OSError,
        strongroom.OutOfMemoryError: MemoryError,
    }
    for kind, builtin in expected.items():
        assert issubclass(kind, builtin)


@pytest.mark.parametrize("kind", [KINDS[code] for code in sorted(KINDS)])
def test_every_kind_can_be_raised_and_pickled(kind: type[strongroom.Error]) -> None:
    details = {"name": kind.name, "os_error": errno.ENOSPC, "retryable": True, "holder": None}
    error = pickle.loads(pickle.dumps(kind("what went wrong", kind.code, details)))
    assert type(error) is kind
    assert str(error) == "what went wrong"
    assert (error.code, error.name, error.retryable) == (kind.code, kind.name, True)
    assert error.os_error == errno.ENOSPC
    if isinstance(error, OSError):
        assert error.errno == errno.ENOSPC


def test_an_unknown_status_is_a_plain_error() -> None:
    error = failure(12345, None)
    assert type(error) is strongroom.Error
    assert (error.code, str(error)) == (12345, "STRONGROOM_E_UNKNOWN")


def test_a_status_without_an_error_says_what_it_means() -> None:
    error = failure(strongroom.ForkedError.code, None)
    assert type(error) is strongroom.ForkedError
    assert str(error).endswith("Open the store again here.")


def test_errors_of_the_operating_system_have_their_number(file: Path) -> None:
    with pytest.raises(strongroom.Error) as caught:
        strongroom.Store.create(file.parent / "missing" / "store", passphrase="p", kdf=CHEAP)
    assert caught.value.os_error == errno.ENOENT


def test_a_file_in_use_says_by_whom_and_can_be_tried_again(on_disk: strongroom.Store, file: Path) -> None:
    with pytest.raises(strongroom.InUseError) as caught:
        strongroom.Store.open(file, passphrase="open sesame")
    assert caught.value.details["holder"] == "writer"
    assert caught.value.retryable


def test_a_panic_is_an_internal_error() -> None:
    with pytest.raises(strongroom.InternalError):
        call(lib.strongroom_test_panic)


def test_wrong_types_are_type_errors(store: strongroom.Store, file: Path) -> None:
    wrong: list[Callable[[], object]] = [
        lambda: store.get(b"path"),  # type: ignore[arg-type]
        lambda: store[1],  # type: ignore[index]
        lambda: store.put("a", 1),  # type: ignore[arg-type]
        lambda: store.put("a", None),
        lambda: store.put("a", "b", tags="env"),
        lambda: store.put("a", "b", max_versions="2"),  # type: ignore[arg-type]
        lambda: store.get_many("abc"),
        lambda: store.list(limit=1.5),  # type: ignore[arg-type]
        lambda: store.get("a", version="1"),  # type: ignore[arg-type]
        lambda: store.unlock(),
        lambda: strongroom.Store.create(file),
        lambda: strongroom.Store.create(file, passphrase="a", raw_key=bytes(32)),
        lambda: strongroom.Store.in_memory(clock=7),  # type: ignore[arg-type]
        lambda: strongroom.ManualClock(5),  # type: ignore[arg-type]
    ]
    for call_wrongly in wrong:
        with pytest.raises(TypeError):
            call_wrongly()


def test_numbers_that_c_would_cut_off_are_refused(store: strongroom.Store) -> None:
    store.put("a", "b")
    for call_wrongly in (
        lambda: store.get("a", version=-1),
        lambda: store.get("a", version=2**64),
        lambda: store.put("a", "b", max_versions=-1),
        lambda: store.policy.set(trash_days=-2),
        lambda: store.sweep(-1),
    ):
        with pytest.raises(OverflowError):
            call_wrongly()
