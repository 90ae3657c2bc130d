"""What a store is unlocked with, on its way to C."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Callable, Optional, Union

from ._buffers import borrowed
from ._call import Owned, call, owned
from ._native import lib
from ._secret_bytes import Value
from ._text import no_utf8

#: The path of a file.
File = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


def file_name(file: File) -> tuple[bytes, int]:
    """The path of a file for C."""
    with suppress(UnicodeEncodeError):
        name = os.fsencode(file)
        return name, len(name)
    raise no_utf8()


def _of_bytes(make: Callable[..., int], credential: object) -> Owned:
    def made(*places: Any) -> int:
        with borrowed(credential) as said:
            return make(*said, *places)

    return owned(lib.strongroom_key_free, made)


@contextmanager
def _of_file(file: File, passphrase: Optional[Value]) -> Iterator[Any]:
    with owned(lib.strongroom_key_free, lib.strongroom_key_file, *file_name(file)) as key:
        if passphrase is not None:
            with borrowed(passphrase) as said:
                call(lib.strongroom_key_and_passphrase, key, *said)
        yield key


def key(
    passphrase: Optional[Value] = None,
    key_file: Optional[File] = None,
    raw_key: Optional[Value] = None,
    recovery_code: Optional[Value] = None,
) -> Owned:
    """A key made of what was given: one thing, or a passphrase and a key file. It is wiped at the end of the block.
    TypeError for none or several."""
    given = {
        name
        for name, value in (
            ("passphrase", passphrase),
            ("key_file", key_file),
            ("raw_key", raw_key),
            ("recovery_code", recovery_code),
        )
        if value is not None
    }
    if key_file is not None and given <= {"passphrase", "key_file"}:
        return _of_file(key_file, passphrase)
    if given == {"passphrase"}:
        return _of_bytes(lib.strongroom_key_passphrase, passphrase)
    if given == {"raw_key"}:
        return _of_bytes(lib.strongroom_key_raw, raw_key)
    if given == {"recovery_code"}:
        return _of_bytes(lib.strongroom_key_recovery_code, recovery_code)
    raise TypeError("give one of passphrase, key_file, raw_key and recovery_code, or passphrase and key_file")


def create_key_file(file: File) -> None:
    """Writes a new key file of 32 random bytes, for its owner only.

    Raises AlreadyExistsError if there is a file, and IoError.
    """
    with owned(lib.strongroom_key_free, lib.strongroom_key_file_create, *file_name(file)):
        pass
