#!/usr/bin/env python3
"""Reads a whole strongroom store, and believes none of it: written from docs/FORMAT.md, not from the library.
Usage: strongroom_reader.py FILE (--raw-key-hex HEX | --passphrase-env NAME)
Prints what is in the store as JSON, with the SHA-256 of each value in place of the value. A store that has to be
refused is one line on standard error, `kind: what`, and exit code 1. Numbers in parentheses are sections of FORMAT.md.
It takes no lock, so the file must be one that nobody writes meanwhile. Of redb it follows the pages, not their
checksums, so it does not find an old block put back in its own place.
"""
from __future__ import annotations
import hashlib, hmac, json, os, struct, sys, unicodedata
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple
from argon2.low_level import Type, hash_secret_raw
from nacl import bindings, exceptions

LABEL, MAGIC = b"strongroom/1/", b"\x89SRM\r\n\x1a\n"
BLOCKS, BLOCK, PAGE, CHUNK, BUDGET = 0xA000, 4136, 4096, 65_320, 4_194_304
GEOMETRY = struct.pack("<QIIQIIHH", 0, PAGE, BLOCK, BLOCKS, 0x8000, 0x1000, 48, 256).ljust(0x400 - 40, b"\0")

class Fault(Exception):
    """Why a store is refused: not-a-store, damaged, altered, unsupported, wrong-key, limits or usage."""
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

@lru_cache(maxsize=None)
def stretch(secret: bytes, slot: bytes) -> bytes:
    memory, passes, lanes = struct.unpack_from("<III", slot, 4)
    return hash_secret_raw(secret, slot[32:64], passes, memory, lanes, 32, Type.ID, 0x13)
def known_form(slot: bytes) -> bool:
    method = slot[:4] == b"\x01\x01\x01\0" or slot[:16] == b"\x02".ljust(16, b"\0")
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
def unlock_header(header: bytes, kind: int, secret: bytes, tried: Set[Tuple[bytes, int, bytes]]) -> bytes:
    """Steps 4 to 6: the store PRK, if the secret opens a slot of this copy; else nothing."""
    for number, slot in enumerate(slots(header)):
        if slot[0] != kind or not known_form(slot):
            continue
        tried.add((header[12:32], number, slot))
        check(sum(num(each, 4, 4) * num(each, 8, 4) for _, _, each in tried) <= BUDGET, "limits", "the slots together")
        material = stretch(secret, slot) if kind == 1 else secret
        prk = mac(slot[32:64], le(kind, 1) + le(len(material), 4) + material)
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
    def __init__(self, data: bytes, kind: int, secret: bytes) -> None:
        headers, tried, faults = readable_headers(data), set(), []  # type: List[bytes], Set[Any], List[Fault]
        for slot in (slot for header in headers for slot in slots(header) if slot[0] == kind == 1 and known_form(slot)):
            m, p, lanes = struct.unpack_from("<III", slot, 4)  # 4.2
            check(19_456 <= m <= 524_288 and 1 <= p <= 16 and 1 <= lanes <= 16 and m * p <= BUDGET, "limits", "a slot")
        for header in headers:
            try:
                self.store = unlock_header(header, kind, secret, tried)
            except Fault as fault:
                check(str(fault).startswith("altered"), *str(fault).split(": ", 1))
                faults.insert(0, fault)
                continue
            if self.store:
                self.data, self.identity, file_key = data, header[16:32] + header[12:16], expand(self.store, b"file")
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

def record(row: bytes, kind: int, shape: str) -> Tuple[Any, ...]:
    """The fields of a record that have a fixed width, and the rest of it (8.1)."""
    check(num(row, 0, 2) == kind and 4 <= len(row) <= 65_536, "damaged", "a record of another kind than its row")
    check(num(row, 2, 2) == 1, "unsupported", "the version of a record")
    check(len(row) >= 4 + struct.calcsize(shape), "damaged", "a record that is cut short")
    return (*struct.unpack_from(shape, row, 4), row[4 + struct.calcsize(shape) :])

def open_value(sealed: Sealed, path: str, secret: bytes, number: int, chunks: bytes) -> bytes:
    below = expand(sealed.store, b"value-root")
    for segment in path.split("/"):
        node = expand(below, b"segment", segment.encode())
        below = expand(node, b"namespace")
    key, frame, last = expand(node, b"value"), b"", (len(chunks) - 1) // CHUNK
    for i in range(last + 1):
        aad = LABEL + b"value" + sealed.identity + secret + le(number, 8) + b"\0" + le(i, 4) + le(i == last, 1)
        frame += unseal(key, aad, chunks[CHUNK * i : CHUNK * (i + 1)], f"a value of {path}")
    n = num(frame, 0, 4)
    bucket = 64 if n <= 64 else 1 << (n - 1).bit_length() if n <= 4_096 else -(-n // 1_024) * 1_024
    check(n <= 1 << 24 and len(frame) == 4 + bucket and not any(frame[4 + n :]), "altered", f"a value of {path}")
    return frame[4 : 4 + n]

def follow_audit(segments: Dict[bytes, bytes], sealed: Sealed) -> int:  # how many events there are (8.6)
    head, done = hashlib.sha256(LABEL + b"audit-genesis" + sealed.identity[:16]).digest(), 0
    for key, row in segments.items():
        generation, count, rest = record(row, 4, "<QQ")
        check(len(rest) == 34 * count + 32, "damaged", "the length of a segment")
        check(key == (done + 1).to_bytes(8, "big") and count > 0, "altered", "a gap in the audit chain")
        for at in range(0, 34 * count, 34):
            done += 1
            event = head + le(done, 8) + le(generation, 8) + rest[at : at + 34]
            head = hashlib.sha256(LABEL + b"audit" + event).digest()
        check(head == rest[-32:], "altered", "the head of a segment")
    check(head == sealed.plain[544:576], "altered", "the audit chain does not end at the superblock")
    return done

def read(data: bytes, kind: int, key: bytes) -> Dict[str, Any]:  # everything in the store, opened and compared
    sealed, reached, versions = Sealed(data, kind, key), set(), []  # type: Sealed, Set[int], List[Dict[str, Any]]
    user, _ = tables(sealed, 0, reached), tables(sealed, 1, reached)
    table = [row for leaf in user.get(b"strongroom", []) for row in rows(leaf)]
    check(list(user) == [b"strongroom"] and sorted(dict(table).items()) == table, "altered", "the table")
    store, live, history, pieces, segments = (
        {row[0][1:]: row[1] for row in table if row[0][:1] == le(first, 1)} for first in (0x01, 0x10, 0x20, 0x30, 0x40)
    )
    check(list(store) == [b""] and record(store[b""], 1, "<q")[1] == b"", "damaged", "the store record")
    for name, row in live.items():
        secret, _, _, *current = record(row, 2, "<16sqqQqIQ")
        path = name.replace(b"\0", b"/").decode(errors="replace")
        check(history.pop(secret + bytes(8), b"") == path.encode(), "damaged", f"the anchor of {path}")
        newest = secret + current[0].to_bytes(8, "big")
        old = [(at, [*record(history.pop(at), 3, "<QqIQ")]) for at in list(history) if secret <= at < newest]
        for at, (number, created, count, length, tail) in [*old, (newest, current)]:
            check(at[16:] == number.to_bytes(8, "big") != bytes(8) and length == len(tail), "damaged", f"{path}")
            parts = [pieces.pop(at + i.to_bytes(4, "big"), b"") for i in range(count)]
            check(all(parts), "altered", f"a missing piece of a value of {path}")
            value = open_value(sealed, path, secret, number, b"".join(parts) + tail)
            versions.append({"path": path, "version": number, "id": secret.hex(), "created": created,
                             "length": len(value), "sha256": hashlib.sha256(value).hexdigest()})
    check(not history and not pieces, "damaged", "rows of no secret")
    return {"left": sealed.left, "sequence": sealed.sequence, "generation": num(sealed.plain, 528, 8),
            "head": sealed.plain[544:576].hex(), "events": follow_audit(segments, sealed),
            "secrets": len(live), "blocks": len(reached), "versions": versions}

def main() -> Optional[str]:
    try:
        check(len(sys.argv) == 4 and sys.argv[2] in ("--raw-key-hex", "--passphrase-env"), "usage", "FILE and a key")
        kind, how = (2 if sys.argv[2] == "--raw-key-hex" else 1), sys.argv[3]
        secret = bytes.fromhex(how) if kind == 2 else os.environ.get(how, "").encode()
        check(len(secret) == 32 if kind == 2 else 1 <= len(secret) <= 1_024, "usage", "the length of the key")
        secret = secret if kind == 2 else unicodedata.normalize("NFC", secret.decode()).encode()
        with open(sys.argv[1], "rb") as file:
            os.fsync(file.fileno())  # R2
            print(json.dumps(read(file.read(), kind, secret)))
    except (Fault, OSError, ValueError) as error:
        return str(error) if isinstance(error, Fault) else f"usage: {error}"
    return None

if __name__ == "__main__":
    sys.exit(main())
