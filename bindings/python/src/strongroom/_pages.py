"""Pages of the library as tuples."""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import byref, c_uint64
from typing import Any, Callable, Optional, TypeVar

from . import _items
from . import _structs as c
from ._call import Owned, call, sized
from ._kinds import NotFoundError
from ._native import lib
from ._types import AuditPage, Page, SecretInfo, VersionInfo

Item = TypeVar("Item")
Struct = TypeVar("Struct")


def _items_of(
    page: Optional[int], count: int, read: Callable[..., int], struct: type[Any], convert: Callable[[Any], Item]
) -> Iterator[Item]:
    item = sized(struct)
    for index in range(count):
        call(read, page, index, byref(item))
        yield convert(item)


def items(page: Owned, read: Callable[..., int], struct: type[Struct], convert: Callable[[Struct], Item]) -> list[Item]:
    """The items of a page, each read by a strongroom_page_… function."""
    with page as handle:
        return list(_items_of(handle, lib.strongroom_page_len(handle), read, struct, convert))


def secret(page: Owned) -> SecretInfo:
    """The one secret of a page."""
    return items(page, lib.strongroom_page_secret, c.SecretInfo, _items.secret_info)[0]


def version(page: Owned) -> VersionInfo:
    """The one version of a page."""
    return items(page, lib.strongroom_page_version, c.VersionInfo, _items.version_info)[0]


def namespaces(page: Owned, convert: Callable[[c.Namespace], Item]) -> list[Item]:
    """The namespaces of a page."""
    with page as handle:
        return list(_namespaces(handle, convert))


def _namespaces(page: Optional[int], convert: Callable[[c.Namespace], Item]) -> Iterator[Item]:
    count = lib.strongroom_page_namespaces(page)
    return _items_of(page, count, lib.strongroom_page_namespace, c.Namespace, convert)


def files(page: Owned) -> tuple[str, ...]:
    """The names of files of a page."""
    with page as handle:
        return tuple(lib.strongroom_page_file(handle, index).decode() for index in range(lib.strongroom_page_len(handle)))


def _total(page: Optional[int]) -> Optional[int]:
    total = c_uint64()
    try:
        call(lib.strongroom_page_total, page, byref(total))
    except NotFoundError:
        return None
    return total.value


def _next_cursor(page: Optional[int]) -> Optional[str]:
    cursor = lib.strongroom_page_next_cursor(page)
    return None if cursor is None else cursor.decode()


def listed(page: Owned, counted: bool) -> Page:
    """A page of a list."""
    with page as handle:
        count = lib.strongroom_page_len(handle)
        return Page(
            items=tuple(_items_of(handle, count, lib.strongroom_page_secret, c.SecretInfo, _items.secret_info)),
            namespaces=tuple(_namespaces(handle, _items.namespace)),
            next_cursor=_next_cursor(handle),
            has_more=bool(lib.strongroom_page_has_more(handle)),
            total=_total(handle) if counted else None,
        )


def audited(page: Owned) -> AuditPage:
    """A page of the audit log."""
    with page as handle:
        count = lib.strongroom_page_len(handle)
        return AuditPage(
            events=tuple(_items_of(handle, count, lib.strongroom_page_event, c.AuditEvent, _items.audit_event)),
            next_cursor=_next_cursor(handle),
            has_more=bool(lib.strongroom_page_has_more(handle)),
        )
