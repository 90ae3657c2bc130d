"""Compares reading and writing 64 bytes with SQLite3 Multiple Ciphers (apsw-sqlite3mc), in one run and taking turns.

    python bench/compare.py [rounds]

SQLite reads by primary key, three times: as it comes; with no cache, so that each read decrypts its pages, as strongroom
decrypts each value; and with a write-ahead log, where a read of cached pages makes no system call. Both write durably, with
one sync for each value: SQLite into that log. A ratio above 1 says how many times as long SQLite takes. A call that does
nothing is what each call of the library costs at least.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable

import apsw

import strongroom
from strongroom._native import lib

SECRETS = 1000
READS = 2000
WRITES = 50
PATHS = [f"team/service/key-{number:04}" for number in range(SECRETS)]
VALUE = os.urandom(64)


def sqlite(file: Path, cache_pages: int = 2000, journal: str = "delete") -> apsw.Connection:
    """An encrypted database of the secrets."""
    connection = apsw.Connection(str(file))
    connection.pragma("cipher", "chacha20")
    connection.pragma("key", "correct horse battery staple")
    connection.execute("create table if not exists secret (path text primary key, value blob) without rowid")
    with connection:
        connection.executemany("insert or replace into secret values (?, ?)", ((path, VALUE) for path in PATHS))
    connection.pragma("journal_mode", journal)
    connection.pragma("synchronous", "full")
    connection.pragma("cache_size", cache_pages)
    return connection


def select(connection: apsw.Connection) -> Callable[[str], object]:
    """Reads from SQLite."""
    return lambda path: connection.execute("select value from secret where path = ?", (path,)).fetchone()


def contestants(store: strongroom.Store, databases: dict[str, apsw.Connection]) -> dict[str, Callable[[str], object]]:
    """What reads one value, by name."""

    def get(path: str) -> None:
        with store.get(path) as secret:
            len(secret.value)

    def item(path: str) -> None:
        with store[path] as value:
            len(value)

    return {
        "strongroom get": get,
        "strongroom item": item,
        **{name: select(connection) for name, connection in databases.items()},
        "a call that does nothing": lambda _: lib.strongroom_abi_version(),
    }


def writers(store: strongroom.Store, logged: apsw.Connection) -> dict[str, Callable[[str], object]]:
    """What writes one value durably, by name: a new one, as SQLite writes nothing for a row that stays as it was."""
    return {
        "strongroom put": lambda path: store.put(path, os.urandom(64)),
        "sqlite replace": lambda path: logged.execute("replace into secret values (?, ?)", (path, os.urandom(64))),
    }


def microseconds(call: Callable[[str], object], count: int) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    for index in range(count):
        call(PATHS[index * 7 % SECRETS])
    return (time.perf_counter() - started) / count * 1e6


def measure(calls: dict[str, Callable[[str], object]], rounds: int, count: int) -> dict[str, float]:
    """Medians by name, of all taking turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(microseconds(call, count))
    for name, taken in times.items():
        print(f"{name:<28} {statistics.median(taken):9.2f} µs (best {min(taken):.2f})")
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    """Prints medians and ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        databases = {
            "sqlite": sqlite(directory / "cached.db"),
            "sqlite, decrypting": sqlite(directory / "bare.db", cache_pages=0),
            "sqlite, with a log": sqlite(directory / "logged.db", journal="wal"),
        }
        with strongroom.Store.create(directory / "bench.strongroom", raw_key=os.urandom(32)) as store:
            with store.transaction() as tx:
                for path in PATHS:
                    tx[path] = VALUE
            reads = measure(contestants(store, databases), rounds, READS)
            writes = measure(writers(store, databases["sqlite, with a log"]), rounds, WRITES)
    for ours in ("strongroom get", "strongroom item"):
        for theirs in databases:
            print(f"{theirs} / {ours}: {reads[theirs] / reads[ours]:.2f}")
    print(f"sqlite replace / strongroom put: {writes['sqlite replace'] / writes['strongroom put']:.2f}")


if __name__ == "__main__":
    main()
