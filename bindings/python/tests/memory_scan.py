"""Says how often a value is in the writable memory of this process: while it is read, and behind that."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator

import strongroom

SIZE, OVERLAP = 32, 8
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


def main() -> None:
    """Prints the counts: of the marker alone, while it is read, and behind everything."""
    marker = bytearray(SIZE)
    with open("/dev/urandom", "rb", buffering=0) as random:
        random.readinto(marker)
    needle = Needle(marker)
    alone = needle.count()
    with strongroom.Store.in_memory() as store:
        store.put("a/marker", marker)
        with strongroom.SecretBytes(marker) as copy:
            assert copy == marker
        marker[:] = bytes(SIZE)
        with store.get("a/marker") as secret:
            reading = needle.count()
            assert secret.info.version == 1
        found = store.get_many(["a/marker"])[0]
        assert isinstance(found, strongroom.Secret)
        found.wipe()
        with store["a/marker"] as value:
            assert len(value) == SIZE
        behind = needle.count()
    print(alone, reading, behind)


if __name__ == "__main__":
    main()
