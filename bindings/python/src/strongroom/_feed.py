"""What changed, told as it happens and to whoever comes back for it."""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import byref, c_int32, c_uint64
from typing import TYPE_CHECKING, Any, Optional, Union, cast

from . import _items, _pages
from . import _structs as c
from ._call import call, paged
from ._native import lib
from ._numbers import u64
from ._subscription import OnEvent, Subscription
from ._text import one_or_several, text_or_none
from ._texts import Texts
from ._time import Seconds, parts_ms
from ._types import AuditEvent

if TYPE_CHECKING:
    from ._store import Store


class Feed:
    """What a store tells of its events. All handles of an open store tell the same."""

    _handle: Any
    _subscriptions: set[Subscription]

    def subscribe(
        self, callback: OnEvent, types: Union[str, Iterable[str], None] = None, under: Optional[str] = None
    ) -> Subscription:
        """Calls ``callback(event)`` with each AuditEvent, which never holds a value, until the subscription is closed or the
        store is: once it is durable, in the order of their numbers, on the thread that committed it, before its call
        returns.

        ``types`` is a type of events such as ``"secret.created"``, a group such as ``"secret.*"``, or several of both; None
        is every type but reads, ``"secret.accessed"``. ``under`` is a path, and whatever lies below it.

        The callback may read. A write to the store from inside it is a ReentrantError, and so is a read that is audited
        strictly; writes of other threads wait until it returns. What it raises, a KeyboardInterrupt too, goes to
        ``sys.unraisablehook``, as out of every callback of ctypes: the write is not disturbed, and the subscription goes on.
        What a program must not miss although it was not running, it takes from ``changes``.

        Raises InvalidArgumentError.
        """
        return Subscription(cast("Store", self), callback, one_or_several(types), under)

    def changes(
        self,
        after: int = 0,
        limit: int = 100,
        types: Union[str, Iterable[str], None] = None,
        under: Optional[str] = None,
    ) -> list[AuditEvent]:
        """At most ``limit`` durable events, 1 to 1,000, behind number ``after``, in the order of their commits. A program
        that keeps the ``sequence`` of the last event that it dealt with misses none, whoever wrote it. ``types`` and
        ``under`` are as in ``subscribe``.

        Raises LimitExceededError, and NotFoundError if events behind ``after`` were removed from the log, but for 0, with
        which it begins where the log does.
        """
        kinds = Texts(one_or_several(types))
        place = (*text_or_none(under), kinds.array, kinds.count)
        page = paged(lib.strongroom_feed_read, self._handle, u64(after), u64(limit), *place)
        return _pages.items(page, lib.strongroom_page_event, c.AuditEvent, _items.audit_event)

    @property
    def latest_change(self) -> int:
        """The number of the last event that ``changes`` shows without types; 0 if there is none."""
        sequence = c_uint64()
        call(lib.strongroom_feed_latest, self._handle, byref(sequence))
        return sequence.value

    def wait_changes(self, after: int, timeout: Seconds) -> bool:
        """Waits until ``latest_change`` is above ``after``, for so many seconds or a timedelta at most, and says whether it
        is. It sees what is committed through the handles of this open store. Other threads run meanwhile, and signals are
        dealt with.

        Raises LockedError and ClosedError also if that happens meanwhile.
        """
        number, came = u64(after), c_int32()
        for part in parts_ms(timeout):
            call(lib.strongroom_feed_wait, self._handle, number, part, byref(came))
            if came.value:
                return True
        return False
