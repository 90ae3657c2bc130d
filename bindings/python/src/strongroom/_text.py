"""Text that is no secret, on its way to C."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Optional, Union

#: Tags: values by key, or bare labels.
Tags = Union[Mapping[str, str], Iterable[str]]


def text(value: str) -> tuple[bytes, int]:
    """A text and its length; TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {type(value).__name__}")
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
