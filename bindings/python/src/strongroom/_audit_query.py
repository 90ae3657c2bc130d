"""Which events of the audit log are told, on its way to C."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional, Union

from ._call import call, owned
from ._native import lib
from ._numbers import i64, u64
from ._text import one_or_several, text
from ._time import to_ms


@dataclass
class AuditQuery:
    """What was asked for; None leaves a test out."""

    under: Optional[str] = None
    actor: Optional[str] = None
    secret: Optional[str] = None
    request_id: Optional[str] = None
    types: Union[str, Iterable[str], None] = None
    since: Optional[datetime] = None
    until: Optional[datetime] = None
    success: Optional[bool] = None
    newest_first: bool = False
    limit: int = 50
    cursor: Optional[str] = None

    def __post_init__(self) -> None:
        """The types are said for every page."""
        self.types = one_or_several(self.types)

    @contextmanager
    def handle(self) -> Iterator[Any]:
        """A query object that says the same, until the end of the block."""
        with owned(lib.strongroom_audit_query_free, lib.strongroom_audit_query_new) as query:
            self._say_texts(query)
            self._say_times(query)
            if self.success is not None:
                call(lib.strongroom_audit_query_success, query, bool(self.success))
            if self.newest_first:
                call(lib.strongroom_audit_query_newest_first, query)
            call(lib.strongroom_audit_query_limit, query, u64(self.limit))
            yield query

    def _say_texts(self, query: Any) -> None:
        for say, said in (
            (lib.strongroom_audit_query_under, self.under),
            (lib.strongroom_audit_query_actor, self.actor),
            (lib.strongroom_audit_query_secret, self.secret),
            (lib.strongroom_audit_query_request_id, self.request_id),
            (lib.strongroom_audit_query_after, self.cursor),
        ):
            if said is not None:
                call(say, query, *text(said))
        for kind in one_or_several(self.types):
            call(lib.strongroom_audit_query_kind, query, *text(kind))

    def _say_times(self, query: Any) -> None:
        # The library dropped the fraction of an event's own time: one of the same millisecond may be on either side.
        if self.since is not None:
            call(lib.strongroom_audit_query_since, query, i64(to_ms(self.since)))
        if self.until is not None:
            call(lib.strongroom_audit_query_until, query, i64(to_ms(self.until, round_up=True)))
