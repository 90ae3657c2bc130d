"""Pages of the library as tuples."""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import byref, c_uint64
from typing import Any, Callable, Optional, TypeVar

from . import _items
from . import _structs as c
from ._call import call, freed, sized
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


def items(
    page: Optional[int], read: Callable[..., int], struct: type[Struct], convert: Callable[[Struct], Item]
) -> list[Item]:
    """The items of a page, each read by a strongroom_page_… function; frees the page."""
    with freed(lib.strongroom_page_free, page):
        return list(_items_of(page, lib.strongroom_page_len(page), read, struct, convert))


def secret(page: Optional[int]) -> SecretInfo:
    """The one secret of a page; frees the page."""
    return items(page, lib.strongroom_page_secret, c.SecretInfo, _items.secret_info)[0]


def version(page: Optional[int]) -> VersionInfo:
    """The one version of a page; frees the page."""
    return items(page, lib.strongroom_page_version, c.VersionInfo, _items.version_info)[0]


def namespaces(page: Optional[int], convert: Callable[[c.Namespace], Item]) -> list[Item]:
    """The namespaces of a page; frees it."""
    with freed(lib.strongroom_page_free, page):
        return list(_namespaces(page, convert))


def _namespaces(page: Optional[int], convert: Callable[[c.Namespace], Item]) -> Iterator[Item]:
    count = lib.strongroom_page_namespaces(page)
    return _items_of(page, count, lib.strongroom_page_namespace, c.Namespace, convert)


def files(page: Optional[int]) -> tuple[str, ...]:
    """The names of files of a page; frees it."""
    with freed(lib.strongroom_page_free, page):
        return tuple(lib.strongroom_page_file(page, index).decode() for index in range(lib.strongroom_page_len(page)))


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


def listed(page: Optional[int], counted: bool) -> Page:
    """A page of a list; frees it."""
    with freed(lib.strongroom_page_free, page):
        secrets = _items_of(
            page, lib.strongroom_page_len(page), lib.strongroom_page_secret, c.SecretInfo, _items.secret_info
        )
        return Page(
            items=tuple(secrets),
            namespaces=tuple(_namespaces(page, _items.namespace)),
            next_cursor=_next_cursor(page),
            has_more=bool(lib.strongroom_page_has_more(page)),
            total=_total(page) if counted else None,
        )


def audited(page: Optional[int]) -> AuditPage:
    """A page of the audit log; frees it."""
    with freed(lib.strongroom_page_free, page):
        count = lib.strongroom_page_len(page)
        return AuditPage(
            events=tuple(_items_of(page, count, lib.strongroom_page_event, c.AuditEvent, _items.audit_event)),
            next_cursor=_next_cursor(page),
            has_more=bool(lib.strongroom_page_has_more(page)),
        )
