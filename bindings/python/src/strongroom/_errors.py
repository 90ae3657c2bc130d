"""The base of every error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional


class Error(Exception):
    """What the library refused or failed to do. Its text is one sentence for a person, and never holds a secret.

    Each kind of error is a subclass; an error of a kind that this package does not know is an ``Error`` itself.
    """

    #: The number of the kind, ``STRONGROOM_E_…`` of the C header; 0 for ``Error`` itself if it is not known.
    code: int = 0
    #: The name of the kind, such as ``"not_found"``.
    name: str = "unknown"
    #: What is known beyond the message: ``holder`` of a file in use, and what is in the other attributes.
    details: dict[str, Any]
    #: Whether the very same call may succeed later, because what was in the way may go by itself.
    retryable: bool
    #: The operating system's number of the error behind this one (errno), or None.
    os_error: Optional[int]

    def __init__(self, message: str, code: Optional[int] = None, details: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__(message)
        self._message = message
        if code is not None:
            self.code = code
        self.details = dict(details or {})
        self.name = str(self.details.get("name", self.name))
        self.retryable = bool(self.details.get("retryable"))
        self.os_error = self.details.get("os_error") or None
        if isinstance(self, OSError):
            _number(self, self.os_error, message)

    def __str__(self) -> str:
        return self._message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._message, self.code, self.details)


def _number(error: OSError, number: Optional[int], message: str) -> None:
    """Gives an error of the operating system its number."""
    error.errno, error.strerror = number, message
