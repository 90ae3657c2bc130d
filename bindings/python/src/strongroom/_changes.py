"""What a put or an update says beside the value, on its way to C."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Optional, Union

from . import _constants as k
from ._call import call, owned
from ._duration import Duration, seconds
from ._items import ON_EXPIRY, TIERS
from ._native import lib
from ._numbers import i64, u64
from ._text import Tags, labels, tag_pairs, text
from ._time import to_ms


class Unchanged(Enum):
    """The type of ``UNCHANGED``: what was said before stays."""

    UNCHANGED = "unchanged"

    def __repr__(self) -> str:
        return "strongroom.UNCHANGED"


UNCHANGED = Unchanged.UNCHANGED
#: A number, None for what is inherited, or ``UNCHANGED``.
Inheritable = Union[int, None, Unchanged]
#: A time, None to take it away, or ``UNCHANGED``.
Moment = Union[datetime, None, Unchanged]
#: A duration, None to take it away, or ``UNCHANGED``.
Every = Union[Duration, None, Unchanged]
#: The condition of a put: no secret is there, or its current version has this number.
Expect = Union[None, int, str]


def inheritable(number: Inheritable) -> int:
    """A number of a retention for C."""
    if isinstance(number, Unchanged):
        return k.UNCHANGED
    return k.INHERITED if number is None else u63(number)


def moment(time: Optional[datetime]) -> int:
    """A time for C, or that there is none; a fraction of a millisecond is dropped."""
    return k.NO_TIME if time is None else i64(to_ms(time))


def u63(number: int) -> int:
    """A number for C that cannot be taken for one of its signs, which are negative."""
    if i64(number) < 0:
        raise OverflowError(f"{number} does not fit: it must not be negative")
    return number


def number_of(names: dict[int, str], name: str, what: str) -> int:
    """The number of a name; ValueError for one that is none."""
    for number, known in names.items():
        if known == name:
            return number
    raise ValueError(f"{what} must be one of {', '.join(names.values())}, not {name!r}")


@dataclass
class Changes:
    """What was said; None leaves what is there."""

    tags: Optional[Tags] = None
    add_tags: Optional[Tags] = None
    remove_tags: Optional[Iterable[str]] = None
    description: Optional[str] = None
    tier: Optional[str] = None
    content_type: Optional[str] = None
    note: Optional[str] = None
    max_versions: Inheritable = UNCHANGED
    trash_days: Inheritable = UNCHANGED
    expires_in: Optional[Duration] = None
    expires_at: Moment = UNCHANGED
    on_expiry: Optional[str] = None
    rotate_every: Every = UNCHANGED
    expect: Expect = None
    expect_meta_version: Optional[int] = None

    @contextmanager
    def handle(self) -> Iterator[Any]:
        """A changes object that says the same, until the end of the block."""
        with owned(lib.strongroom_changes_free, lib.strongroom_changes_new) as changes:
            self._say_tags(changes)
            self._say_texts(changes)
            self._say_numbers(changes)
            self._say_expiry(changes)
            self._say_rotation(changes)
            self._say_conditions(changes)
            yield changes

    def _say_tags(self, changes: Any) -> None:
        if self.tags is not None:
            call(lib.strongroom_changes_replace_tags, changes)
        for tags in (self.tags, self.add_tags):
            for key, value in tag_pairs(tags if tags is not None else ()):
                call(lib.strongroom_changes_tag, changes, *text(key), *text(value))
        for key in labels(self.remove_tags if self.remove_tags is not None else ()):
            call(lib.strongroom_changes_remove_tag, changes, *text(key))

    def _say_texts(self, changes: Any) -> None:
        for say, value in (
            (lib.strongroom_changes_description, self.description),
            (lib.strongroom_changes_content_type, self.content_type),
            (lib.strongroom_changes_note, self.note),
        ):
            if value is not None:
                call(say, changes, *text(value))

    def _say_numbers(self, changes: Any) -> None:
        if self.tier is not None:
            call(lib.strongroom_changes_tier, changes, number_of(TIERS, self.tier, "tier"))
        if self.max_versions is not UNCHANGED:
            call(lib.strongroom_changes_max_versions, changes, inheritable(self.max_versions))
        if self.trash_days is not UNCHANGED:
            call(lib.strongroom_changes_trash_days, changes, inheritable(self.trash_days))

    def _say_expiry(self, changes: Any) -> None:
        if self.expires_in is not None:
            if self.expires_at is not UNCHANGED:
                raise TypeError("give expires_in or expires_at, not both")
            call(lib.strongroom_changes_expires_in, changes, seconds(self.expires_in))
        if not isinstance(self.expires_at, Unchanged):
            call(lib.strongroom_changes_expires_at, changes, moment(self.expires_at))
        if self.on_expiry is not None:
            call(lib.strongroom_changes_on_expiry, changes, number_of(ON_EXPIRY, self.on_expiry, "on_expiry"))

    def _say_rotation(self, changes: Any) -> None:
        if not isinstance(self.rotate_every, Unchanged):
            every = 0 if self.rotate_every is None else seconds(self.rotate_every)
            call(lib.strongroom_changes_rotate_every, changes, every)

    def _say_conditions(self, changes: Any) -> None:
        if self.expect == "absent":
            call(lib.strongroom_changes_expect_absent, changes)
        elif isinstance(self.expect, str):
            raise ValueError(f"expect must be 'absent' or the number of a version, not {self.expect!r}")
        elif self.expect is not None:
            call(lib.strongroom_changes_expect_version, changes, u64(self.expect))
        if self.expect_meta_version is not None:
            call(lib.strongroom_changes_expect_meta_version, changes, u64(self.expect_meta_version))
