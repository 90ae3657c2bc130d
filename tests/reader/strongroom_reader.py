"""Reads a whole strongroom store, and believes none of it: written from docs/FORMAT.md, not from the library.

`read` gives what is in a store: secrets and trash with metadata and versions, the SHA-256 of each value in place of the
value, retention, the slots and the position of its state; or it raises why the store has to be refused. Numbers in
parentheses are sections of FORMAT.md. Of redb it follows the pages, not their checksums, so it does not find an old
block put back in its own place. What unlocks, what people type and the command line are in read_store.py.
"""
import collections, functools, hashlib, hmac, io, struct, unicodedata
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple
from nacl import bindings, exceptions

LABEL, MAGIC, STRETCHED = b"strongroom/1/", b"\x89SRM\r\n\x1a\n", (1, 4)  # the kinds of slot with a passphrase (4.1)
BLOCKS, BLOCK, PAGE, CHUNK, BUDGET = 0xA000, 4136, 4096, 65_320, 4_194_304
GEOMETRY = struct.pack("<QIIQIIHH", 0, PAGE, BLOCK, BLOCKS, 0x8000, 0x1000, 48, 256).ljust(0x400 - 40, b"\0")

class Fault(Exception):
    """Why a store is refused: not-a-store, damaged, altered, unsupported, wrong-key, limits, usage; or what a pin says
    against it: wrong-store, rolled-back, forked."""
def check(holds: bool, kind: str, what: str) -> None:
    if not holds:
        raise Fault(f"{kind}: {what}")
def num(data: bytes, at: int, length: int) -> int: return int.from_bytes(data[at : at + length], "little")
def le(value: int, length: int) -> bytes: return value.to_bytes(length, "little")
def be(value: int, length: int = 8) -> bytes: return value.to_bytes(length, "big")  # as in keys (8.2)
# Also EXTRACT(salt, ikm) (1).
def mac(key: bytes, data: bytes) -> bytes: return hmac.new(key, data, hashlib.sha256).digest()
# One key below another (5.2).
def expand(parent: bytes, label: bytes, more: bytes = b"") -> bytes: return mac(parent, LABEL + label + more + b"\x01")
def unseal(key: bytes, aad: bytes, sealed: bytes, what: str) -> bytes:
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], aad, sealed[:24], key)
    except (exceptions.CryptoError, ValueError):
        raise Fault(f"altered: {what} does not authenticate") from None

def known_form(slot: bytes) -> bool:
    method = slot[1:4] == b"\x01\x01\0" if slot[0] in STRETCHED else slot[0] in (2, 3, 5) and not any(slot[1:16])
    return not any(slot) or (method and slot[96:104] == le(32, 8) and not any(slot[176:]))
def slots(header: bytes) -> List[bytes]: return [header[at : at + 256] for at in range(0x400, 0x3400, 256)]
def readable_headers(data: bytes) -> List[bytes]:
    """The copies that pass steps 1 to 3, the greater header sequence first."""
    check(len(data) >= BLOCKS, "damaged" if data and MAGIC.startswith(data[:8]) else "not-a-store", "no room for a block")
    marked = [copy for copy in (data[:0x4000], data[0x4000:0x8000]) if copy[:8] == MAGIC]
    check(bool(marked), "not-a-store", "no key header")
    sound = [copy for copy in marked if hashlib.sha256(copy[:0x3FE0]).digest() == copy[0x3FE0:]]
    usable = [copy for copy in sound if copy[8:12] == b"\x01\0\x01\0"]
    check(bool(usable), "unsupported" if sound else "damaged", "the key headers")
    return sorted(usable, key=lambda copy: num(copy, 32, 8), reverse=True)
def unlock_header(header: bytes, key: Any, tried: Set[Tuple[bytes, int, bytes]]) -> bytes:
    """Steps 4 to 6: the store PRK, if the key opens a slot of this copy; else nothing."""
    fitting = [(n, slot) for n, slot in enumerate(slots(header)) if slot[0] == key.kind and known_form(slot)]
    for number, slot in fitting:
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
    def __init__(self, data: bytes, key: Any) -> None:
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
                self.block = functools.lru_cache(maxsize=None)(self.open_block)
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
    within = blocks.stop <= num(sealed.plain, 512, 8) // PAGE
    check(within and reached.isdisjoint(blocks), "altered", "a page beyond the end, or in two places")
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

KINDS = "- store secret version segment floor slot trash retention jump backup for checkpoint audited call window".split()
SHAPES = {  # of records and what is in them (8.3): name and type of each field
    "store": "created:q", "floor": "memory:I passes:I lanes:I", "slot": "label:text created:q used:q", "jump": "before:q",
    "secret": "id:16s tier:B meta_version:Q updated:q accessed:?q tags:text details:?details schedule:?schedule current:version",
    "schedule": "expires:?q action:B told:B every:?Q",
    "details": "description:text content_type:text keeps:retention", "retention": "versions:?I days:?H", "backup": "at:q", "for": "code:B",
    "version": "number:Q created:q size:I standing:/deleted/destroyed/rotated/both author:?16s note:?text pieces:I tail:bytes",
    "trash": "path:text deleted:q secret:secret", "deleted": "deleted:q until:q", "destroyed": "deleted:q",
    "rotated": "accepted:q", "both": "deleted:q until:q accepted:q", "segment": "generation:Q head:32s events:listed",
    "checkpoint": "next:Q head:32s time:q", "audited": "reads:3s days:?I bytes:?Q", "window": "seconds:Q",
    "call": "digest:32s epoch:I until:q answer:/Q/wrote/rotation/gone/about/known", "nothing": "", "until": "until:q",
    "wrote": "id:16s path:text version:Q tier:B updated:q", "rotation": "written:wrote old:Q accepted:q",
    "gone": "id:16s path:text deleted:q purge:q", "about":
    "number:Q created:q size:Q state:/nothing/until/nothing/until/nothing deleted:?q note:text", "known":
    "id:16s path:text version:Q meta_version:Q tier:B description:text tags:text content_type:text size_class:Q "
    "updated:q accessed:?q keeps:retention expires:?q action:B every:?Q due:?q",
    "more": "path:text actor:?16s error:i count:I said:?said", "said": "labels:text reason:text request:text"}
SHAPES.update({  # the earlier versions of those that have later ones
    "secret1": SHAPES["secret"].replace("schedule:?schedule current:version", "current:version1"),
    "version1": SHAPES["version"].replace("/rotated/both", ""), "trash1": SHAPES["trash"].replace(":secret", ":secret1"),
    "segment1": "generation:Q events:events1 head:32s", "segment2": "generation:Q events:events head:32s"})
def take(row: io.BytesIO, length: int) -> bytes:
    check(len(data := row.read(min(length, 65_536))) == length, "damaged", "a record that is cut short")
    return data
def field(row: io.BytesIO, shape: str) -> Any:
    if shape in SHAPES:
        return {name: field(row, each) for name, each in (part.split(":") for part in SHAPES[shape].split())}
    if shape in ("bytes", "text"):
        data = take(row, field(row, "Q"))
        return decoded(data) if shape == "text" else data
    if shape in ("events", "events1"):  # what every event has, and what only those of the second version have
        return [(take(row, 34), field(row, "?more") if shape == "events" else None) for _ in range(field(row, "Q"))]
    if shape == "listed":
        return event_list(take(row, field(row, "Q")))
    if shape[0] in "?/":  # optional, or one of several
        number, ways = field(row, "B" if shape[0] == "?" else "I"), shape[1:].split("/")
        check(number <= len(ways), "damaged", "an optional field, or one of several")
        return field(row, ways[number - 1]) if number else None
    return struct.unpack(f"<{shape}", take(row, struct.calcsize(f"<{shape}")))[0]
def leb(row: io.BytesIO, bits: int = 64) -> int:
    value, length, byte = 0, 0, 128
    while byte >= 128 and length < 10:
        byte = take(row, 1)[0]
        value, length = value | (byte & 127) << 7 * length, length + 1
    check(byte < 128 and (byte > 0 or length == 1) and value >> bits == 0, "damaged", "a number in a list")
    return value
def signed(row: io.BytesIO, bits: int = 64) -> int: return (number := leb(row, bits)) >> 1 ^ -(number & 1)
def event_list(data: bytes) -> List[Tuple[bytes, Optional[Dict[str, Any]]]]:  # (8.13)
    row, found, time, path, voice = io.BytesIO(data), [], 0, b"", None  # type: io.BytesIO, List[Any], int, bytes, Any
    while row.tell() < len(data):
        mark = leb(row, 17)
        if mark & 1:
            before, known = voice, take(row, 1)[0]
            check(known in (0, 1, 3, 5, 7), "damaged", "what is known of an event")
            actor = take(row, 16) if known & 2 else None
            texts = [decoded(take(row, leb(row))) for _ in range(3)] if known & 4 else None
            voice = {"actor": actor, "said": texts and dict(zip(("labels", "reason", "request"), texts))} if known else {}
            check(voice != before, "damaged", "a voice like the one before")
        check(voice is not None, "damaged", "an event without a voice")
        time = (time + signed(row)) % 2**64
        event, more = le(time, 8) + le(mark >> 1, 2) + take(row, 16) + le(leb(row), 8), None
        if voice:
            error, count, shared, rest = signed(row, 32), leb(row, 32), leb(row), take(row, leb(row))
            replaced, path = path[shared : shared + 1], path[:shared] + rest
            check(len(path) == shared + len(rest) <= 512, "damaged", "what a path shares, or its length")
            check(replaced == b"" or replaced != rest[:1], "damaged", "a path that shares too little")
            more = {**voice, "path": decoded(path), "error": error, "count": count}
        found.append((event, more))
    return found
def record(data: bytes, kind: str) -> Dict[str, Any]:  # (8.1)
    check(num(data, 0, 2) == KINDS.index(kind) and 4 <= len(data) <= 65_536, "damaged", f"the record of a {kind}")
    version, latest = num(data, 2, 2), 1 + sum(f"{kind}{older}" in SHAPES for older in (1, 2))
    codes = {"for": [*data[4:5]], "audited": [code - 1 for code in data[4:7]]}.get(kind, [])  # what is known of each
    known = 1 <= version <= latest and all(code <= 1 for code in codes)
    check(known, "unsupported", "the version of a record")
    found = field(row := io.BytesIO(data[4:]), kind if version == latest else f"{kind}{version}")
    check(row.read() == b"", "damaged", "bytes behind a record")
    return found
def decoded(data: bytes) -> str:
    text = data.decode(errors="replace")
    check(text.encode() == data, "damaged", "a text that is not UTF-8")
    return text
def path_of(data: bytes) -> str:  # from a key, or as it is written (8.2)
    path, segments = decoded(data).replace("\0", "/"), data.replace(b"\0", b"/").split(b"/")
    plain = all(part not in (b"", b".", b"..") and len(part) <= 128 for part in segments)
    control = any(unicodedata.category(letter) == "Cc" for letter in path)
    check(plain and not control and len(segments) <= 16 and len(data) <= 512, "damaged", "a path")
    return path
def path_list(row: bytes) -> List[bytes]:  # (8.9)
    paths, at = [b""], 0
    while at < len(row):
        shared, length, last = num(row, at, 2), num(row, at + 2, 2), paths[-1]
        rest, at = row[at + 4 : at + 4 + length], at + 4 + length
        check(len(rest) == length > 0 and shared <= len(last) and last[shared:][:1] < rest[:1], "damaged", "a path list")
        paths.append(last[:shared] + rest)
    return paths[1:]
def tag_index(rows: Dict[bytes, bytes]) -> Set[Tuple[bytes, bytes]]:  # every tag with every path that may bear it
    found, last = set(), (b"", b"")  # type: Set[Tuple[bytes, bytes]], Tuple[bytes, bytes]
    for key, row in rows.items():
        (tag, sign, bound), paths = key.partition(b"\0"), path_list(row)
        fits = sign != b"" and paths != [] and paths[0] >= bound and (last[0] != tag or last[1] < bound)
        check(fits, "damaged", "a row of the tag index")
        last = (tag, paths[-1])
        found.update((tag, path) for path in paths)
    return found

class Contents:
    """The secrets of a store, live and in the trash, all opened, and whether their rows fit together (8.2)."""
    def __init__(self, sealed: Sealed, rows: Dict[int, Dict[bytes, bytes]], now: int) -> None:
        self.sealed, self.pieces = sealed, rows[0x30]
        self.notes: Dict[int, Dict[bytes, bytes]] = {0x12: {}, 0x13: {}}  # of live secrets: they must be there
        self.left: Dict[int, Dict[bytes, bytes]] = {0x12: {}, 0x13: {}}  # of those in the trash: they may be there
        self.history: Dict[bytes, Dict[bytes, Any]] = collections.defaultdict(dict)
        for key, row in rows[0x20].items():
            self.history[key[:16]][key[16:]] = record(row, "version")
        mark, jumps = num(sealed.plain, 576, 8), [record(row, "jump") for row in rows[6].values()]
        self.time = max(mark, min(max(now, 0), 253_402_300_799_999))
        self.jumped = bool(jumps) or self.time - mark > 31_536_000_000
        self.purge_time = jumps[0]["before"] if jumps else mark if self.jumped else self.time  # (8.10)
        live = [(path_of(key), record(row, "secret"), None) for key, row in rows[0x10].items()]
        trash = [(record(row, "trash"), key) for key, row in rows[0x11].items()]
        check(all(key[8:] == one["secret"]["id"] and key[0] < 128 for one, key in trash), "damaged", "a key of the trash")
        gone = [(path_of(one["path"].encode()), one["secret"], [one["deleted"], int.from_bytes(key[:8], "big")])
                for one, key in trash]
        check(len({one["id"] for _, one, _ in live + gone}) == len(live + gone), "damaged", "two secrets with one id")
        borne, left = ({tag for each in some for tag in self.tags(*each[:2])} for some in (live, gone))
        self.found = [self.open(*each) for each in live + gone]
        check(not any(self.history.values()) and not self.pieces, "damaged", "rows of no secret")
        for sort, what in ((0x12, "deleted versions"), (0x13, "what is due")):
            notes, found = self.notes[sort], rows[sort]
            check(notes.items() <= found.items() <= {**notes, **self.left[sort]}.items(), "damaged", what)
        check(borne <= tag_index(rows[0x18]) <= borne | left, "damaged", "the tag index")
    def tags(self, path: str, one: Dict[str, Any]) -> Set[Tuple[bytes, bytes]]:
        *lines, end = one["tags"].encode().split(b"\n")
        keys = [line.partition(b"=")[0] for line in lines if b"=" in line]
        sound = end == b"" and len(keys) == len(lines) and keys == sorted({*keys} - {b""})
        check(sound and one["tier"] <= 2, "damaged", f"the tags or the tier of {path}")
        return {(line, path.replace("/", "\0").encode()) for line in lines}
    def open(self, path: str, one: Dict[str, Any], trashed: Optional[List[int]]) -> Dict[str, Any]:
        current, history = one.pop("current"), self.history.pop(one["id"], {})
        fits = all(key == be(old["number"]) and 0 < old["number"] < current["number"] for key, old in history.items())
        check(fits and current["number"] > 0, "damaged", f"a version of {path}")
        versions = [self.open_version(path, one["id"], each, current["number"]) for each in (*history.values(), current)]
        notes, noted = self.left if trashed else self.notes, [each for each in versions if "until" in each]
        notes[0x12].update({be(each["until"]) + one["id"] + be(each["number"]): path.encode() for each in noted})
        notes[0x13].update({key: path.encode() for key in self.due(one.get("schedule"), one["id"], current["created"])})
        return {**one, "id": one["id"].hex(), "path": path, "trashed": trashed, "versions": versions}
    def due(self, schedule: Optional[Dict[str, Any]], secret: bytes, written: int) -> Iterator[bytes]:
        """The keys of the rows 13 of a secret, whose current version was written then."""
        if schedule:
            check(schedule["action"] <= 1, "damaged", "what happens on expiry")
            rotation = None if schedule["every"] is None else written + 1_000 * schedule["every"]
            for what, time in enumerate((schedule["expires"], rotation)):
                if time is not None:
                    yield be(min(max(time, 0), 2**63 - 1)) + secret + be(what, 1)
    def open_version(self, path: str, secret: bytes, each: Dict[str, Any], current: int) -> Dict[str, Any]:
        number, count, tail = each["number"], each.pop("pieces"), each.pop("tail")
        each.update(each.pop("standing") or {})
        destroyed, retired = "deleted" in each and "until" not in each, each.get("accepted", self.time + 1) <= self.time
        check(each.pop("author") is None, "unsupported", f"the author of a version of {path}")
        check(not destroyed or (count == 0 and not tail), "damaged", f"a destroyed version of {path}")
        if destroyed:
            return {**each, "state": "destroyed"}
        parts = [self.pieces.pop(secret + be(number) + be(i, 4), b"") for i in range(count)]
        check(all(parts), "altered", f"a missing piece of a value of {path}")
        value = open_value(self.sealed, path, secret, number, b"".join(parts) + tail)
        check(len(value) == each["size"], "damaged", f"the size of a value of {path}")
        state = "retired" if retired else "grace" if "accepted" in each else "current" if number == current else "superseded"
        gone = each.get("until", self.purge_time + 1) <= self.purge_time
        state = "destroyed" if gone else "deleted" if "until" in each else state
        return {**each, "state": state, "sha256": None if gone or retired else hashlib.sha256(value).hexdigest()}

def open_value(sealed: Sealed, path: str, secret: bytes, number: int, chunks: bytes) -> bytes:
    (*namespaces, segment), root = path.encode().split(b"/"), expand(sealed.store, b"value-root")
    below = functools.reduce(lambda outer, name: expand(outer, b"namespace", name), namespaces, root)
    key, frame, last = expand(below, b"value", segment), b"", (len(chunks) - 1) // CHUNK
    for i in range(last + 1):
        aad = LABEL + b"value" + sealed.identity + secret + le(number, 8) + b"\0" + le(i, 4) + le(i == last, 1)
        frame += unseal(key, aad, chunks[CHUNK * i : CHUNK * (i + 1)], f"a value of {path}")
    n = num(frame, 0, 4)
    bucket = 64 if n <= 64 else 1 << (n - 1).bit_length() if n <= 4_096 else -(-n // 1_024) * 1_024
    check(n <= 1 << 24 and len(frame) == 4 + bucket and not any(frame[4 + n :]), "altered", f"a value of {path}")
    return frame[4 : 4 + n]

def read_slots(rows: Dict[int, Dict[bytes, bytes]], sealed: Sealed) -> Iterator[Dict[str, Any]]:
    """The key slots with what is known of each (8.2, 8.3)."""
    known = {key: record(row, "slot") for key, row in rows[0x03].items()}
    for slot in sealed.slots:
        cost = list(struct.unpack_from("<III", slot, 4)) if slot[0] in STRETCHED else None
        yield {"id": slot[16:32].hex(), "kind": slot[0], "cost": cost, **known.pop(slot[16:32], {"label": ""})}
    check(not known, "damaged", "a row of no slot")

def chained(more: Optional[Dict[str, Any]]) -> bytes:  # what the chain has of it (8.6)
    if not more:
        return b""
    texts = [more["path"], *((more["said"] or {}).get(name, "") for name in ("labels", "reason", "request"))]
    lengths = [le(len(text.encode()), 4) + text.encode() for text in texts]
    return (more["actor"] or bytes(16)) + struct.pack("<iI", more["error"], more["count"]) + b"".join(lengths)
def follow_audit(rows: Dict[bytes, bytes], sealed: Sealed, begin: Dict[str, Any]) -> Tuple[Dict[int, int], Dict[int, bytes]]:
    """From H(0), or from where the log begins, to the superblock (8.6): how many events there are of each kind, and the head
    of each generation."""
    genesis = hashlib.sha256(LABEL + b"audit-genesis" + sealed.identity[:16]).digest()
    head, done = begin.get("head", genesis), begin.get("next", 1) - 1
    kinds, heads = collections.defaultdict(int), {-1: head}  # type: Dict[int, int], Dict[int, bytes]
    for key, row in rows.items():
        segment = record(row, "segment")
        check(key == be(done + 1) and segment["events"] != [], "altered", "a gap in the audit chain")
        for event, more in segment["events"]:
            done, kinds[num(event, 8, 2)] = done + 1, kinds[num(event, 8, 2)] + 1
            label, place = b"audit-event" if more else b"audit", le(done, 8) + le(segment["generation"], 8)
            head = hashlib.sha256(LABEL + label + head + place + event + chained(more)).digest()
        check(head == segment["head"], "altered", "the head of a segment")
        heads[segment["generation"]] = head
    check(head == sealed.plain[544:576], "altered", "the audit chain does not end at the superblock")
    return kinds, heads

def remembered(rows: Dict[int, Dict[bytes, bytes]]) -> Dict[str, int]:
    """The calls that are remembered, each with the time until which it is (8.2, 8.12)."""
    calls = {key: record(row, "call")["until"] for key, row in rows[0x50].items()}
    check(rows[0x51] == {be(max(until, 0)) + key: b"" for key, until in calls.items()}, "damaged", "the times of calls")
    return {key.hex(): until for key, until in calls.items()}

def rows_of(sealed: Sealed, reached: Set[int]) -> Dict[int, Dict[bytes, bytes]]:
    """The rows by the first byte of their keys, each without it; all pages of both trees are walked."""
    user, _ = tables(sealed, 0, reached), tables(sealed, 1, reached)
    table = [row for leaf in user.get(b"strongroom", []) for row in rows(leaf)]
    check(list(user) == [b"strongroom"] and sorted(dict(table).items()) == table, "altered", "the table")
    found: Dict[int, Dict[bytes, bytes]] = collections.defaultdict(dict)
    lengths = {1: 0, 2: 0, 3: 16, 5: 0, 6: 0, 7: 0, 8: 0, 9: 0, 0x11: 24, 0x12: 32, 0x13: 25, 0x20: 24, 0x30: 28, 0x40: 8,
               0x41: 0, 0x50: 16, 0x51: 24}  # of keys (8.2)
    for key, row in table:
        check(key != b"" and lengths.get(key[0], len(key) - 1) == len(key) - 1, "damaged", "the key of a row")
        found[key[0]][key[1:]] = row
    return found
def read(data: bytes, key: Any, now: int) -> Dict[str, Any]:  # everything in the store, opened and compared
    sealed, reached = Sealed(data, key), set()  # type: Sealed, Set[int]
    rows = rows_of(sealed, reached)
    single = ((2, "floor"), (5, "backup"), (7, "for"), (8, "audited"), (9, "window"), (0x41, "checkpoint"))
    only = {name: record(rows[at][b""], name) for at, name in single if at in rows}
    begin, audited = only.get("checkpoint", {}), only.get("audited", {"reads": bytes(3), "days": None, "bytes": None})
    kept = [{"path": path_of(at) if at else "", **record(row, "retention")} for at, row in rows[4].items()]
    contents, (kinds, heads) = Contents(sealed, rows, now), follow_audit(rows[0x40], sealed, begin)
    return {"position": sealed.identity[:16] + sealed.plain[528:536] + sealed.plain[544:576], "blocks": len(reached),
            "floor": only.get("floor", {"memory": 19_456, "passes": 2, "lanes": 1}), "sequence": sealed.sequence,
            "created": record(rows[1].get(b"", b""), "store")["created"], "backup": only.get("backup", {}).get("at"),
            "environment": only.get("for", {}).get("code", 0), "slots": list(read_slots(rows, sealed)),
            "epoch": num(sealed.identity, 16, 4), "purge_time": contents.purge_time, "jumped": contents.jumped,
            "secrets": contents.found, "left": sealed.left, "retention": kept, "events": kinds, "heads": heads,
            "audited": {**audited, "reads": list(audited["reads"])}, "first": begin.get("next", 1),
            "window": only.get("window", {}).get("seconds", 86_400), "calls": remembered(rows)}
