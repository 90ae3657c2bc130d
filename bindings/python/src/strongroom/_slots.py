"""The ways into a store."""

from __future__ import annotations

import builtins
from ctypes import byref
from typing import TYPE_CHECKING, Any, Optional

from . import _items, _pages
from . import _structs as c
from ._call import call, owned, paged
from ._copies import cost_or_none
from ._keys import File, key
from ._native import lib
from ._secret import copied_value
from ._secret_bytes import Value
from ._text import text, text_or_none
from ._types import KdfCost, RecoveryCode, Slot
from ._uncopied import Uncopied

if TYPE_CHECKING:
    from ._store import Store


class Slots(Uncopied):
    """The key slots of a store: ``store.slots``.

    What adds one returns its id, and may raise AlreadyExistsError, LimitExceededError, KdfLimitsError and OutOfMemoryError.
    A ``label`` is what you call it; ``kdf``, of at least the store's floor, is what its passphrase costs to try.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(self) -> builtins.list[Slot]:
        """All slots."""
        page = paged(lib.strongroom_slots_list, self._store._handle)
        return _pages.items(page, lib.strongroom_page_slot, c.Slot, _items.slot)

    def add_passphrase(self, passphrase: Value, *, label: Optional[str] = None, kdf: Optional[KdfCost] = None) -> str:
        """Adds a slot that a passphrase opens."""
        with key(passphrase=passphrase) as handle:
            return self._add(handle, label, kdf)

    def add_key_file(
        self,
        key_file: File,
        *,
        passphrase: Optional[Value] = None,
        label: Optional[str] = None,
        kdf: Optional[KdfCost] = None,
    ) -> str:
        """Adds a slot that a key file opens, or only a key file and a passphrase together."""
        with key(passphrase=passphrase, key_file=key_file) as handle:
            return self._add(handle, label, kdf)

    def add_raw_key(self, raw_key: Value, *, label: Optional[str] = None) -> str:
        """Adds a slot that a key of 32 random bytes opens."""
        with key(raw_key=raw_key) as handle:
            return self._add(handle, label, None)

    def _add(self, handle: Any, label: Optional[str], kdf: Optional[KdfCost]) -> str:
        slot = c.SlotId()
        call(lib.strongroom_slots_add, self._store._handle, handle, *text_or_none(label), cost_or_none(kdf), byref(slot))
        return _id(slot)

    def add_recovery_code(self, *, label: Optional[str] = None) -> RecoveryCode:
        """Adds a slot with a new recovery code of 256 bits, to be written down: it is shown this once."""
        slot = c.SlotId()
        said = (self._store._handle, *text_or_none(label), byref(slot))
        with owned(lib.strongroom_secret_free, lib.strongroom_slots_add_recovery_code, *said) as code:
            return RecoveryCode(_id(slot), copied_value(code))

    def change_passphrase(self, old: Value, new: Value) -> None:
        """Replaces a passphrase by another one. When it returns, the old one opens nothing any more.

        Raises WrongKeyError if the old one opens no slot.
        """
        with key(passphrase=old) as old_key, key(passphrase=new) as new_key:
            call(lib.strongroom_slots_change_passphrase, self._store._handle, old_key, new_key)

    def remove(self, id: str, leave_raw_keys_only: bool = False) -> None:
        """Removes a slot; ``leave_raw_keys_only`` says that it may be the last one that a person can use.

        Raises NotFoundError, and InvalidArgumentError if it is the last.
        """
        call(lib.strongroom_slots_remove, self._store._handle, *text(id), bool(leave_raw_keys_only))

    def check(
        self,
        *,
        passphrase: Optional[Value] = None,
        key_file: Optional[File] = None,
        raw_key: Optional[Value] = None,
        recovery_code: Optional[Value] = None,
    ) -> str:
        """The id of the slot that this opens: a way to try a recovery code before it is needed. It counts as no use.

        Raises WrongKeyError if it opens none.
        """
        slot = c.SlotId()
        with key(passphrase, key_file, raw_key, recovery_code) as handle:
            call(lib.strongroom_slots_check, self._store._handle, handle, byref(slot))
        return _id(slot)


def _id(slot: c.SlotId) -> str:
    encoded: bytes = slot.text
    return encoded.decode()
