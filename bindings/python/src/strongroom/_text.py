"""Text that is no secret, on its way to C."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Optional, Union

from ._kinds import InvalidArgumentError

#: Tags: values by key, or bare labels.
Tags = Union[Mapping[str, str], Iterable[str]]


def has_utf8(text: str) -> bool:
    """Whether a text has a UTF-8: none has one with half of a surrogate pair, which json.loads makes of ``"\\ud800"``."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def no_utf8() -> InvalidArgumentError:
    """What is raised for such a text. The error of Python's would hold all of it."""
    return InvalidArgumentError("the text has no UTF-8: it has half of a surrogate pair")


def text(value: str) -> tuple[bytes, int]:
    """A text and its length; TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {type(value).__name__}")
    if not has_utf8(value):
        raise no_utf8()
    encoded = value.encode()
    return encoded, len(encoded)


def text_or_none(value: Optional[str]) -> tuple[Optional[bytes], int]:
    """A text that may be left out."""
    return (None, 0) if value is None else text(value)


def one_or_several(texts: Union[str, Iterable[str], None]) -> tuple[str, ...]:
    """Texts of which a single one needs no list around it; None is none."""
    if texts is None:
        return ()
    return (texts,) if isinstance(texts, str) else tuple(texts)


def tag_pairs(tags: Tags) -> list[tuple[str, str]]:
    """Tags as keys and values; a bare label has an empty value."""
    if isinstance(tags, Mapping):
        return list(tags.items())
    return [(label, "") for label in labels(tags)]


def labels(keys: Iterable[str]) -> list[str]:
    """Keys of tags. TypeError for a single text, whose letters would be taken for them."""
    if isinstance(keys, (str, bytes)):
        raise TypeError("expected several keys of tags, not one text")
    return list(keys)
