"""The audit log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ctypes import byref, create_string_buffer
from datetime import datetime
from typing import TYPE_CHECKING, Optional, Union

from . import _constants as k
from . import _items, _pages
from . import _structs as c
from ._audit_query import AuditQuery
from ._call import call, paged, sized
from ._keys import File, file_name
from ._native import lib
from ._text import text, text_or_none
from ._types import AuditEvent, AuditExported, AuditPage, AuditVerified
from ._uncopied import Uncopied

if TYPE_CHECKING:
    from ._store import Store


class Audit(Uncopied):
    """What happened to a store, from its creation on or from where its log begins: ``store.audit``.

    Every change has its event in its own commit, and each event is hashed together with the one before it. How reads are
    audited, and how long the log is kept, says ``store.policy``.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def query(
        self,
        *,
        under: Optional[str] = None,
        actor: Optional[str] = None,
        secret: Optional[str] = None,
        request_id: Optional[str] = None,
        type: Union[str, Iterable[str], None] = None,
        since: Optional[datetime] = None,
        until: Optional[datetime] = None,
        success: Optional[bool] = None,
        newest_first: bool = False,
        limit: int = 50,
        cursor: Optional[str] = None,
    ) -> AuditPage:
        """A page of at most ``limit`` events, 1 to 1,000, that pass all the tests, those among them that still wait in
        memory to be written.

        ``under`` is a path, and whatever lies below it. ``actor`` is the id of a key slot, ``"slot_…"``, that unlocked the
        handle; ``secret`` the id of a secret, whatever its path was. ``type`` is a type of events such as
        ``"secret.created"``, a group such as ``"secret.*"``, or several of both, of which any is enough. Events are of
        ``since`` or later, and before ``until``; a millisecond that either cuts in two counts whole. ``success=False`` is
        what failed. ``cursor`` continues behind the page that gave it, with the rest the same.

        Raises InvalidCursorError and LimitExceededError.
        """
        return self._query(
            AuditQuery(under, actor, secret, request_id, type, since, until, success, newest_first, limit, cursor)
        )

    def _query(self, query: AuditQuery) -> AuditPage:
        with query.handle() as handle:
            return _pages.audited(paged(lib.strongroom_audit_list, self._store._handle, handle))

    def scan(
        self,
        *,
        under: Optional[str] = None,
        actor: Optional[str] = None,
        secret: Optional[str] = None,
        request_id: Optional[str] = None,
        type: Union[str, Iterable[str], None] = None,
        since: Optional[datetime] = None,
        until: Optional[datetime] = None,
        success: Optional[bool] = None,
        newest_first: bool = False,
        limit: int = 500,
    ) -> Iterator[AuditEvent]:
        """All events that ``query`` would show, page by page of ``limit``. Between pages nothing is held: the oldest first,
        it also comes to what happens meanwhile."""
        query = AuditQuery(under, actor, secret, request_id, type, since, until, success, newest_first, limit)
        while True:
            page = self._query(query)
            yield from page.events
            if not page.has_more:
                return
            query.cursor = page.next_cursor

    def get(self, id: str) -> AuditEvent:
        """The event with an id, ``"evt_…"``, if it is durable. Raises NotFoundError."""
        page = paged(lib.strongroom_audit_get, self._store._handle, *text(id))
        return _pages.items(page, lib.strongroom_page_event, c.AuditEvent, _items.audit_event)[0]

    def head(self) -> str:
        """Where the log ends now, as a text to be kept where whoever gets at the file does not; it is no secret. ``verify``
        holds the log against it."""
        buffer = create_string_buffer(k.AUDIT_HEAD_LEN)
        call(lib.strongroom_audit_head, self._store._handle, buffer, len(buffer))
        return buffer.value.decode()

    def verify(self, head: Optional[str] = None) -> AuditVerified:
        """Follows the chain of hashes to its end; with a head that was kept, whether that lies in it. Writers wait.

        Raises TamperedError, which names the event where the chain breaks.
        """
        done = sized(c.AuditVerified)
        call(lib.strongroom_audit_verify, self._store._handle, *text_or_none(head), byref(done))
        return _items.audit_verified(done)

    def export(self, file: File) -> AuditExported:
        """Writes the whole log to a new file, for its owner only: JSON Lines, which ``scripts/check-audit-export`` verifies
        without the store. What only waits in memory is not in it.

        Raises AlreadyExistsError, TamperedError, DiskFullError and IoError.
        """
        done = sized(c.AuditExported)
        call(lib.strongroom_audit_export, self._store._handle, *file_name(file), byref(done))
        return _items.audit_exported(done)
