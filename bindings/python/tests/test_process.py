"""Threads, forks, memory, and where the library is found."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest

import strongroom
from strongroom import _finalize
from strongroom._native import lib

HERE = Path(__file__).parent
SOURCE = Path(strongroom.__file__).parents[1]


def test_many_threads_read_while_one_writes(store: strongroom.Store) -> None:
    store["a"] = "0"
    errors: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        last = 0
        try:
            while not stop.is_set():
                with store.get("a") as secret:
                    assert int(secret.value.reveal()) >= last
                    last = int(secret.value.reveal())
                    assert secret.info.version >= secret.version
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for number in range(1, 100):
        store["a"] = str(number)
    stop.set()
    for reader in readers:
        reader.join()
    assert errors == []


def test_reads_of_several_threads_do_not_mix(store: strongroom.Store) -> None:
    lengths = range(0, 800, 100)  # below and above what the first try has room for
    for length in lengths:
        store[f"of/{length}"] = bytes([length // 100]) * length
    errors: list[BaseException] = []

    def read(length: int) -> None:
        try:
            for _ in range(500):
                with store[f"of/{length}"] as value:
                    assert bytes(value) == bytes([length // 100]) * length
                assert f"no/{length}" not in store
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read, args=(length,)) for length in lengths]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert errors == []


def test_closing_under_readers_gives_closed_errors(patient: strongroom.Store) -> None:
    patient["a"] = "x" * 1000
    ended: list[BaseException] = []
    ready = threading.Barrier(9)

    def read() -> None:
        ready.wait()
        try:
            while True:
                with patient.get("a") as secret:
                    assert len(secret.value) == 1000
                assert len(patient.get_many(["a", "b"])) == 2
        except BaseException as error:
            ended.append(error)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    ready.wait()
    patient.close()
    for reader in readers:
        reader.join()
    assert [type(error) for error in ended] == [strongroom.ClosedError] * 8


def test_writers_of_several_threads_wait_for_each_other(patient: strongroom.Store) -> None:
    def add(name: str) -> None:
        for _ in range(20):
            with patient.transaction() as tx:
                tx.put("count", str(int(tx["count"].reveal()) + 1))
            patient[name] = "x"

    patient["count"] = "0"
    writers = [threading.Thread(target=add, args=(f"writer/{number}",)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert patient["count"] == "80"


class Spy:
    """Stands for the library in a child, and notes that it was called."""

    called = False

    def strongroom_close(self, *_: object) -> int:
        Spy.called = True
        return 0


def in_child(store: list[strongroom.Store], secret: list[strongroom.Secret]) -> int:
    """What a forked child does; 0 if it went as it must."""
    try:
        store[0].get("a")
    except strongroom.ForkedError:
        pass
    else:
        return 1
    setattr(_finalize, "lib", Spy())  # noqa: B010
    gone = weakref.ref(store[0])
    store.clear()
    secret.clear()
    gc.collect()
    if gone() is not None or Spy.called:
        return 2
    return 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_is_refused_and_leaves_the_library_alone() -> None:
    store = [strongroom.Store.in_memory()]
    store[0]["a"] = "1"
    secret = [store[0].get("a")]
    child = os.fork()
    if child == 0:
        os._exit(in_child(store, secret))
    assert os.waitpid(child, 0)[1] == 0
    assert store[0]["a"] == "1"


LEAVING = {
    "exit": "sys.exit(7)",
    "falls out": "pass",
    "error": "raise ArithmeticError",
}


@pytest.mark.parametrize("how", LEAVING)
@pytest.mark.parametrize("what", ["store", "store.with_context(['a'])", "store.transaction()", "store.subscribe(print)"])
def test_a_forked_child_leaves_a_block_as_it_says(what: str, how: str) -> None:
    program = f"""if True:
        import os, sys, strongroom
        store = strongroom.Store.in_memory()
        with {what}:
            child = os.fork()
            if child == 0:
                {LEAVING[how]}
        if child:
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == {"exit": "7\n", "falls out": "0\n", "error": "1\n"}[how]
    assert ("ArithmeticError" in run.stderr) == (how == "error")
    assert "ForkedError" not in run.stderr


def test_nothing_of_a_value_is_left_in_memory() -> None:
    run = subprocess.run(
        [sys.executable, str(HERE / "memory_scan.py")],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    counts = [list(map(int, line.split())) for line in run.stdout.splitlines()]
    assert len(counts) == 7
    assert [found for found in counts if found[-1] or not all(found[:-1])] == []


def test_objects_are_freed_at_once(store: strongroom.Store) -> None:
    store["a"] = "1"
    gc.collect()
    before = lib.strongroom_live_objects()
    for _ in range(10):
        with store.get("a") as secret:
            _ = secret.info
        store.get("a")
        store.put("a", "2", tags=["x"])
        store.list(count=True)
        store.get_many(["a", "b"])
        store.stats()
        with pytest.raises(strongroom.NotFoundError):
            store.get("b")
    assert lib.strongroom_live_objects() == before


def importing(library: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import strongroom; print(strongroom.__version__)"],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "STRONGROOM_LIBRARY": library},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_library_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "libstrongroom.so")
    assert missing in importing(missing, tmp_path).stderr
    (tmp_path / "libstrongroom.so").write_bytes(b"no library")
    assert "cannot be loaded" in importing(missing, tmp_path).stderr
    assert "must be an absolute path" in importing("libstrongroom.so", tmp_path).stderr


def test_the_working_directory_is_no_place_to_look(tmp_path: Path) -> None:
    (tmp_path / "libstrongroom.so").write_bytes(b"no library")
    run = importing("", tmp_path)
    assert str(tmp_path) not in run.stderr
    assert run.returncode == 0 or "was not found" in run.stderr


def test_a_library_of_another_interface_is_refused(tmp_path: Path) -> None:
    source, built = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text("unsigned strongroom_abi_version(void) { return 7; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", str(source), "-o", str(built)], check=True)
    assert "version 7 of the interface, and this package needs 1" in importing(str(built), tmp_path).stderr
    source.write_text("unsigned strongroom_abi_version(void) { return 1; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", str(source), "-o", str(built)], check=True)
    assert "it has no strongroom_" in importing(str(built), tmp_path).stderr
