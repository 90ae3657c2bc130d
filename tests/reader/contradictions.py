#!/usr/bin/env python3
"""Changes the rows of a good store, one after the other, and sees to it that the reader refuses each change.
Usage: contradictions.py FILE RAW-KEY-HEX CHANGES, which are `everything`, `left`, `rotated`, `audited` or `packed`, by what is in the store
The seals are not the point here: the rows are changed behind them, where a writer could have made a mistake.
"""
from __future__ import annotations
import sys
from typing import Any, Callable, Dict, List, Tuple
import strongroom_reader as reader
from read_store import Key, part

Rows = Dict[int, Dict[bytes, bytes]]
STORED = reader.rows_of

def first(rows: Dict[bytes, bytes], holds: Callable[[bytes, bytes], bool] = lambda key, row: True) -> bytes:
    return next(key for key, row in rows.items() if holds(key, row))
def put(row: bytes, at: int, part: bytes) -> bytes:
    return row[:at] + part + row[at + len(part) :]
def patch(sort: int, at: int, part: bytes) -> Callable[[Rows], None]:
    """Changes bytes of the first row of a sort."""
    def change(rows: Rows) -> None:
        key = first(rows[sort])
        rows[sort][key] = put(rows[sort][key], at, part)
    return change
def drop(sort: int) -> Callable[[Rows], None]:
    return lambda rows: rows[sort].pop(first(rows[sort])) and None
def longer(sort: int) -> Callable[[Rows], None]:
    return lambda rows: rows[sort].update({first(rows[sort]): rows[sort][first(rows[sort])] + b"\0"})
def add(sort: int, key: bytes, row: bytes) -> Callable[[Rows], None]:
    return lambda rows: rows[sort].update({key: row})
def move(sort: int, to: Callable[[bytes], bytes]) -> Callable[[Rows], None]:
    """Puts the first row of a sort under another key, in order."""
    def change(rows: Rows) -> None:
        key = first(rows[sort])
        rows[sort][to(key)] = rows[sort].pop(key)
        rows[sort] = dict(sorted(rows[sort].items()))
    return change
def index(row: Callable[[bytes], bytes]) -> Callable[[Rows], None]:
    """Changes the paths of a tag that has several rows."""
    def change(rows: Rows) -> None:
        bulk = [key for key in rows[0x18] if key.startswith(b"bulk=")]
        assert len(bulk) > 1
        rows[0x18][bulk[0]] = row(rows[0x18][bulk[0]])
    return change
def untag(rows: Rows) -> None:
    rows[0x18].pop(first(rows[0x18], lambda key, row: key.startswith(b"reviewed=")))
def overlap(rows: Rows) -> None:
    low, high = [key for key in rows[0x18] if key.startswith(b"bulk=")][:2]
    path = reader.path_list(rows[0x18][high])[0]
    rows[0x18][low] = reader.le(0, 2) + reader.le(len(path), 2) + path
def bound(rows: Rows) -> None:
    high = [key for key in rows[0x18] if key.startswith(b"bulk=")][1]
    rows[0x18][high + b"z"] = rows[0x18].pop(high)
    rows[0x18] = dict(sorted(rows[0x18].items()))
def twin(rows: Rows) -> None:
    """A secret that is live and in the trash."""
    path = first(rows[0x10])
    row = b"\x07\0\x01\0" + reader.le(len(path), 8) + path.replace(b"\0", b"/") + bytes(8) + rows[0x10][path][4:]
    rows[0x11][reader.be(1 << 60) + rows[0x10][path][4:20]] = row
def forget(rows: Rows) -> None:
    rows[0x20].pop(first(rows[0x20], lambda key, row: key + bytes(4) in rows[0x30]))
def author(rows: Rows) -> None:
    key = first(rows[0x20])
    rows[0x20][key] = rows[0x20][key][:28] + b"\x01" + bytes(16) + rows[0x20][key][29:]
def destroyed(rows: Rows) -> None:
    """A tail of one byte, which ends the record behind its length."""
    key = first(rows[0x20], lambda key, row: row[24] == 2)
    rows[0x20][key] = rows[0x20][key][:-8] + (1).to_bytes(8, "little") + b"x"

CHANGES: List[Tuple[str, str, Callable[[Rows], None]]] = [
    ("damaged", "no store record", drop(0x01)),
    ("damaged", "a floor that is something else", patch(0x02, 0, b"\x01")),
    ("unsupported", "a floor of another version", patch(0x02, 2, b"\x02")),
    ("damaged", "a slot without a slot", add(0x03, bytes(16), b"\x06\0\x01\0" + bytes(24))),
    ("damaged", "retention of no path", add(0x04, b"a\0\0b", b"\x08\0\x01\0\0\0")),
    ("damaged", "retention with something behind it", longer(0x04)),
    ("damaged", "retention that is neither there nor missing", patch(0x04, 4, b"\x02")),
    ("damaged", "a backup that is cut short", add(0x05, b"", b"\x0a\0\x01\0\0")),
    ("damaged", "a jump that is something else", patch(0x06, 0, b"\x01")),
    ("unsupported", "an environment nobody knows", add(0x07, b"", b"\x0b\0\x01\0\x02")),
    ("damaged", "an environment that is something else", add(0x07, b"", b"\x0a\0\x01\0\x01")),
    ("damaged", "a path with two separators", move(0x10, lambda key: key + b"\0\0x")),
    ("damaged", "a path that is not UTF-8", move(0x10, lambda key: key + b"\xff")),
    ("altered", "a value at another path", move(0x10, lambda key: key + b"x")),
    ("damaged", "a tier that is none", patch(0x10, 20, b"\x03")),
    ("damaged", "a secret that is live and in the trash", twin),
    ("damaged", "a live secret that is gone", drop(0x10)),
    ("damaged", "a secret in the trash of another id", patch(0x11, 30, bytes(8))),
    ("damaged", "a secret in the trash that is gone", drop(0x11)),
    ("damaged", "a time that is none", move(0x11, lambda key: b"\xff" + key[1:])),
    ("damaged", "a deleted version without its note", drop(0x12)),
    ("damaged", "a note of a deleted version that is none", add(0x12, bytes(32), b"a")),
    ("damaged", "a note with another path", patch(0x12, 0, b"X")),
    ("damaged", "a tag that is not in the index", untag),
    ("damaged", "a tag in the index that nobody bears", add(0x18, b"zz=\0", b"\0\0\1\0a")),
    ("damaged", "a row of the index without a bound", add(0x18, b"zz=", b"\0\0\1\0a")),
    ("damaged", "a row of the index without a path", add(0x18, b"zz=\0", b"")),
    ("damaged", "a path list that is cut short", index(lambda row: row[:-1])),
    ("damaged", "a path list that shares too little", index(lambda row: put(row, 0, b"\x01"))),
    ("damaged", "paths of two rows that overlap", overlap),
    ("damaged", "a bound behind its paths", bound),
    ("damaged", "a version that is gone with its pieces there", forget),
    ("damaged", "a version of nobody", move(0x20, lambda key: bytes(16) + key[16:])),
    ("damaged", "a version behind the current one", move(0x20, lambda key: key[:16] + b"\xff" * 8)),
    ("damaged", "a version of another size", patch(0x20, 20, b"\xff\xff\0\0")),
    ("damaged", "a standing that is none", patch(0x20, 24, b"\x03")),
    ("unsupported", "a version of somebody else", author),
    ("damaged", "a destroyed version with a value", destroyed),
    ("altered", "a piece that is missing", drop(0x30)),
    ("altered", "a piece that was changed", patch(0x30, 0, b"\xff\xff\xff\xff")),
    ("damaged", "a piece of nobody", add(0x30, bytes(28), b"a")),
    ("altered", "a segment that is missing", drop(0x40)),
    ("altered", "a segment with another generation", patch(0x40, 4, b"\xff")),
    ("altered", "an event that was changed", patch(0x40, 20, b"\xff\xff")),
    ("altered", "one segment more", add(0x40, b"\xff" * 8, b"\x04\0\x01\0" + bytes(48))),
]

def note(row: bytes) -> Callable[[Rows], None]:
    """Changes the path in a note of a deleted version of a secret in the trash."""
    def change(rows: Rows) -> None:
        trashed = first(rows[0x11])
        rows[0x12][first(rows[0x12], lambda key, row: key[8:24] == trashed[8:])] = row
    return change

LEFT: List[Tuple[str, str, Callable[[Rows], None]]] = [
    ("damaged", "what a delete left, at another path", note(b"team/token")),
    ("damaged", "what a delete left of no version", add(0x12, bytes(32), b"team/key")),
]

def scheduled(rows: Rows) -> Tuple[bytes, Any]:
    """The first live secret that expires: its path in keys, and its id."""
    path = first(rows[0x10], lambda key, row: due(rows, row[4:20], 0) != b"")
    return path, rows[0x10][path][4:20]
def due(rows: Rows, secret: bytes, what: int) -> bytes:
    """The key of what is due of a secret, or none."""
    return next((key for key in rows[0x13] if key[8:] == secret + bytes([what])), b"")
def undue(what: int) -> Callable[[Rows], None]:
    """Forgets what is due of a live secret."""
    def change(rows: Rows) -> None:
        live = [row[4:20] for row in rows[0x10].values()]
        rows[0x13].pop(first(rows[0x13], lambda key, row: key[8:24] in live and key[24] == what))
    return change
def due_row(edit: Callable[[bytes, bytes], Tuple[bytes, bytes]], trashed: bool = False) -> Callable[[Rows], None]:
    """Changes key and path of something that is due of a live secret, or of one in the trash."""
    def change(rows: Rows) -> None:
        secrets = [key[8:] for key in rows[0x11]] if trashed else [row[4:20] for row in rows[0x10].values()]
        old = first(rows[0x13], lambda key, row: key[8:24] in secrets)
        key, row = edit(old, rows[0x13].pop(old))
        rows[0x13] = dict(sorted({**rows[0x13], key: row}.items()))
    return change
def action(rows: Rows) -> None:
    """What happens on expiry stands behind the time of it."""
    path, secret = scheduled(rows)
    row, time = rows[0x10][path], due(rows, secret, 0)[:8]
    at = row.index(b"\x01\x01" + time[::-1]) + 10
    rows[0x10][path] = put(row, at, b"\x02")
def standing(byte: int) -> Callable[[Rows], None]:
    """A version that was rotated, and then has another standing."""
    def change(rows: Rows) -> None:
        key = first(rows[0x20], lambda key, row: row[24] == 3)
        rows[0x20][key] = put(rows[0x20][key], 24, bytes([byte]))
    return change
def first_version(rows: Rows) -> None:
    """A standing that the first version of the record does not have."""
    key = first(rows[0x20], lambda key, row: row[24] == 3)
    rows[0x20][key] = put(rows[0x20][key], 2, b"\x01")

ROTATED: List[Tuple[str, str, Callable[[Rows], None]]] = [
    ("damaged", "an expiry that is not noted", undue(0)),
    ("damaged", "a rotation that is not noted", undue(1)),
    ("damaged", "something due of nobody", add(0x13, bytes(25), b"a")),
    ("damaged", "something due at another time", due_row(lambda key, row: (reader.be(1) + key[8:], row))),
    ("damaged", "something due with another path", due_row(lambda key, row: (key, b"X" + row[1:]))),
    ("damaged", "something due with a path as in keys", due_row(lambda key, row: (key, row.replace(b"/", b"\0")))),
    ("damaged", "something due that nobody knows", due_row(lambda key, row: (key[:24] + b"\2", row))),
    ("damaged", "something else due of a secret in the trash", due_row(lambda key, row: (key, b"X" + row[1:]), True)),
    ("damaged", "something due at no time", due_row(lambda key, row: (b"\xff" + key[1:], row))),
    ("damaged", "something to be done on expiry that nobody knows", action),
    ("damaged", "a standing of a later version of the record", first_version),
    ("damaged", "a standing that takes the rest", standing(4)),
    ("damaged", "a standing that is none", standing(5)),
    ("unsupported", "a secret of a later version", patch(0x10, 2, b"\x03")),
    ("unsupported", "a segment of a later version", patch(0x40, 2, b"\x04")),
    ("damaged", "a segment of an earlier version", patch(0x40, 2, b"\x01")),
    ("altered", "an event at another path", patch(0x40, 76, b"x")),
]

def cut(sort: int) -> Callable[[Rows], None]:
    return lambda rows: rows[sort].update({first(rows[sort]): rows[sort][first(rows[sort])][:-1]})

AUDITED: List[Tuple[str, str, Callable[[Rows], None]]] = [
    ("damaged", "a policy that is something else", patch(0x08, 0, b"\x01")),
    ("unsupported", "reads that are audited in a way nobody knows", patch(0x08, 6, b"\x03")),
    ("damaged", "a policy that is neither there nor missing", patch(0x08, 7, b"\x02")),
    ("damaged", "a window that is cut short", cut(0x09)),
    ("unsupported", "a window of another version", patch(0x09, 2, b"\x02")),
    ("damaged", "a checkpoint that is something else", patch(0x41, 0, b"\x01")),
    ("damaged", "a checkpoint with something behind it", longer(0x41)),
    ("altered", "no checkpoint", lambda rows: rows.pop(0x41) and None),
    ("altered", "a checkpoint before another event", patch(0x41, 4, b"\x01")),
    ("altered", "a checkpoint with another head", patch(0x41, 12, bytes(8))),
    ("altered", "a segment that is missing behind it", drop(0x40)),
    ("altered", "a checkpoint that nothing follows", lambda rows: rows[0x40].clear()),
    ("damaged", "a call without its time", drop(0x51)),
    ("damaged", "a time without its call", drop(0x50)),
    ("damaged", "a time of no call", add(0x51, bytes(24), b"")),
    ("damaged", "a call with another time", move(0x51, lambda key: reader.be(1) + key[8:])),
    ("damaged", "a time with something in it", longer(0x51)),
    ("damaged", "a call that is something else", patch(0x50, 0, b"\x01")),
    ("unsupported", "a call of another version", patch(0x50, 2, b"\x02")),
    ("damaged", "an answer that is none", patch(0x50, 48, b"\x07")),
    ("damaged", "an answer that takes less", patch(0x50, 48, b"\x00")),
    ("damaged", "a call that is cut short", cut(0x50)),
]

def listed(edit: Callable[[bytes], bytes]) -> Callable[[Rows], None]:
    """Changes the first list of events that begins with a mark of one byte and an actor."""
    def change(rows: Rows) -> None:
        key = first(rows[0x40], lambda key, row: row[52] < 128 and row[53] == 3)
        events = edit(rows[0x40][key][52:])
        rows[0x40][key] = rows[0x40][key][:44] + reader.le(len(events), 8) + events
    return change

PACKED: List[Tuple[str, str, Callable[[Rows], None]]] = [
    ("unsupported", "a segment of a later version", patch(0x40, 2, b"\x04")),
    ("damaged", "a segment of an earlier version", patch(0x40, 2, b"\x02")),
    ("damaged", "a list that is cut short", listed(lambda events: events[:-1])),
    ("damaged", "a list with something behind it", listed(lambda events: events + b"\0")),
    ("damaged", "a number in more bytes than it takes", listed(lambda events: bytes([events[0] | 128, 0]) + events[1:])),
    ("damaged", "a first event without a voice", listed(lambda events: put(events, 0, bytes([events[0] & 254])))),
    ("damaged", "a voice nobody knows", listed(lambda events: put(events, 1, b"\x0b"))),
    ("damaged", "a voice that has an actor and no more", listed(lambda events: put(events, 1, b"\x02"))),
    ("altered", "an event of another kind", listed(lambda events: put(events, 0, bytes([events[0] ^ 2])))),
    ("altered", "an event through another handle", listed(lambda events: put(events, 2, b"\xff\xff"))),
    ("altered", "an event less", listed(lambda events: b"")),
]

def outcome(data: bytes, key: Key, change: Callable[[Rows], None]) -> str:
    def changed(sealed: Any, reached: Any) -> Rows:
        rows = STORED(sealed, reached)
        change(rows)
        return rows
    reader.rows_of = changed
    try:
        reader.read(data, key, 0)
    except reader.Fault as fault:
        return str(fault)
    return "accepted"

def main() -> int:
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    key, wrong = Key(2, b"", part(2, bytes.fromhex(sys.argv[2]))), 0
    assert outcome(data, key, lambda rows: None) == "accepted"
    for kind, name, change in {"everything": CHANGES, "left": LEFT, "rotated": ROTATED, "audited": AUDITED, "packed": PACKED}[sys.argv[3]]:
        found = outcome(data, key, change)
        wrong += not found.startswith(kind + ": ")
        print(f"{name}: {found}")
    return wrong

if __name__ == "__main__":
    sys.exit(main())
