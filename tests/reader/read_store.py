#!/usr/bin/env python3
"""Prints what is in a strongroom store as one line of JSON.
Usage: read_store.py FILE (--raw-key-hex HEX | --passphrase-env NAME | --key-file PATH | both of these |
                           --recovery-code-env NAME) [--pin TEXT] [--now MILLISECONDS]
       read_store.py --serve
With --pin it holds the store against a pin, with --now it tells states as of then. A store that has to be refused is one
line on standard error, `kind: what`, and exit code 1. With --serve each line of standard input is FILE and options with
tabs between them, and each is answered with one line, JSON or `kind: what`.
It takes no lock, so the file must be one that nobody writes meanwhile. Numbers in parentheses are sections of FORMAT.md.
"""
from __future__ import annotations
import base64, hashlib, json, os, struct, sys, time, unicodedata
from functools import lru_cache
from typing import Any, Dict, List, NamedTuple, Optional
from argon2.low_level import Type, hash_secret_raw
from strongroom_reader import LABEL, Fault, check, le, num, read

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

class Key(NamedTuple):
    """What unlocks: the kind of slot it opens, a normalised passphrase or none, the other part or none (5.1)."""
    kind: int
    passphrase: bytes
    part: bytes
    def material(self, slot: bytes) -> bytes:
        return (part(1, stretch(self.passphrase, slot)) if self.passphrase else b"") + self.part
def part(kind: int, data: bytes) -> bytes:
    return le(kind, 1) + le(len(data), 4) + data
@lru_cache(maxsize=None)
def stretch(secret: bytes, slot: bytes) -> bytes:
    memory, passes, lanes = struct.unpack_from("<III", slot, 4)
    return hash_secret_raw(secret, slot[32:64], passes, memory, lanes, 32, Type.ID, 0x13)
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

def pin_text(body: bytes) -> str:
    checked = body + hashlib.sha256(LABEL + b"pin" + body).digest()[:4]
    return "sr_pin_" + base64.b32encode(checked).decode().lower()
def parse_pin(text: str) -> bytes:  # the 56 bytes (8.7)
    typed = text.strip()
    check(typed.isascii() and typed[:7] == "sr_pin_" and len(typed) == 103, "usage", "no pin")
    body = base64.b32decode(typed[7:].upper())[:56]
    check(pin_text(body) == typed[:7] + typed[7:].lower(), "usage", "a pin with a typing error")
    return body
def hold_against(pin: bytes, found: Dict[str, Any]) -> None:
    position, heads = found["position"], found["heads"]
    generation, newest = num(pin, 16, 8), num(position, 16, 8)
    check(pin[:16] == position[:16], "wrong-store", "the pin is of another store")
    check(generation <= newest, "rolled-back", f"generation {newest} is older than the pin's {generation}")
    first = min((kept for kept in heads if kept >= 0), default=newest + 1)
    if generation >= first or found["first"] == 1:  # else it can only be told if the log begins there
        check(heads.get(-1 if generation < first else generation) == pin[24:], "forked", "the pinned state is not in the log")

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
            found = read(file.read(), key, now)
        if pin:
            hold_against(pin, found)
        found["pin"] = pin_text(found.pop("position"))
        found.pop("heads")
        return json.dumps(found)
    except (Fault, OSError, OverflowError, ValueError) as error:
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
