"""Every operation on secrets. A store and a transaction have them in common."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from ctypes import byref, c_int32, c_size_t, c_uint64, c_void_p
from datetime import datetime
from typing import Any, Callable, NoReturn, Optional, TypeVar, Union

from . import _items, _pages
from . import _structs as c
from ._buffers import compared
from ._call import call, failure, owned, paged, sized
from ._changes import UNCHANGED, Changes, Every, Expect, Inheritable, Moment
from ._context import SAYS_NOTHING, Context
from ._duration import Duration
from ._errors import Error
from ._finalize import Held, close
from ._generator import Generator, new_value
from ._kinds import NotFoundError
from ._native import direct, lib
from ._numbers import u64
from ._places import (
    LENGTHS,
    ZEROS,
    SecretRoom,
    ValueRoom,
    place_for_secret,
    place_for_value,
    unused_for_secrets,
    unused_for_values,
)
from ._policy import Policy
from ._query import Query
from ._rotation import Rotation
from ._secret import Secret, copied_secret, copied_value, taken, taken_secret
from ._secret_bytes import SecretBytes, Value
from ._signing import Signing
from ._text import Tags, has_utf8, no_utf8, text, text_or_none
from ._texts import Texts
from ._types import Deleted, Destroyed, Namespace, Page, Renamed, SecretInfo, Stats, Swept, TagCount, VersionInfo, Written
from ._uncopied import Uncopied

_read = direct("strongroom_read_block")
_take_value_place, _give_value_place = unused_for_values.pop, unused_for_values.append
_take_secret_place, _give_secret_place = unused_for_secrets.pop, unused_for_secrets.append
_new: Any = object.__new__

Self = TypeVar("Self", bound="Operations")


class Operations(Uncopied, Rotation, Signing):
    """What a store and a transaction can do with secrets. On a store each call is a commit of its own, and durable when it
    returns; in a transaction all of them are one.

    Each may raise ClosedError, LockedError, PoisonedError, TamperedError, IoError and ForkedError; each that writes also
    ReadOnlyError, InUseError, ReentrantError and DiskFullError. What breaks a rule is an InvalidArgumentError, what is of a
    wrong type a TypeError.

    Every change of secrets takes an ``idempotency_key`` of 1 to 255 bytes. If the same operation is asked for again under
    it, with the same arguments, it is not made again, and returns what it returned the first time, with ``replayed`` set;
    with other arguments it is an IdempotencyConflictError. The key is remembered in the commit of the change, and so not if
    that failed, for as long as ``policy`` says. Inside a transaction it is an InvalidArgumentError.
    """

    def __init__(self, context: Context = SAYS_NOTHING, of: Optional[Operations] = None) -> None:
        """Is to have a handle whose calls say this of themselves, and which comes from another one."""
        self._held: Held = Held(close, None if of is None else of._held)
        self._context = context

    def _obtain(self: Self, function: Callable[..., int], *arguments: Any) -> Self:
        """Takes the handle that a function writes."""
        self._handle = self._held.take(function, *arguments)
        self._this: Any = c_void_p.from_param(self._handle)
        return self

    # Reading

    def get(self, path: str, version: Optional[int] = None) -> Secret:
        """Reads the current version of a secret, or another one, from 1. Use the result in ``with``, which wipes the value.

        Raises NotFoundError and DestroyedError.
        """
        try:
            encoded = path.encode() if isinstance(path, str) else text(path)[0]
            length = LENGTHS[len(encoded)]
        except UnicodeEncodeError:
            raise no_utf8() from None
        except IndexError:
            length = c_size_t(len(encoded))
        try:
            place = _take_secret_place()
        except IndexError:
            place = place_for_secret()
        reading, handle, error, to_reading, to_handle, to_error = place
        if version is not None:
            reading.version = u64(version) or self._no_version_0(path)
        # Its bytes are wiped from here on, whatever happens. Calls of __init__ would take longer than what they do.
        value: SecretBytes = _new(SecretBytes)
        value._zeros = ZEROS
        value._array = block = SecretRoom()
        try:
            status = _read(self._this, encoded, length, to_reading, block, to_handle, to_error)
            if status:
                raise failure(status, error.value)
            if handle:
                return taken(handle, copied_secret)
        except BaseException:
            # A signal handler can raise where a function begins: here is none.
            try:
                lib.strongroom_secret_free(handle)
            finally:
                lib.strongroom_error_free(error)
            raise
        value._length = reading.value_len
        found = Secret()
        found.value = value
        found.version = reading.found_version
        found._info = None
        found._known = block
        if version is not None:
            reading.version = 0
        _give_secret_place(place)
        return found

    def _no_version_0(self, path: str) -> NoReturn:
        """Versions are counted from 1, but to C a 0 means the current one."""
        raise NotFoundError(f"the secret at {self.info(path).path} has no version 0")

    def get_many(self, paths: Iterable[str]) -> builtins.list[Union[Secret, Error]]:
        """Reads the current versions of several secrets, all of one state of the store: in the order of the paths a secret
        each, or the error that reading it gave."""
        texts = Texts(_several(paths))
        reading = (lib.strongroom_get_many, self._handle, texts.array, texts.count)
        with owned(lib.strongroom_secrets_free, *reading) as found:
            return [self._take(found, index) for index in range(texts.count)]

    def _take(self, found: Any, index: int) -> Union[Secret, Error]:
        try:
            return taken_secret(lib.strongroom_secrets_take, found, index)
        except Error as error:
            return error

    def matches(self, path: str, candidate: Value) -> bool:
        """Whether this is the current value of a secret, without showing it. How long it takes does not depend on where
        they differ.

        Raises NotFoundError and DestroyedError.
        """
        answer = c_int32()
        with compared(candidate) as (can_be, said):
            call(lib.strongroom_matches, self._handle, *text(path), *said, byref(answer))
        return bool(answer.value) and can_be

    def info(self, path: str) -> SecretInfo:
        """What is known of a secret without its value. Raises NotFoundError."""
        return _pages.secret(paged(lib.strongroom_info, self._handle, *text(path)))

    def versions(self, path: str) -> builtins.list[VersionInfo]:
        """What is known of the versions of a secret, from the oldest. Raises NotFoundError."""
        page = paged(lib.strongroom_versions, self._handle, *text(path))
        return _pages.items(page, lib.strongroom_page_version, c.VersionInfo, _items.version_info)

    # Writing

    def put(
        self,
        path: str,
        value: Optional[Value] = None,
        *,
        generate: Optional[Generator] = None,
        expect: Expect = None,
        tags: Optional[Tags] = None,
        add_tags: Optional[Tags] = None,
        remove_tags: Optional[Iterable[str]] = None,
        description: Optional[str] = None,
        tier: Optional[str] = None,
        content_type: Optional[str] = None,
        note: Optional[str] = None,
        max_versions: Inheritable = UNCHANGED,
        trash_days: Inheritable = UNCHANGED,
        expires_in: Optional[Duration] = None,
        expires_at: Moment = UNCHANGED,
        on_expiry: Optional[str] = None,
        rotate_every: Every = UNCHANGED,
        idempotency_key: Optional[str] = None,
    ) -> Written:
        """Writes a secret: a new one, or the next version of one that is there. The value is ``value``, or one that
        ``generate`` makes and nobody sees before it is read. What is left out stays as it is.

        ``expect="absent"`` writes only where no secret is, ``expect=3`` only over version 3. ``tags``, a mapping or bare
        labels, are then all there are; ``add_tags`` and ``remove_tags`` leave the others. ``note`` is of this version. None
        for ``max_versions`` (0 is all) and ``trash_days`` is what the namespace or the store says.

        ``expires_in`` or ``expires_at`` is from when on no value of the secret is read; a sweep then does nothing
        (``on_expiry="block"``), or puts it into the trash (``"trash"``). A version that gets as old as ``rotate_every`` is
        ``due``. Durations are seconds, a timedelta or a text such as ``"90d"``; None takes ``expires_at`` and
        ``rotate_every`` away.

        Raises AlreadyExistsError, ConflictError, LimitExceededError, and ExpiredError if the secret has expired and is given
        no other expiry.
        """
        changes = Changes(
            tags=tags,
            add_tags=add_tags,
            remove_tags=remove_tags,
            description=description,
            tier=tier,
            content_type=content_type,
            note=note,
            max_versions=max_versions,
            trash_days=trash_days,
            expires_in=expires_in,
            expires_at=expires_at,
            on_expiry=on_expiry,
            rotate_every=rotate_every,
            expect=expect,
        )
        done = sized(c.Written)
        with changes.handle() as handle, new_value(value, generate) as (generated, new), self._once(idempotency_key) as once:
            write = lib.strongroom_put_generated if generated else lib.strongroom_put
            call(write, once.handle, *text(path), *new, handle, byref(done))
        return once.told(_items.written(done))

    def update(
        self,
        path: str,
        *,
        tags: Optional[Tags] = None,
        add_tags: Optional[Tags] = None,
        remove_tags: Optional[Iterable[str]] = None,
        description: Optional[str] = None,
        tier: Optional[str] = None,
        content_type: Optional[str] = None,
        max_versions: Inheritable = UNCHANGED,
        trash_days: Inheritable = UNCHANGED,
        expires_in: Optional[Duration] = None,
        expires_at: Moment = UNCHANGED,
        on_expiry: Optional[str] = None,
        rotate_every: Every = UNCHANGED,
        expect_meta_version: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> SecretInfo:
        """Changes what is known of a secret, without a new version. What is left out stays as it is; ``""`` takes a text
        away. ``tags`` are then all there are; ``add_tags`` and ``remove_tags`` leave the others. Expiry and rotation are as
        in ``put``.

        Raises NotFoundError, LimitExceededError, and ConflictError if the metadata have another number than expected.
        """
        changes = Changes(
            tags=tags,
            add_tags=add_tags,
            remove_tags=remove_tags,
            description=description,
            tier=tier,
            content_type=content_type,
            max_versions=max_versions,
            trash_days=trash_days,
            expires_in=expires_in,
            expires_at=expires_at,
            on_expiry=on_expiry,
            rotate_every=rotate_every,
            expect_meta_version=expect_meta_version,
        )
        with changes.handle() as handle, self._once(idempotency_key) as once:
            found = _pages.secret(paged(lib.strongroom_update, once.handle, *text(path), handle))
        return once.told(found)

    def rollback(self, path: str, version: int, *, idempotency_key: Optional[str] = None) -> Written:
        """Writes an older version once more, as a new one. Raises NotFoundError and DestroyedError.

        It takes one that is retired too, whose value cannot be read any more: the way back from a rotation to a wrong value.
        """
        done = sized(c.Written)
        with self._once(idempotency_key) as once:
            call(lib.strongroom_rollback, once.handle, *text(path), u64(version), byref(done))
        return once.told(_items.written(done))

    def rename(self, path: str, new: str, allow_large: bool = False, *, idempotency_key: Optional[str] = None) -> Written:
        """Gives a secret another path. Its id and its versions stay; their values are sealed anew, which above 64 MiB needs
        ``allow_large``.

        Raises NotFoundError, AlreadyExistsError and LimitExceededError.
        """
        done = sized(c.Written)
        with self._once(idempotency_key) as once:
            call(lib.strongroom_rename, once.handle, *text(path), *text(new), bool(allow_large), byref(done))
        return once.told(_items.written(done))

    def rename_prefix(
        self, old: str, new: str, allow_large: bool = False, *, idempotency_key: Optional[str] = None
    ) -> Renamed:
        """Gives everything below a namespace another one, all or nothing; returns the number of secrets.

        Raises NotFoundError, AlreadyExistsError and LimitExceededError.
        """
        renamed = c_uint64()
        with self._once(idempotency_key) as once:
            call(lib.strongroom_rename_prefix, once.handle, *text(old), *text(new), bool(allow_large), byref(renamed))
        made = Renamed(renamed.value)
        made.replayed = once.replayed
        return made

    # Taking away

    def delete(self, path: str, *, idempotency_key: Optional[str] = None) -> Deleted:
        """Moves a secret to the trash. Its path is free at once. Raises NotFoundError."""
        done = sized(c.Deleted)
        with self._once(idempotency_key) as once:
            call(lib.strongroom_delete, once.handle, *text(path), byref(done))
        return once.told(_items.deleted(done))

    def restore(self, path_or_id: str, to: Optional[str] = None, *, idempotency_key: Optional[str] = None) -> Written:
        """Takes a secret out of the trash: by its id, or by the path it had, where the last deleted one is meant. It comes
        back to that path, or to another one.

        Raises NotFoundError and AlreadyExistsError.
        """
        done = sized(c.Written)
        with self._once(idempotency_key) as once:
            call(lib.strongroom_restore, once.handle, *text(path_or_id), *text_or_none(to), byref(done))
        return once.told(_items.written(done))

    def destroy(self, path_or_id: str, *, idempotency_key: Optional[str] = None) -> Destroyed:
        """Destroys a secret for good, with all its versions, live or in the trash. Raises NotFoundError."""
        with self._once(idempotency_key) as once:
            call(lib.strongroom_destroy, once.handle, *text(path_or_id))
        return Destroyed(once.replayed)

    def delete_version(self, path: str, version: int, *, idempotency_key: Optional[str] = None) -> VersionInfo:
        """Deletes one version: it cannot be read, and can be restored for as many days as the trash has.

        Raises NotFoundError and DestroyedError.
        """
        return self._change_version(lib.strongroom_delete_version, path, version, idempotency_key)

    def restore_version(self, path: str, version: int, *, idempotency_key: Optional[str] = None) -> VersionInfo:
        """Restores a deleted version; of one that is not deleted it changes nothing.

        Raises NotFoundError and DestroyedError.
        """
        return self._change_version(lib.strongroom_restore_version, path, version, idempotency_key)

    def destroy_version(self, path: str, version: int, *, idempotency_key: Optional[str] = None) -> VersionInfo:
        """Destroys the value of one version for good. Raises NotFoundError and DestroyedError."""
        return self._change_version(lib.strongroom_destroy_version, path, version, idempotency_key)

    def sweep(self, items: int = 1000, confirm_clock: bool = False) -> Swept:
        """Removes for good what is past its time in the trash, at most ``items`` secrets and single versions, and the events
        of the audit log that the policy does not keep.
        ``confirm_clock`` says that the clock is right, even if it went forward by more than a year at once."""
        done = sized(c.Swept)
        call(lib.strongroom_sweep, self._handle, u64(items), bool(confirm_clock), byref(done))
        return _items.swept(done)

    # Looking around

    def list(
        self,
        under: Optional[str] = None,
        *,
        tags: Optional[Tags] = None,
        has_tags: Optional[Iterable[str]] = None,
        without_tags: Optional[Iterable[str]] = None,
        tier: Optional[str] = None,
        state: str = "live",
        sort: str = "path",
        updated_since: Optional[datetime] = None,
        recursive: bool = True,
        limit: int = 50,
        cursor: Optional[str] = None,
        count: bool = False,
    ) -> Page:
        """A page of secrets, without their values: those below a namespace that pass all the tests.

        ``tags`` are tags with their values (or bare labels), ``has_tags`` and ``without_tags`` keys whatever the value.
        With ``updated_since`` the value or what is known of it changed then or later, or in the same millisecond. ``state``
        is ``"live"``, ``"trash"`` or ``"all"``; ``sort`` is ``"path"``, or ``"updated"`` for the latest change first. With
        ``recursive=False`` the page has what is directly in the namespace, and the namespaces directly below.
        ``cursor`` continues behind the page that gave it; ``count`` has the first page say how many there are in all.

        Raises InvalidCursorError and LimitExceededError.
        """
        query = Query(under, tags, has_tags, without_tags, tier, state, sort, updated_since, recursive, limit, cursor, count)
        return self._list(query)

    def _list(self, query: Query) -> Page:
        with query.handle() as handle:
            return _pages.listed(paged(lib.strongroom_list, self._handle, handle), query.count)

    def scan(
        self,
        under: Optional[str] = None,
        *,
        tags: Optional[Tags] = None,
        has_tags: Optional[Iterable[str]] = None,
        without_tags: Optional[Iterable[str]] = None,
        tier: Optional[str] = None,
        state: str = "live",
        sort: str = "path",
        updated_since: Optional[datetime] = None,
        recursive: bool = True,
        limit: int = 500,
    ) -> Iterator[SecretInfo]:
        """All secrets that ``list`` would show, page by page of ``limit``. Between pages nothing is held: a secret that is
        written meanwhile may be shown or not."""
        query = Query(under, tags, has_tags, without_tags, tier, state, sort, updated_since, recursive, limit)
        while True:
            page = self._list(query)
            yield from page.items
            if not page.has_more:
                return
            query.cursor = page.next_cursor

    def namespaces(self, under: Optional[str] = None) -> builtins.list[Namespace]:
        """The namespaces directly below another one, or all the uppermost ones."""
        page = paged(lib.strongroom_namespaces, self._handle, *text_or_none(under))
        return _pages.namespaces(page, _items.namespace)

    def tag_keys(self) -> builtins.list[TagCount]:
        """Every key of tags."""
        page = paged(lib.strongroom_tag_keys, self._handle)
        return _pages.items(page, lib.strongroom_page_tag_count, c.TagCount, _items.tag_count)

    def tag_values(self, key: str) -> builtins.list[TagCount]:
        """Every value of the tags of one key."""
        page = paged(lib.strongroom_tag_values, self._handle, *text(key))
        return _pages.items(page, lib.strongroom_page_tag_count, c.TagCount, _items.tag_count)

    def stats(self, under: Optional[str] = None) -> Stats:
        """Counts secrets, versions and bytes below a namespace, or everywhere. It takes a look at each secret."""
        counts = sized(c.Counts)
        page = paged(lib.strongroom_stats, self._handle, *text_or_none(under), byref(counts))
        return _items.stats(counts, _pages.namespaces(page, _items.namespace_stats))

    @property
    def policy(self) -> Policy:
        """What is kept and for how long, how reads are audited, and what passphrases cost at least."""
        return Policy(self)

    def _together(self) -> AbstractContextManager[Any]:
        """A handle on which several calls are one commit."""
        return nullcontext(self._handle)

    # As a mapping from paths to values

    def __getitem__(self, path: str) -> SecretBytes:
        """The current value. Raises NotFoundError, which is a KeyError, and DestroyedError."""
        try:
            encoded = path.encode() if isinstance(path, str) else text(path)[0]
            length = LENGTHS[len(encoded)]
        except UnicodeEncodeError:
            raise no_utf8() from None
        except IndexError:
            length = c_size_t(len(encoded))
        try:
            place = _take_value_place()
        except IndexError:
            place = place_for_value()
        reading, handle, error, to_reading, to_handle, to_error = place
        value: SecretBytes = _new(SecretBytes)
        value._zeros = ZEROS
        value._array = room = ValueRoom()
        try:
            status = _read(self._this, encoded, length, to_reading, room, to_handle, to_error)
            if status:
                raise failure(status, error.value)
            if handle:
                return taken(handle, copied_value)
        except BaseException:
            # A signal handler can raise where a function begins: here is none.
            try:
                lib.strongroom_secret_free(handle)
            finally:
                lib.strongroom_error_free(error)
            raise
        value._length = reading.value_len
        _give_value_place(place)
        return value

    def __setitem__(self, path: str, value: Value) -> None:
        """Writes a secret, as ``put``."""
        self.put(path, value)

    def __delitem__(self, path: str) -> None:
        """Moves a secret to the trash, as ``delete``."""
        self.delete(path)

    def __contains__(self, path: object) -> bool:
        """Whether there is a live secret at a path."""
        if not isinstance(path, str) or not has_utf8(path):
            return False
        try:
            self.info(path)
        except NotFoundError:
            return False
        return True

    def __bool__(self) -> bool:
        """True, also without secrets: ``transaction or store`` is what it looks like."""
        return True

    def __len__(self) -> int:
        """How many live secrets there are. It takes a look at each of them."""
        total = self.list(limit=1, count=True).total
        return 0 if total is None else total

    def __iter__(self) -> Iterator[str]:
        """The paths of all live secrets, in order."""
        return (info.path for info in self.scan())


def _several(paths: Iterable[str]) -> Iterable[str]:
    """TypeError for a single path, whose letters would be taken for them."""
    if isinstance(paths, (str, bytes)):
        raise TypeError("expected several paths, not one text")
    return paths
