"""Which secrets a list shows, on its way to C."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

from . import _constants as k
from ._call import call, owned
from ._changes import number_of
from ._items import TIERS
from ._native import lib
from ._numbers import i64, u64
from ._text import Tags, labels, tag_pairs, text, text_or_none
from ._time import to_ms

STATES = {k.LIST_LIVE: "live", k.LIST_TRASH: "trash", k.LIST_ALL: "all"}
SORTS = {k.SORT_PATH: "path", k.SORT_UPDATED: "updated"}


@dataclass
class Query:
    """What was asked for; None leaves a test out."""

    under: Optional[str] = None
    tags: Optional[Tags] = None
    has_tags: Optional[Iterable[str]] = None
    without_tags: Optional[Iterable[str]] = None
    tier: Optional[str] = None
    state: str = "live"
    sort: str = "path"
    updated_since: Optional[datetime] = None
    recursive: bool = True
    limit: int = 50
    cursor: Optional[str] = None
    count: bool = False

    def __post_init__(self) -> None:
        """The tags are said for every page."""
        self.tags = dict(tag_pairs(self.tags if self.tags is not None else ()))
        self.has_tags = labels(self.has_tags if self.has_tags is not None else ())
        self.without_tags = labels(self.without_tags if self.without_tags is not None else ())

    @contextmanager
    def handle(self) -> Iterator[Any]:
        """A query object that says the same, until the end of the block."""
        with owned(lib.strongroom_query_free, lib.strongroom_query_new, *text_or_none(self.under)) as query:
            self._say_tests(query)
            self._say_tags(query)
            self._say_pages(query)
            yield query

    def _say_tests(self, query: Any) -> None:
        call(lib.strongroom_query_state, query, number_of(STATES, self.state, "state"))
        if self.tier is not None:
            call(lib.strongroom_query_tier, query, number_of(TIERS, self.tier, "tier"))
        if self.updated_since is not None:
            call(lib.strongroom_query_updated_since, query, i64(to_ms(self.updated_since)))
        if not self.recursive:
            call(lib.strongroom_query_one_level, query)

    def _say_tags(self, query: Any) -> None:
        for key, value in tag_pairs(self.tags or ()):
            call(lib.strongroom_query_tag, query, *text(key), *text(value))
        for key in self.has_tags or ():
            call(lib.strongroom_query_has_tag, query, *text(key))
        for key in self.without_tags or ():
            call(lib.strongroom_query_without_tag, query, *text(key))

    def _say_pages(self, query: Any) -> None:
        call(lib.strongroom_query_sort, query, number_of(SORTS, self.sort, "sort"))
        call(lib.strongroom_query_limit, query, u64(self.limit))
        if self.count:
            call(lib.strongroom_query_count, query, 1)
        if self.cursor is not None:
            call(lib.strongroom_query_after, query, *text(self.cursor))
