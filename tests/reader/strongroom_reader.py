#!/usr/bin/env python3
"""Reads a whole strongroom store, and believes none of it: written from docs/FORMAT.md, not from the library.
Usage: strongroom_reader.py FILE (--raw-key-hex HEX | --passphrase-env NAME | --key-file PATH | both of these |
                                --recovery-code-env NAME) [--pin TEXT] [--now MILLISECONDS]
       strongroom_reader.py --serve
Prints what is in the store as JSON: secrets and trash with metadata and versions, the SHA-256 of each value in place of
the value, retention, the slots and the pin of its state; with --pin it holds the store against one, with --now it tells
states as of then. A store that has to be refused is one line on standard error, `kind: what`, and exit code 1. With
--serve each line of standard input is FILE and options with tabs between them, and each is answered with one line, JSON
or `kind: what`. Numbers in parentheses are sections of FORMAT.md.
It takes no lock, so the file must be one that nobody writes meanwhile. Of redb it follows the pages, not their
checksums, so it does not find an old block put back in its own place.
"""
from __future__ import annotations
import base64, hashlib, hmac, json, os, struct, sys, time, unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple
from argon2.low_level import Type, hash_secret_raw
from nacl import bindings, exceptions

LABEL, MAGIC = b"strongroom/1/", b"\x89SRM\r\n\x1a\n"
BLOCKS, BLOCK, PAGE, CHUNK, BUDGET = 0xA000, 4136, 4096, 65_320, 4_194_304
GEOMETRY = struct.pack("<QIIQIIHH", 0, PAGE, BLOCK, BLOCKS, 0x8000, 0x1000, 48, 256).ljust(0x400 - 40, b"\0")

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
STRETCHED = (1, 4)  # the kinds of slot with a passphrase (4.1)

class Fault(Exception):
    """Why a store is refused: not-a-store, damaged, altered, unsupported, wrong-key, limits, usage; or what a pin says
    against it: wrong-store, rolled-back, forked."""
def check(holds: bool, kind: str, what: str) -> None:
    if not holds:
        raise Fault(f"{kind}: {what}")
def num(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")
def le(value: int, length: int) -> bytes:
    return value.to_bytes(length, "little")
def mac(key: bytes, data: bytes) -> bytes:  # also EXTRACT(salt, ikm) (1)
    return hmac.new(key, data, hashlib.sha256).digest()
def expand(parent: bytes, label: bytes, context: bytes = b"") -> bytes:  # one key below another (5.2)
    return mac(parent, LABEL + label + context + b"\x01")
def unseal(key: bytes, aad: bytes, sealed: bytes, what: str) -> bytes:
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], aad, sealed[:24], key)
    except (exceptions.CryptoError, ValueError):
        raise Fault(f"altered: {what} does not authenticate") from None

class Key(NamedTuple):
    """What unlocks: the kind of slot it opens, a normalised passphrase or none, the other part or none (5.1)."""
    kind: int
    passphrase: bytes
    part: bytes
    def material(self, slot: bytes) -> bytes:
        return (part(1, stretch(self.passphrase, slot)) if self.passphrase else b"") + self.part
def part(kind: int, data: bytes) -> bytes:
    return le(kind, 1) + le(len(data), 4) + data
def recovery_code(text: str) -> bytes:
    """The bytes of a code as it was typed (5.3)."""
    typed = "".join(c for c in text if c not in "- \t\r\n").upper().replace("O", "0").replace("I", "1").replace("L", "1")
    symbols = [ALPHABET.find(c) for c in typed]
    check(text.isascii() and len(symbols) == 65 and min(symbols) >= 0, "usage", "no recovery code")
    bits = 0
    for group in range(13):
        sum, five = group + 1, symbols[5 * group : 5 * group + 5]
        for symbol in five[:4]:
            sum, bits = times_x(sum) ^ symbol, bits << 5 | symbol
        check(times_x(sum) == five[4], "usage", f"group {group + 1} of the recovery code")
    check(bits & 15 == 0, "usage", "the end of the recovery code")
    return (bits >> 4).to_bytes(32, "big")
def times_x(value: int) -> int:
    return value << 1 ^ (0x25 if value & 0x10 else 0)

@lru_cache(maxsize=None)
def stretch(secret: bytes, slot: bytes) -> bytes:
    memory, passes, lanes = struct.unpack_from("<III", slot, 4)
    return hash_secret_raw(secret, slot[32:64], passes, memory, lanes, 32, Type.ID, 0x13)
def known_form(slot: bytes) -> bool:
    method = slot[1:4] == b"\x01\x01\0" if slot[0] in STRETCHED else slot[0] in (2, 3, 5) and not any(slot[1:16])
    return not any(slot) or (method and slot[96:104] == le(32, 8) and not any(slot[176:]))
def slots(header: bytes) -> List[bytes]:
    return [header[at : at + 256] for at in range(0x400, 0x3400, 256)]
def readable_headers(data: bytes) -> List[bytes]:
    """The copies that pass steps 1 to 3, the greater header sequence first."""
    cut = data and MAGIC.startswith(data[:8])
    check(len(data) >= BLOCKS, "damaged" if cut else "not-a-store", "the file ends before its first block")
    marked = [copy for copy in (data[:0x4000], data[0x4000:0x8000]) if copy[:8] == MAGIC]
    check(bool(marked), "not-a-store", "no key header")
    sound = [copy for copy in marked if hashlib.sha256(copy[:0x3FE0]).digest() == copy[0x3FE0:]]
    usable = [copy for copy in sound if copy[8:12] == b"\x01\0\x01\0"]
    check(bool(usable), "unsupported" if sound else "damaged", "the key headers")
    return sorted(usable, key=lambda copy: num(copy, 32, 8), reverse=True)
def unlock_header(header: bytes, key: Key, tried: Set[Tuple[bytes, int, bytes]]) -> bytes:
    """Steps 4 to 6: the store PRK, if the key opens a slot of this copy; else nothing."""
    for number, slot in enumerate(slots(header)):
        if slot[0] != key.kind or not known_form(slot):
            continue
        tried.add((header[12:32], number, slot))
        check(sum(num(each, 4, 4) * num(each, 8, 4) for _, _, each in tried) <= BUDGET, "limits", "the slots together")
        prk = mac(slot[32:64], key.material(slot))
        context = header[16:32] + le(number, 2) + slot[16:32]
        if hmac.compare_digest(expand(prk, b"slot-commit", context), slot[64:96]):
            aad = LABEL + b"slot" + header[:32] + header[48:80] + le(number, 2) + slot[:104]
            master = unseal(expand(prk, b"slot-wrap", context), aad, slot[104:176], "the slot")
            store = mac(header[16:32] + header[12:16], master)
            for label, end in ((b"file", 0x3FA0), (b"authority", 0x3FC0)):
                found = mac(expand(expand(store, label), label + b"-header-mac"), header[:end])
                check(hmac.compare_digest(found, header[end : end + 32]), "altered", "the key header")
            fixed = header[40:0x400] == GEOMETRY and not any(header[0x3400:0x3FA0])
            check(fixed and all(map(known_form, slots(header))), "unsupported", "something in the key header")
            return store
    return b""

class Sealed:
    """The blocks of a file and its accepted superblock, `plain` (2, 7, R6, R7)."""
    def __init__(self, data: bytes, key: Key) -> None:
        headers, tried, faults = readable_headers(data), set(), []  # type: List[bytes], Set[Any], List[Fault]
        same_kind = (slot for header in headers for slot in slots(header) if slot[0] == key.kind and known_form(slot))
        for slot in same_kind if key.kind in STRETCHED else ():
            m, p, lanes = struct.unpack_from("<III", slot, 4)  # 4.2
            check(19_456 <= m <= 524_288 and 1 <= p <= 16 and 1 <= lanes <= 16 and m * p <= BUDGET, "limits", "a slot")
        for header in headers:
            try:
                self.store = unlock_header(header, key, tried)
            except Fault as fault:
                check(str(fault).startswith("altered"), *str(fault).split(": ", 1))
                faults.insert(0, fault)
                continue
            if self.store:
                self.data, self.identity, file_key = data, header[16:32] + header[12:16], expand(self.store, b"file")
                self.slots = [slot for slot in slots(header) if any(slot)]
                self.superblock_key, self.block_key = expand(file_key, b"superblock"), expand(file_key, b"block")
                self.block = lru_cache(maxsize=None)(self.open_block)
                self.sequence, self.plain, self.left = self.select()
                if header[32:40] == self.plain[536:544]:
                    return
                if all(copy[32:40] != self.plain[536:544] for copy in headers):
                    faults.append(Fault("altered: an old key header" if len(headers) == 2 else "damaged: a key header"))
        raise faults[0] if faults else Fault("wrong-key: no slot opens")
    def open_block(self, number: int) -> bytes:
        at, aad = BLOCKS + (number - 1) * BLOCK, LABEL + b"block" + self.identity + le(number, 4)
        return unseal(self.block_key, aad, self.data[at : at + BLOCK], f"block {number}")
    def superblock(self, mark: bytes, at: int) -> Optional[Tuple[int, bytes]]:
        aad = LABEL + b"superblock" + self.identity + mark + self.data[at : at + 8]
        try:
            plain = unseal(self.superblock_key, aad, self.data[at + 8 : at + 4096], "")
        except Fault:
            return None
        length, count, blocks = num(plain, 512, 8), num(plain, 520, 2), [block for block, _ in manifest(plain)]
        zeros = plain[523:528] + plain[592:640] + plain[640 + 20 * count :]
        known = length % PAGE == 0 and count <= 170 and plain[522] in (1, 2) and not any(zeros)
        physical, has_next = num(plain, 584, 8), max(num(plain, 528, 8), num(self.data, at, 8)) < 2**64 - 1
        fits = has_next and physical <= min(max(length // PAGE, 1), 2**32) - 1 and all(1 <= b <= physical for b in blocks)
        check(known and fits and blocks == sorted(set(blocks)), "unsupported", "something in a superblock")
        return num(self.data, at, 8), plain
    def whole(self, plain: bytes) -> bool:
        """Whether the file holds the state of this superblock."""
        try:
            ends = [(n, tag, BLOCKS + n * BLOCK) for n, tag in manifest(plain)]
            tags = all(self.data[end - 16 : end] == tag and self.block(n) for n, tag, end in ends)
            return tags and len(self.data) >= BLOCKS + num(plain, 584, 8) * BLOCK
        except Fault:
            return False
    def select(self) -> Tuple[int, bytes, str]:
        """The accepted superblock (R7), and how it was left: closed, open, or discarded if a newer one is not whole."""
        found = sorted(filter(None, (self.superblock(b"A", 0x8000), self.superblock(b"B", 0x9000))), reverse=True)
        check(bool(found), "damaged", "no superblock authenticates")
        (sequence, new), (older, old) = found[0], found[-1]
        if self.whole(new):
            same = len(found) == 2 and all(new[a:b] == old[a:b] for a, b in ((0, 520), (528, 544), (584, 592)))
            check(not same or new[522] != 2 or self.whole(old), "altered", "a block of the last commit")
            return (older, old, "closed") if same and new[522] == 2 else (sequence, new, "open")
        check(len(found) == 2, "damaged", "the only superblock is of a state that is not there")
        kind = "damaged" if len(self.data) < BLOCKS + num(old, 584, 8) * BLOCK else "altered"
        check(num(new, 528, 8) - num(old, 528, 8) in (0, 1) and self.whole(old), kind, "neither state is there")
        return older, old, "discarded"

def manifest(plain: bytes) -> List[Tuple[int, bytes]]:
    return list(struct.iter_unpack("<I16s", plain[640 : 640 + 20 * min(170, num(plain, 520, 2))]))

def tables(sealed: Sealed, tree: int, reached: Set[int]) -> Dict[bytes, List[bytes]]:
    """The leaves of every table in the tree of the user (0) or of the system (1), see 2.1."""
    head = sealed.plain[:512]
    slot = head[192:320] if head[9] & 1 else head[64:192]
    check(head[:9] == b"redb\x1a\x0a\xa9\x0d\x0a" and num(head, 12, 4) == PAGE and slot[0] == 3, "altered", "block 0")
    def below(root: bytes) -> Iterator[bytes]:  # a byte that says whether there is a root, and its number
        return leaves(sealed, num(root, 1, 8), reached) if root[0] else iter(())
    named = below(slot[1 + tree : 2 + tree] + slot[8 + 32 * tree : 16 + 32 * tree])
    return {name: list(below(table[9:18])) for leaf in list(named) for name, table in rows(leaf)}
def leaves(sealed: Sealed, page_number: int, reached: Set[int]) -> Iterator[bytes]:  # below a page
    order, region, header = page_number >> 59, page_number >> 20 & 0xFFFFF, num(sealed.plain, 16, 4)
    first = 1 + region * (header + num(sealed.plain, 20, 4)) + header + ((page_number & 0xFFFFF >> order) << order)
    blocks = range(first, first + (1 << order))
    check(blocks.stop <= num(sealed.plain, 512, 8) // PAGE, "altered", "a page beyond the end")
    check(reached.isdisjoint(blocks), "altered", "a page in two places")
    reached.update(blocks)
    page = b"".join(map(sealed.block, blocks))
    if page[0] == 1:
        return (yield page)
    children = num(page, 2, 2) + 1
    check(page[0] == 2 and 8 + 24 * children <= len(page), "altered", "a page that is neither leaf nor branch")
    for at in range(8 + 16 * children, 8 + 24 * children, 8):
        yield from leaves(sealed, num(page, at, 8), reached)
def rows(leaf: bytes) -> Iterator[Tuple[bytes, bytes]]:
    count = num(leaf, 2, 2)
    ends = [4 + 8 * count, *(num(leaf, at, 4) for at in range(4, 4 + 8 * count, 4))]
    check(ends == sorted(ends) and ends[-1] <= len(leaf), "altered", "the ends in a leaf")
    parts = [leaf[start:end] for start, end in zip(ends, ends[1:])]
    return zip(parts[:count], parts[count:])

class Fields:
    """The fields of a record, one behind the other (8.1)."""
    def __init__(self, row: bytes, kind: int) -> None:
        check(num(row, 0, 2) == kind and 4 <= len(row) <= 65_536, "damaged", "a record of another kind than its row")
        check(num(row, 2, 2) == 1, "unsupported", "the version of a record")
        self.row, self.at = row, 4
    def take(self, length: int) -> bytes:
        self.at += length
        check(self.at <= len(self.row), "damaged", "a record that is cut short")
        return self.row[self.at - length : self.at]
    def u(self, length: int) -> int:
        return num(self.take(length), 0, length)
    def time(self) -> int:
        return int.from_bytes(self.take(8), "little", signed=True)
    def text(self) -> str:
        return decoded(self.take(self.u(8)))
    def maybe(self, read: Callable[..., Any], *given: int) -> Any:
        flag = self.u(1)
        check(flag <= 1, "damaged", "an optional field")
        return read(*given) if flag else None
    def kept(self) -> List[Optional[int]]:  # how many versions, how many days in the trash
        return [self.maybe(self.u, 4), self.maybe(self.u, 2)]
    def end(self, found: Any) -> Any:
        check(self.at == len(self.row), "damaged", "bytes behind a record")
        return found
def decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Fault("damaged: a text that is not UTF-8") from None
def path_of(data: bytes) -> str:  # from a key, or as it is written (8.2)
    path = decoded(data).replace("\0", "/")
    segments = path.split("/")
    plain = all(segment not in ("", ".", "..") and len(segment.encode()) <= 128 for segment in segments)
    control = any(unicodedata.category(letter) == "Cc" for letter in path)
    check(plain and not control and len(segments) <= 16 and len(path.encode()) <= 512, "damaged", "a path")
    return path
def path_list(row: bytes) -> List[bytes]:  # (8.9)
    paths, at = [b""], 0
    while at < len(row):
        shared, length, last = num(row, at, 2), num(row, at + 2, 2), paths[-1]
        part = row[at + 4 : at + 4 + length]
        check(length == len(part) > 0 and shared <= len(last) and last[shared : shared + 1] < part[:1], "damaged", "a path list")
        paths.append(last[:shared] + part)
        at += 4 + length
    return paths[1:]

def version(row: Fields) -> Dict[str, Any]:  # (8.3)
    found = {"number": row.u(8), "created": row.time(), "size": row.u(4), "standing": row.u(4)}
    check(found["standing"] <= 2, "damaged", "the standing of a version")
    found["deleted"] = row.time() if found["standing"] else None
    found["until"] = row.time() if found["standing"] == 1 else None
    check(row.maybe(row.take, 16) is None, "unsupported", "the author of a version")
    found["note"], found["pieces"] = row.maybe(row.text) or "", row.u(4)
    return {**found, "tail": row.take(row.u(8))}
def secret(row: Fields) -> Dict[str, Any]:
    found = {"id": row.take(16), "tier": row.u(1), "meta_version": row.u(8), "updated": row.time()}
    found["accessed"], tags = row.maybe(row.time), row.text()
    pairs = [tag.partition("=") for tag in tags.split("\n")[:-1]]
    keys = [key.encode() for key, _, _ in pairs]
    sound = all(keys) and all(sign for _, sign, _ in pairs) and keys == sorted(set(keys)) and (not tags or tags[-1] == "\n")
    check(sound and found["tier"] <= 2, "damaged", "the tags or the tier of a secret")
    found["tags"] = {key: value for key, _, value in pairs}
    details = row.maybe(lambda: (row.text(), row.text(), row.kept())) or ("", "", [None, None])
    found["description"], found["content_type"], found["keeps"] = details
    return {**found, "current": version(row)}

class Contents:
    """The secrets of a store, live and in the trash, all opened, and whether the rows fit together (8.2)."""
    def __init__(self, sealed: Sealed, rows: Dict[int, Dict[bytes, bytes]], now: int) -> None:
        self.sealed, self.pieces, self.notes, self.ids = sealed, rows[0x30], {}, set()  # type: Any, Any, Any, Set[bytes]
        self.history: Dict[bytes, Dict[int, bytes]] = defaultdict(dict)
        for key, row in rows[0x20].items():
            check(len(key) == 24, "damaged", "the key of a version")
            self.history[key[:16]][int.from_bytes(key[16:], "big")] = row
        jumps = [(jump := Fields(row, 9)).end(jump.time()) for row in rows[0x06].values()]
        mark = int.from_bytes(sealed.plain[576:584], "little", signed=True)
        time = max(mark, min(max(now, 0), 253_402_300_799_999))
        self.jumped = bool(jumps) or time - mark > 31_536_000_000
        self.purge_time = jumps[0] if jumps else mark if self.jumped else time  # (8.10)
        borne, left, self.found = set(), set(), []  # type: Set[Tuple[bytes, bytes]], Set[Tuple[bytes, bytes]], List[Any]
        for key, row in rows[0x10].items():
            path = path_of(key)
            borne |= self.open(path, (fields := Fields(row, 2)).end(secret(fields)), None)
        for key, row in rows[0x11].items():
            fields, purge = Fields(row, 7), int.from_bytes(key[:8], "big")
            path, deleted = path_of(fields.text().encode()), fields.time()
            one = fields.end(secret(fields))
            check(key[8:] == one["id"] and purge < 2**63, "damaged", "the key of a secret in the trash")
            left |= self.open(path, one, [deleted, purge])
        check(not any(self.history.values()) and not self.pieces, "damaged", "rows of no secret")
        check(rows[0x12] == self.notes, "damaged", "the rows of deleted versions")
        index = tag_index(rows[0x18])
        check(borne <= index <= borne | left, "damaged", "the tag index")
    def open(self, path: str, one: Dict[str, Any], trashed: Optional[List[int]]) -> Set[Tuple[bytes, bytes]]:
        current, history = one.pop("current"), self.history.pop(one["id"], {})
        check(one["id"] not in self.ids and current["number"] > 0, "damaged", f"the id or the version of {path}")
        self.ids.add(one["id"])
        old = {number: (row := Fields(history[number], 3)).end(version(row)) for number in history}
        fits = all(found["number"] == number and 0 < number < current["number"] for number, found in old.items())
        check(fits, "damaged", f"the versions of {path}")
        versions = [self.open_version(path, one["id"], each, current) for each in [*old.values(), current]]
        noted = [each for each in versions if each["until"] is not None and not trashed]
        for each in noted:
            key = each["until"].to_bytes(8, "big") + one["id"] + each["number"].to_bytes(8, "big")
            self.notes[key] = path.encode()
        self.found.append({**one, "id": one["id"].hex(), "path": path, "trashed": trashed, "versions": versions})
        return {(f"{key}={value}".encode(), path.replace("/", "\0").encode()) for key, value in one["tags"].items()}
    def open_version(self, path: str, secret: bytes, each: Dict[str, Any], current: Dict[str, Any]) -> Dict[str, Any]:
        number, count, tail = each["number"], each.pop("pieces"), each.pop("tail")
        if each["standing"] == 2:
            check(count == 0 and not tail, "damaged", f"the value of a destroyed version of {path}")
            return {**each, "state": "destroyed", "sha256": None}
        keys = (secret + number.to_bytes(8, "big") + i.to_bytes(4, "big") for i in range(count))
        parts = [self.pieces.pop(key, b"") for key in keys]
        check(all(parts), "altered", f"a missing piece of a value of {path}")
        value = open_value(self.sealed, path, secret, number, b"".join(parts) + tail)
        check(len(value) == each["size"], "damaged", f"the size of a value of {path}")
        state = "deleted" if each["standing"] else "current" if number == current["number"] else "superseded"
        if state == "deleted" and each["until"] <= self.purge_time:
            return {**each, "state": "destroyed", "sha256": None}
        return {**each, "state": state, "sha256": hashlib.sha256(value).hexdigest()}
def tag_index(rows: Dict[bytes, bytes]) -> Set[Tuple[bytes, bytes]]:  # every tag with every path
    found: Set[Tuple[bytes, bytes]] = set()
    before = (b"", b"")
    for key, row in rows.items():
        tag, sign, bound = key.partition(b"\0")
        paths = path_list(row)
        check(sign != b"" and bool(paths) and paths[0] >= bound, "damaged", "a row of the tag index")
        check(before[0] != tag or before[1] < bound, "damaged", "two rows of the tag index")
        before = (tag, paths[-1])
        found.update((tag, path) for path in paths)
    return found

def value_key(sealed: Sealed, path: str) -> bytes:  # (5.2)
    *namespaces, last = path.split("/")
    below = expand(sealed.store, b"value-root")
    for segment in namespaces:
        below = expand(below, b"namespace", segment.encode())
    return expand(below, b"value", last.encode())
def open_value(sealed: Sealed, path: str, secret: bytes, number: int, chunks: bytes) -> bytes:
    key, frame, last = value_key(sealed, path), b"", (len(chunks) - 1) // CHUNK
    for i in range(last + 1):
        aad = LABEL + b"value" + sealed.identity + secret + le(number, 8) + b"\0" + le(i, 4) + le(i == last, 1)
        frame += unseal(key, aad, chunks[CHUNK * i : CHUNK * (i + 1)], f"a value of {path}")
    n = num(frame, 0, 4)
    bucket = 64 if n <= 64 else 1 << (n - 1).bit_length() if n <= 4_096 else -(-n // 1_024) * 1_024
    check(n <= 1 << 24 and len(frame) == 4 + bucket and not any(frame[4 + n :]), "altered", f"a value of {path}")
    return frame[4 : 4 + n]

def read_slots(rows: Dict[int, Dict[bytes, bytes]], sealed: Sealed) -> Tuple[List[Dict[str, Any]], List[int]]:
    """The key slots with what is known of each, and the KDF floor (8.2, 8.3)."""
    known = {}
    for key, data in rows[0x03].items():
        check(len(key) == 16, "damaged", "the key of a slot")
        known[key] = (row := Fields(data, 6)).end((row.text(), row.time(), row.time()))
    found = []
    for slot in sealed.slots:
        label, created, used = known.pop(slot[16:32], ("", None, None))
        cost = list(struct.unpack_from("<III", slot, 4)) if slot[0] in STRETCHED else None
        found.append({"id": slot[16:32].hex(), "kind": slot[0], "cost": cost, "label": label, "created": created,
                      "used": None if used == -(2**63) else used})
    check(not known, "damaged", "a row of no slot")
    floor = [(row := Fields(data, 5)).end([row.u(4), row.u(4), row.u(4)]) for data in rows[0x02].values()]
    return found, floor[0] if floor else [19_456, 2, 1]

class Log(NamedTuple):
    """The audit log: how many events of each kind, and the head after the last one of each generation."""
    kinds: Dict[int, int]
    heads: Dict[int, bytes]
def follow_audit(segments: Dict[bytes, bytes], sealed: Sealed) -> Log:  # from H(0) to the superblock (8.6)
    head, done = hashlib.sha256(LABEL + b"audit-genesis" + sealed.identity[:16]).digest(), 0
    kinds, heads = {}, {-1: head}  # type: Dict[int, int], Dict[int, bytes]
    for key, data in segments.items():
        row = Fields(data, 4)
        generation, count = row.u(8), row.u(8)
        check(key == (done + 1).to_bytes(8, "big") and count > 0, "altered", "a gap in the audit chain")
        check(34 * count + 32 == len(data) - row.at, "damaged", "the length of a segment")
        for _ in range(count):
            done += 1
            event = row.take(34)
            head = hashlib.sha256(LABEL + b"audit" + head + le(done, 8) + le(generation, 8) + event).digest()
            kinds[num(event, 8, 2)] = kinds.get(num(event, 8, 2), 0) + 1
        check(head == data[-32:], "altered", "the head of a segment")
        heads[generation] = head
    check(head == sealed.plain[544:576], "altered", "the audit chain does not end at the superblock")
    return Log(kinds, heads)

def pin_text(body: bytes) -> str:
    checked = body + hashlib.sha256(LABEL + b"pin" + body).digest()[:4]
    return "sr_pin_" + base64.b32encode(checked).decode().lower()
def parse_pin(text: str) -> bytes:  # the 56 bytes (8.7)
    typed = text.strip()
    check(typed.isascii() and typed[:7] == "sr_pin_" and len(typed) == 103, "usage", "no pin")
    body = base64.b32decode(typed[7:].upper())[:56]
    check(pin_text(body) == typed[:7] + typed[7:].lower(), "usage", "a pin with a typing error")
    return body
def hold_against(pin: bytes, sealed: Sealed, log: Log) -> None:
    generation, newest = num(pin, 16, 8), num(sealed.plain, 528, 8)
    check(pin[:16] == sealed.identity[:16], "wrong-store", "the pin is of another store")
    check(generation <= newest, "rolled-back", f"generation {newest} is older than the pin's {generation}")
    first = min((kept for kept in log.heads if kept >= 0), default=newest + 1)
    check(log.heads.get(-1 if generation < first else generation) == pin[24:], "forked", "the pinned state is not in the log")

def rows_of(sealed: Sealed, reached: Set[int]) -> Dict[int, Dict[bytes, bytes]]:
    """The rows without the first byte of their keys, by that byte; and that all pages are there."""
    user, _ = tables(sealed, 0, reached), tables(sealed, 1, reached)
    table = [row for leaf in user.get(b"strongroom", []) for row in rows(leaf)]
    check(list(user) == [b"strongroom"] and sorted(dict(table).items()) == table, "altered", "the table")
    sorts: Dict[int, Dict[bytes, bytes]] = defaultdict(dict)
    for key, row in table:
        alone = key[:1] in (b"\x01", b"\x02", b"\x05", b"\x06")
        check(key != b"" and not (alone and key[1:]), "damaged", "the key of a row")
        sorts[key[0]][key[1:]] = row
    return sorts
def read(data: bytes, key: Key, pin: bytes, now: int) -> Dict[str, Any]:  # everything in the store, opened and compared
    sealed, reached = Sealed(data, key), set()  # type: Sealed, Set[int]
    sorts = rows_of(sealed, reached)
    created = (row := Fields(sorts[0x01].get(b"", b""), 1)).end(row.time())
    backups = [(row := Fields(data, 10)).end(row.time()) for data in sorts[0x05].values()]
    kept = [(row := Fields(data, 8)).end([path_of(at) if at else "", *row.kept()]) for at, data in sorts[0x04].items()]
    found, floor = read_slots(sorts, sealed)
    contents = Contents(sealed, sorts, now)
    log = follow_audit(sorts[0x40], sealed)
    if pin:
        hold_against(pin, sealed, log)
    return {"left": sealed.left, "sequence": sealed.sequence, "epoch": num(sealed.identity, 16, 4),
            "pin": pin_text(sealed.identity[:16] + sealed.plain[528:536] + sealed.plain[544:576]),
            "events": log.kinds, "slots": found, "floor": floor, "created": created, "retention": kept,
            "backup": backups[0] if backups else None, "jumped": contents.jumped, "purge_time": contents.purge_time,
            "blocks": len(reached), "secrets": contents.found}

def passphrase_of(name: str) -> bytes:
    typed = os.environ.get(name, "")
    check(1 <= len(typed.encode()) <= 1_024, "usage", "the length of the passphrase")
    return unicodedata.normalize("NFC", typed).encode()
def key_of(given: Dict[str, str]) -> Key:
    how = sorted(given)
    if how == ["--raw-key-hex"]:
        raw = bytes.fromhex(given["--raw-key-hex"])
        check(len(raw) == 32, "usage", "the length of the key")
        return Key(2, b"", part(2, raw))
    if how == ["--recovery-code-env"]:
        return Key(5, b"", part(4, recovery_code(os.environ.get(given["--recovery-code-env"], ""))))
    if how == ["--passphrase-env"]:
        return Key(1, passphrase_of(given["--passphrase-env"]), b"")
    check(how in (["--key-file"], ["--key-file", "--passphrase-env"]), "usage", "FILE and what unlocks it")
    with open(given["--key-file"], "rb") as file:
        content = file.read(65_537)
    check(1 <= len(content) <= 65_536, "usage", "the length of the key file")
    digest = part(3, hashlib.sha256(LABEL + b"key-file" + content).digest())
    return Key(3, b"", digest) if len(how) == 1 else Key(4, passphrase_of(given["--passphrase-env"]), digest)

def answer(arguments: List[str]) -> str:
    """What is in a store as one line of JSON, or why it has to be refused."""
    try:
        check(len(arguments) % 2 == 1, "usage", "FILE, then options with a value each")
        given = dict(zip(arguments[1::2], arguments[2::2]))
        pin = parse_pin(given.pop("--pin")) if "--pin" in given else b""
        now = int(given.pop("--now", time.time() * 1_000))
        key = key_of(given)
        with open(arguments[0], "rb") as file:
            os.fsync(file.fileno())  # R2
            return json.dumps(read(file.read(), key, pin, now))
    except (Fault, OSError, ValueError) as error:
        return str(error) if isinstance(error, Fault) else f"usage: {error}"

def main() -> Optional[str]:
    if sys.argv[1:] == ["--serve"]:
        for line in sys.stdin:
            print(answer(line.rstrip("\n").split("\t")), flush=True)
        return None
    line = answer(sys.argv[1:])
    print(line if line[0] == "{" else "", end="")
    return None if line[0] == "{" else line

if __name__ == "__main__":
    sys.exit(main())
