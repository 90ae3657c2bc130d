"""Values that nobody has to think of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_double
from typing import Any, Callable, Optional

from . import _constants as k
from ._buffers import borrowed
from ._call import call, owned
from ._changes import number_of
from ._finalize import Held
from ._native import lib
from ._numbers import u32
from ._secret import copied_value
from ._secret_bytes import SecretBytes, Value
from ._text import text
from ._uncopied import Uncopied

ENCODINGS = {
    k.ENCODING_BASE64URL: "base64url",
    k.ENCODING_BASE32: "base32",
    k.ENCODING_HEX: "hex",
    k.ENCODING_RAW: "raw",
}


class Generator(Uncopied):
    """How a value is made out of the operating system's randomness: ``Generator.password()``, ``Generator.token()`` or
    ``Generator.passphrase()``. Every value of that form is as likely as any other.

    ``store.put(path, generate=…)`` and ``store.rotate(path, generate=…)`` write one that nobody sees before it is read. A
    number that breaks a rule is refused when it is used. Any number of threads may use it.
    """

    def __init__(self, kind: str, make: Callable[..., int], number: int) -> None:
        """Has the library make one; use the class methods."""
        self._kind = kind
        self._held = Held(lib.strongroom_generator_free)
        self._handle = self._held.take(make, u32(number))

    @classmethod
    def password(
        cls,
        length: int = 24,
        *,
        lower: bool = True,
        upper: bool = True,
        digits: bool = True,
        symbols: bool = True,
        look_alikes: bool = True,
        each_class: bool = False,
    ) -> Generator:
        """Passwords of so many characters, 1 to 1,024, of four classes: letters in lower and upper case, digits, and the 32
        signs of ASCII. ``look_alikes=False`` leaves out 0, O, 1, l, I and |; ``each_class`` wants at least one of each class
        that is not left out."""
        characters = sum(
            number
            for said, number in (
                (lower, k.CHARACTERS_LOWER),
                (upper, k.CHARACTERS_UPPER),
                (digits, k.CHARACTERS_DIGITS),
                (symbols, k.CHARACTERS_SYMBOLS),
                (not look_alikes, k.CHARACTERS_NO_LOOK_ALIKES),
                (each_class, k.CHARACTERS_EACH_CLASS),
            )
            if said
        )
        made = cls("password", lib.strongroom_generator_password, length)
        call(lib.strongroom_generator_characters, made._handle, characters)
        return made

    @classmethod
    def token(cls, bytes: int = 32, encoding: str = "base64url") -> Generator:
        """Tokens of so many random bytes, 16 to 1,024, written in ``"base64url"`` or ``"base32"``, both without padding, or
        ``"hex"``; or as they are, ``"raw"``."""
        number = number_of(ENCODINGS, encoding, "encoding")
        made = cls("token", lib.strongroom_generator_token, bytes)
        call(lib.strongroom_generator_encoding, made._handle, number)
        return made

    @classmethod
    def passphrase(cls, words: int = 6, separator: str = "-") -> Generator:
        """Passphrases of so many words, 3 to 64, of the 7,776 of the EFF's large list, with one character of ASCII between
        them.

        Raises InvalidArgumentError if the separator is not one character.
        """
        made = cls("passphrase", lib.strongroom_generator_passphrase, words)
        call(lib.strongroom_generator_separator, made._handle, *text(separator))
        return made

    @property
    def entropy_bits(self) -> float:
        """How hard a value is to guess: the binary logarithm of how many there are. Raises InvalidArgumentError."""
        bits = c_double()
        call(lib.strongroom_generator_entropy_bits, self._handle, byref(bits))
        return bits.value

    def generate(self) -> SecretBytes:
        """Makes a value, of no secret yet. Raises InvalidArgumentError and RandomFailedError."""
        with owned(lib.strongroom_secret_free, lib.strongroom_generate, self._handle) as made:
            return copied_value(made)

    def __repr__(self) -> str:
        return f"<Generator: {self._kind}>"


@contextmanager
def new_value(value: Optional[Value], generate: Optional[Generator]) -> Iterator[tuple[bool, tuple[Any, ...]]]:
    """The new value of a secret: whether the library makes it; and for C the generator, or where the value is and how many
    bytes it has. TypeError unless one of the two was given."""
    if (value is None) == (generate is None):
        raise TypeError("give a value, or generate=strongroom.Generator…, one of the two")
    if generate is None:
        with borrowed(value) as said:
            yield False, said
    elif isinstance(generate, Generator):
        yield True, (generate._handle,)
    else:
        raise TypeError(f"generate must be a Generator, not {type(generate).__name__}")
