"""A store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import byref, c_int32, c_uint32, c_uint64, c_void_p, create_string_buffer
from datetime import timedelta
from types import TracebackType
from typing import Any, Optional

from . import _constants as k
from . import _items, _pages
from . import _structs as c
from ._audit import Audit
from ._call import call, paged, sized
from ._clock import ManualClock
from ._context import SAYS_NOTHING, Context
from ._copies import OnProgress, copy_options
from ._feed import Feed
from ._keys import File, file_name, key
from ._kinds import ClosedError, InUseError
from ._native import lib
from ._operations import Operations
from ._options import Options
from ._secret_bytes import Value
from ._slots import Slots
from ._subscription import Subscription
from ._text import Tags
from ._time import Seconds, from_duration_ms, parts_ms
from ._transaction import Transaction
from ._types import Copied, Health, KdfCost, MemoryStatus, OpenReport, Verified


class Store(Operations, Feed):
    """An open store, made by ``Store.create``, ``Store.open`` or ``Store.in_memory``. Any number of threads may use it.

    The end of ``with`` closes it; so does being garbage-collected. In a forked child it is refused with ForkedError, but a
    child may leave the block: that leaves the store to its parent.
    """

    def __init__(self, context: Context = SAYS_NOTHING, of: Optional[Store] = None) -> None:
        """Has no handle yet; use the class methods."""
        super().__init__(context, of)
        # The store that this one is another handle of, which must not be garbage-collected before.
        self._root: Optional[Store] = of and (of._root or of)
        # Those of every handle are held by the store that was opened.
        self._subscriptions: set[Subscription] = set()

    @classmethod
    def create(
        cls,
        file: File,
        *,
        passphrase: Optional[Value] = None,
        key_file: Optional[File] = None,
        raw_key: Optional[Value] = None,
        kdf: Optional[KdfCost] = None,
        environment: Optional[str] = None,
        clock: Optional[ManualClock] = None,
        write_wait_seconds: Optional[Seconds] = None,
        cache_bytes: Optional[int] = None,
        allow_shared_mode: bool = False,
        allow_network_fs: bool = False,
        require_locked_memory: bool = False,
    ) -> Store:
        """Creates a store that a passphrase unlocks, a key file, both together or a raw key of 32 random bytes, and opens it
        for writing. An existing file is never replaced.

        ``kdf`` is what the passphrase costs to try. ``environment`` is what the store is for, ``"live"`` or ``"test"``; it
        never changes. The rest is as in ``open``.

        Raises AlreadyExistsError, FileRefusedError, KdfLimitsError, OutOfMemoryError, DiskFullError and IoError.
        """
        options = Options(
            kdf=kdf,
            environment=environment,
            clock=clock,
            write_wait_seconds=write_wait_seconds,
            cache_bytes=cache_bytes,
            allow_shared_mode=allow_shared_mode,
            allow_network_fs=allow_network_fs,
            require_locked_memory=require_locked_memory,
        )
        with key(passphrase, key_file, raw_key) as handle, options.handle() as said:
            return cls()._obtain(lib.strongroom_create, *file_name(file), handle, said)

    @classmethod
    def open(
        cls,
        file: File,
        *,
        passphrase: Optional[Value] = None,
        key_file: Optional[File] = None,
        raw_key: Optional[Value] = None,
        recovery_code: Optional[Value] = None,
        read_only: bool = False,
        pin: Optional[str] = None,
        wait_seconds: Seconds = 0,
        clock: Optional[ManualClock] = None,
        write_wait_seconds: Optional[Seconds] = None,
        verify_up_to: Optional[int] = None,
        cache_bytes: Optional[int] = None,
        allow_shared_mode: bool = False,
        allow_network_fs: bool = False,
        require_locked_memory: bool = False,
    ) -> Store:
        """Opens a store.

        ``read_only`` handles never write a byte, and share the file with others like them. With ``pin``, from ``pin()``,
        only a file opens that has that commit in its history. ``wait_seconds`` waits for another handle of the file to be
        closed, and signals are dealt with meanwhile, though not while the key is derived; ``write_wait_seconds`` is how long
        a write waits for that of another thread, and then signals wait too. A store of at most ``verify_up_to`` bytes is
        verified first. ``cache_bytes`` of memory hold sealed pages. ``allow_shared_mode`` accepts a file that others may
        read or replace, ``allow_network_fs`` a file system on the network; ``require_locked_memory`` fails where the memory
        of the keys cannot be locked.

        Raises NotFoundError, NotAStoreError, WrongKeyError, TamperedError, DamagedError, UnsupportedFormatError,
        KdfLimitsError, RolledBackError, WrongStoreError, ForkedHistoryError, InUseError, ReadOnlyError, FileRefusedError,
        OutOfMemoryError and IoError.
        """
        options = Options(
            read_only=read_only,
            pin=pin,
            clock=clock,
            write_wait_seconds=write_wait_seconds,
            verify_up_to=verify_up_to,
            cache_bytes=cache_bytes,
            allow_shared_mode=allow_shared_mode,
            allow_network_fs=allow_network_fs,
            require_locked_memory=require_locked_memory,
        )
        with key(passphrase, key_file, raw_key, recovery_code) as handle, options.handle() as said:
            return cls()._obtain_when_free(file, handle, said, wait_seconds)

    def _obtain_when_free(self, file: File, key: Any, options: Any, wait: Seconds) -> Store:
        """Opens a file that another handle may have to let go first."""
        opening = (lib.strongroom_open, *file_name(file), key, options)
        for part in parts_ms(wait):
            call(lib.strongroom_options_wait_ms, options, part)
            with suppress(InUseError):
                return self._obtain(*opening)
        call(lib.strongroom_options_wait_ms, options, 0)
        return self._obtain(*opening)

    @classmethod
    def in_memory(
        cls,
        *,
        environment: Optional[str] = None,
        clock: Optional[ManualClock] = None,
        write_wait_seconds: Optional[Seconds] = None,
    ) -> Store:
        """A store without a file, and otherwise alike: for tests. It is gone when it is closed."""
        with Options(environment=environment, clock=clock, write_wait_seconds=write_wait_seconds).handle() as said:
            return cls()._obtain(lib.strongroom_in_memory, said)

    def close(self) -> None:
        """Closes the store, and ends its subscriptions; does nothing if it is closed. Calls of other threads come to their
        end.

        Raises ReentrantError, and closes nothing, if a transaction has not ended, or inside of what subscribe calls;
        IoError if the proof of an orderly close cannot be written, though nothing acknowledged is lost.
        """
        with suppress(ClosedError):
            call(lib.strongroom_close, byref(c_void_p(self._handle)))
        self._held.ended()
        for subscription in tuple(self._subscriptions):
            subscription.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if not self._held.inherited:
            self.close()

    def transaction(self) -> Transaction:
        """Begins a transaction: ``with store.transaction() as tx``.

        Time goes on inside: each call happens at its own time, and not at that of the commit.
        """
        return Transaction(self)

    @contextmanager
    def _together(self) -> Iterator[Any]:
        with self.transaction() as tx:
            yield tx._handle

    def with_context(
        self,
        labels: Optional[Tags] = None,
        reason: Optional[str] = None,
        request_id: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> Store:
        """The same store again, whose calls say of themselves in the audit log who makes them, and nothing of what this one
        says: ``with store.with_context({"app": "backup"}, reason="nightly") as nightly``. Closing it leaves the store open,
        and closing the store closes it.

        ``labels``, as tags, are what the program says of itself or of whom it works for, ``reason`` says why, and other
        logs know the calls by ``request_id``. Nothing is decided by them. ``idempotency_key`` is that of every change
        through the handle that is given no other, also inside transactions: one change of each kind.

        Raises InvalidArgumentError.
        """
        said = Context.of(labels, reason, request_id, idempotency_key)
        with said.handle() as context:
            return type(self)(said, self)._obtain(lib.strongroom_with, self._handle, context)

    # Locking

    def lock(self) -> None:
        """Wipes the keys, and keeps the file from other handles. What needs the keys is then a LockedError, until
        ``unlock``."""
        call(lib.strongroom_lock, self._handle)

    def unlock(
        self,
        *,
        passphrase: Optional[Value] = None,
        key_file: Optional[File] = None,
        raw_key: Optional[Value] = None,
        recovery_code: Optional[Value] = None,
    ) -> None:
        """Unlocks a locked store, as ``open``. After the second wrong key in a row the next attempts wait."""
        with key(passphrase, key_file, raw_key, recovery_code) as handle:
            call(lib.strongroom_unlock, self._handle, handle)

    @property
    def is_locked(self) -> bool:
        """Whether the store is locked."""
        locked = c_int32()
        call(lib.strongroom_is_locked, self._handle, byref(locked))
        return bool(locked.value)

    @property
    def environment(self) -> str:
        """What the store is for, ``"live"`` or ``"test"``, as was said when it was created."""
        number = c_uint32()
        call(lib.strongroom_environment, self._handle, byref(number))
        return _items.named(_items.ENVIRONMENTS, number.value)

    @property
    def idle(self) -> timedelta:
        """How long ago the store was last used: for programs that lock what nobody uses."""
        milliseconds = c_uint64()
        call(lib.strongroom_idle_ms, self._handle, byref(milliseconds))
        return from_duration_ms(milliseconds.value)

    # Looking after

    @property
    def slots(self) -> Slots:
        """The ways into the store."""
        return Slots(self)

    @property
    def audit(self) -> Audit:
        """What happened to the store."""
        return Audit(self)

    @property
    def open_report(self) -> OpenReport:
        """What opening found out about the file."""
        report = sized(c.Opened)
        call(lib.strongroom_open_report, self._handle, byref(report))
        return _items.open_report(report)

    def health(self) -> Health:
        """How the store is, also if it is locked, poisoned or damaged."""
        condition = sized(c.Condition)
        beside = paged(lib.strongroom_health, self._handle, byref(condition))
        return _items.health(condition, _pages.files(beside))

    def memory_status(self) -> MemoryStatus:
        """How well the operating system protects the memory that holds the keys."""
        memory = sized(c.Memory)
        call(lib.strongroom_memory_status, self._handle, byref(memory))
        return _items.memory_status(memory)

    def verify(self) -> Verified:
        """Reads and authenticates everything the store reaches, opens every value and follows the chain of the audit log.

        Raises TamperedError and DamagedError.
        """
        done = sized(c.Verified)
        call(lib.strongroom_verify, self._handle, byref(done))
        return _items.verified(done)

    def pin(self) -> str:
        """The last commit as a text to be kept outside of the file; it is no secret. A store that is opened with it is this
        one, with that commit in its history, or it is refused."""
        buffer = create_string_buffer(k.PIN_LEN)
        call(lib.strongroom_pin, self._handle, buffer, len(buffer), None)
        return buffer.value.decode()

    # Copies

    def backup(self, file: File, *, progress: Optional[OnProgress] = None) -> Copied:
        """Writes a verified copy, under the same keys, to a new file. Readers and writers go on meanwhile.

        ``progress(done, total)`` is called now and then, here and in the other copies; what it raises cancels the copy, and
        comes out of the call.

        Raises AlreadyExistsError and FileRefusedError.
        """
        done = sized(c.Copied)
        with copy_options(progress) as options:
            call(lib.strongroom_backup, self._handle, *file_name(file), options, byref(done))
        return _items.copied(done)

    def compact(self, *, progress: Optional[OnProgress] = None) -> Copied:
        """Gives free room back: replaces the file by a verified copy without it."""
        done = sized(c.Copied)
        with copy_options(progress) as options:
            call(lib.strongroom_compact, self._handle, options, byref(done))
        return _items.copied(done)

    def purge(self, *, drop_other_slots: bool = False, progress: Optional[OnProgress] = None) -> Copied:
        """Seals everything anew under new random keys, in a new file that holds no block of the old one. The slot of this
        handle goes along; others only if ``drop_other_slots`` gives them up."""
        done = sized(c.Copied)
        with copy_options(progress, drop_other_slots) as options:
            call(lib.strongroom_purge, self._handle, options, byref(done))
        return _items.copied(done)

    def rekey(
        self,
        *,
        passphrase: Optional[Value] = None,
        key_file: Optional[File] = None,
        raw_key: Optional[Value] = None,
        label: Optional[str] = None,
        kdf: Optional[KdfCost] = None,
        progress: Optional[OnProgress] = None,
    ) -> Copied:
        """As ``purge``, and what is given is then all that opens the store; ``label`` and ``kdf`` are those of its slot.

        Raises KdfLimitsError and OutOfMemoryError.
        """
        done = sized(c.Copied)
        with key(passphrase, key_file, raw_key) as handle, copy_options(progress, label=label, kdf=kdf) as options:
            call(lib.strongroom_rekey, self._handle, handle, options, byref(done))
        return _items.copied(done)
