"""Says how often a value is in the writable memory of this process: while it is read, and behind that."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import sys
from collections.abc import Iterator

import strongroom

SIZE, OVERLAP = 32, 8
#: Bytes of a value that no read has room for at once.
LONG = 300
LENGTHS = (300, 480, 700)
CHUNK = bytearray(1 << 20)


def regions() -> Iterator[tuple[int, int]]:
    """Where there is writable memory."""
    with open("/proc/self/maps") as maps:
        found = [line.split() for line in maps]
    for line in found:
        if line[1].startswith("rw"):
            start, end = (int(part, 16) for part in line[0].split("-"))
            yield start, end


class Needle:
    """What is looked for, known by its first bytes and a hash of the others: so the search puts no copy anywhere."""

    def __init__(self, marker: bytearray) -> None:
        self.start = re.compile(re.escape(bytes(marker[:OVERLAP])), re.DOTALL)
        self.rest = hashlib.sha256(memoryview(marker)[OVERLAP:]).digest()

    def count(self) -> int:
        """How often it is in memory, the buffer of the search left out."""
        memory = os.open("/proc/self/mem", os.O_RDONLY)
        try:
            return sum(self._in_region(memory, start, end) for start, end in regions())
        finally:
            os.close(memory)
            CHUNK[:] = bytes(len(CHUNK))

    def _in_region(self, memory: int, start: int, end: int) -> int:
        found = 0
        for offset in range(start, end, len(CHUNK) - SIZE):
            try:
                read = os.preadv(memory, [memoryview(CHUNK)[: min(len(CHUNK), end - offset)]], offset)
            except OSError:
                continue
            found += self._in_chunk(read)
            CHUNK[:read] = bytes(read)
        return found

    def _in_chunk(self, read: int) -> int:
        view = memoryview(CHUNK)[:read]
        hits = [hit.end() for hit in self.start.finditer(view)]
        return sum(hashlib.sha256(view[hit : hit + SIZE - OVERLAP]).digest() == self.rest for hit in hits)


def random_marker() -> bytearray:
    """Random bytes that are nowhere else."""
    marker = bytearray(SIZE)
    with open("/dev/urandom", "rb", buffering=0) as random:
        random.readinto(marker)
    return marker


def kept(store: strongroom.Store) -> list[strongroom.Secret]:
    """Secrets that live on, with values that were wiped: of several ways to read them, short and long."""
    found = store.get_many(["a/marker", "a/long"])
    secrets = [secret for secret in found if isinstance(secret, strongroom.Secret)]
    secrets += [store.get("a/marker"), store.get("a/long"), *store.accepted("a/marker")]
    assert [len(secret.value) for secret in secrets] == [SIZE, LONG, SIZE, LONG, SIZE]
    for secret in secrets:
        secret.value.wipe()
    return secrets


def values() -> str:
    """The counts of a value: alone, while it is read, and behind that."""
    marker = random_marker()
    needle = Needle(marker)
    alone = needle.count()
    with strongroom.Store.in_memory() as store:
        store.put("a/marker", marker)
        long = bytearray(LONG - SIZE) + marker
        store.put("a/long", long)
        long[:] = bytes(LONG)
        with strongroom.SecretBytes(marker) as copy:
            assert copy == marker
        marker[:] = bytes(SIZE)
        with store.get("a/marker") as secret:
            reading = needle.count()
            assert secret.info.version == 1
        secrets = kept(store)
        with store["a/marker"] as value:
            assert len(value) == SIZE
        behind = needle.count()
        assert all(secret.info.version == 1 for secret in secrets)
    return f"{alone} {reading} {behind}"


def forget(text: str) -> None:
    """Overwrites a text of ASCII in place."""
    ctypes.memset(id(text) + sys.getsizeof("") - 1, 0, len(text))


def texts(length: int) -> str:
    """The counts of the end of a text, which was a value: alone, and behind that."""
    letters = bytearray(ord("a") + byte % 26 for byte in range(length - SIZE))
    letters += bytearray(ord("a") + byte % 26 for byte in random_marker())
    text = letters.decode("ascii")
    needle = Needle(letters[-SIZE:])
    letters[:] = bytes(length)
    alone = needle.count()
    with strongroom.Store.in_memory() as store:
        store.put("a/text", text)
        assert store.matches("a/text", text)
        with strongroom.SecretBytes(text) as copy:
            assert copy == text
    forget(text)
    return f"{alone} {needle.count()}"


def strided(length: int) -> str:
    """The counts of the end of a value that is every other byte of a buffer: alone, and behind that."""
    marker = random_marker()
    buffer = bytearray(2 * length)
    for index, byte in enumerate(marker):
        buffer[2 * (length - SIZE + index)] = byte
    needle = Needle(marker)
    alone = needle.count()
    marker[:] = bytes(SIZE)
    with strongroom.Store.in_memory() as store:
        store.put("a/strided", memoryview(buffer)[::2])
    return f"{alone} {needle.count()}"


def main() -> None:
    """Prints the counts, a line for each kind of value."""
    print(values())
    for length in LENGTHS:
        print(texts(length))
        print(strided(length))


if __name__ == "__main__":
    main()
