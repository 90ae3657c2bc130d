"""Being told of events as they are committed."""

from __future__ import annotations

import itertools
import weakref
from ctypes import c_void_p
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Optional

from . import _items
from ._finalize import Held, unsubscribe
from ._native import lib
from ._signatures import Destroy, Told
from ._text import text_or_none
from ._texts import Texts
from ._types import AuditEvent
from ._uncopied import Uncopied

if TYPE_CHECKING:
    from ._store import Store

#: Is called with each event. What it returns is not looked at.
OnEvent = Callable[[AuditEvent], object]

#: The subscriptions by the number that C knows them by, which is never used again.
_numbered: weakref.WeakValueDictionary[int, Subscription] = weakref.WeakValueDictionary()
_numbers = itertools.count(1)


def _tell(event: Any, number: int) -> None:
    """What C calls. It is one function for all subscriptions, which is never freed: a subscription that ends itself would
    free its own under its feet."""
    subscription = _numbered.get(number)
    if subscription is not None:
        subscription._callback(_items.audit_event(event.contents))


_told = Told(_tell)
_nothing_to_destroy = Destroy()


class Subscription(Uncopied):
    """Calls a function with each event, until it is closed, or its store is: ``store.subscribe(…)``.

    The end of ``with`` closes it.
    """

    def __init__(self, store: Store, callback: OnEvent, kinds: tuple[str, ...], under: Optional[str]) -> None:
        """Begins it; use ``Store.subscribe()``."""
        if not callable(callback):
            raise TypeError(f"the callback must be callable, not {type(callback).__name__}")
        self._callback = callback
        # The store is not garbage-collected before.
        self._store: Store = store._root or store
        said, number = Texts(kinds), next(_numbers)
        _numbered[number] = self
        subscribe = lib.strongroom_subscribe
        place = (store._handle, *text_or_none(under), said.array, said.count)
        self._held = Held(unsubscribe)
        self._held.take(subscribe, *place, _told, c_void_p(number), _nothing_to_destroy)
        self._store._subscriptions.add(self)

    def close(self) -> None:
        """Ends it; does nothing if it has ended. If its callback runs on another thread just now, this waits until it has
        returned. A callback may close its own subscription."""
        self._store._subscriptions.discard(self)
        self._held.end()

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()
