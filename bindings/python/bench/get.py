"""Compares reading 64 bytes with SQLite3 Multiple Ciphers (apsw-sqlite3mc), in one run and taking turns.

    python bench/get.py [rounds]

SQLite reads by primary key, twice: with its pages cached in clear, and with no cache, so that each read decrypts its
pages, as strongroom decrypts each value. A ratio above 1 says how many times as long SQLite takes.
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

SECRETS = 1000
READS = 2000
PATHS = [f"team/service/key-{number:04}" for number in range(SECRETS)]
VALUE = os.urandom(64)


def sqlite(file: Path, cache_pages: int) -> apsw.Connection:
    """An encrypted database of the secrets."""
    connection = apsw.Connection(str(file))
    connection.pragma("cipher", "chacha20")
    connection.pragma("key", "correct horse battery staple")
    connection.execute("create table if not exists secret (path text primary key, value blob) without rowid")
    with connection:
        connection.executemany("insert or replace into secret values (?, ?)", ((path, VALUE) for path in PATHS))
    connection.pragma("cache_size", cache_pages)
    return connection


def contestants(directory: Path) -> dict[str, Callable[[str], object]]:
    """What reads one value, by name."""
    store = strongroom.Store.create(directory / "bench.strongroom", raw_key=os.urandom(32))
    with store.transaction() as tx:
        for path in PATHS:
            tx[path] = VALUE
    cached, bare = sqlite(directory / "cached.db", 2000), sqlite(directory / "bare.db", 0)

    def get(path: str) -> None:
        with store.get(path) as secret:
            len(secret.value)

    def item(path: str) -> None:
        with store[path] as value:
            len(value)

    def select(connection: apsw.Connection) -> Callable[[str], object]:
        return lambda path: connection.execute("select value from secret where path = ?", (path,)).fetchone()

    return {
        "strongroom get": get,
        "strongroom item": item,
        "sqlite, cached in clear": select(cached),
        "sqlite, decrypted each time": select(bare),
    }


def microseconds(read: Callable[[str], object]) -> float:
    """How long one read takes."""
    started = time.perf_counter()
    for index in range(READS):
        read(PATHS[index * 7 % SECRETS])
    return (time.perf_counter() - started) / READS * 1e6


def main() -> None:
    """Prints medians and ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as directory:
        readers = contestants(Path(directory))
        times: dict[str, list[float]] = {name: [] for name in readers}
        for _ in range(rounds):
            for name, read in readers.items():
                times[name].append(microseconds(read))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, taken in times.items():
        print(f"{name:<28} {medians[name]:7.2f} µs (best {min(taken):.2f})")
    for ours in ("strongroom get", "strongroom item"):
        for theirs in ("sqlite, cached in clear", "sqlite, decrypted each time"):
            print(f"{theirs} / {ours}: {medians[theirs] / medians[ours]:.2f}")


if __name__ == "__main__":
    main()
