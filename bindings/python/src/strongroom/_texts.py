"""Several texts, on their way to C."""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import addressof, c_char

from . import _structs as c
from ._text import text


class Texts:
    """An array of strongroom_text, and how many there are, for as long as this lives."""

    def __init__(self, texts: Iterable[str]) -> None:
        encoded = [text(value) for value in texts]
        self._bytes = [(c_char * length).from_buffer_copy(value) for value, length in encoded]
        self.count = len(encoded)
        self.array = (c.Text * self.count)(
            *(c.Text(addressof(place), length) for place, (_, length) in zip(self._bytes, encoded))
        )
