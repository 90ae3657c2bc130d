"""Several writes that are one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import byref, c_void_p
from types import TracebackType
from typing import TYPE_CHECKING, Optional

from ._call import call
from ._kinds import ClosedError, InvalidArgumentError
from ._native import lib
from ._once import Once, was_replayed
from ._operations import Operations

if TYPE_CHECKING:
    from ._store import Store


class Transaction(Operations):
    """Sees its own writes, and nobody else does before it is committed. Meanwhile other threads read the state before, and
    their writes wait; this thread's own writes through the store are a ReentrantError.

    The end of ``with`` commits; an exception, or being garbage-collected, rolls back. A forked child that leaves the block
    leaves it to its parent.
    """

    def __init__(self, store: Store) -> None:
        """Begins it; use ``Store.transaction()``."""
        super().__init__(store._context, store)
        self._store = store
        self._obtain(lib.strongroom_begin, store._handle)

    def commit(self) -> None:
        """Makes everything it changed durable, at once. Whatever the outcome it has ended; behind an error nothing is
        changed.

        Raises InvalidArgumentError if a change inside failed, and ClosedError if it has ended.
        """
        try:
            call(lib.strongroom_commit, byref(c_void_p(self._handle)))
        except BaseException:
            self._held.end()  # does nothing if the library ended it
            raise
        self._held.ended()

    def abort(self) -> None:
        """Undoes everything. Does nothing if it has ended."""
        if self._held.held:
            with suppress(ClosedError):
                call(lib.strongroom_close, byref(c_void_p(self._handle)))
            self._held.ended()

    @contextmanager
    def _once(self, key: Optional[str]) -> Iterator[Once]:
        """A change says what the handle says that the transaction was begun on, also under which idempotency key."""
        if key is not None:
            raise InvalidArgumentError(
                "a change inside a transaction has no idempotency key of its own; "
                "begin the transaction on store.with_context(idempotency_key=…)"
            )
        once = Once(self._handle)
        yield once
        if self._context.idempotency_key is not None:
            once.replayed = was_replayed(self._handle)

    def __enter__(self) -> Transaction:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if self._held.inherited or not self._held.held:
            return
        if kind is None:
            self.commit()
        else:
            self.abort()
