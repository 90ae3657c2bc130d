"""Signing with secrets, and checking who signed, without showing the secret."""

from __future__ import annotations

from ctypes import byref, c_uint32, c_uint64, create_string_buffer
from datetime import datetime
from typing import Any, Callable, Union

from . import _constants as k
from . import _items
from ._buffers import borrowed, compared
from ._call import call
from ._native import lib
from ._numbers import i64
from ._secret_bytes import Value
from ._text import text
from ._time import to_seconds
from ._types import SignatureCheck


class Signing:
    """What a store and a transaction can do with secrets that sign: HMAC-SHA-256 (RFC 2104) under the value.

    A secret that signs payloads should sign no requests. An empty value is an InvalidArgumentError, because everybody can
    sign with that.
    """

    _handle: Any

    def sign_payload(self, path: str, payload: Value) -> str:
        """Signs a payload with the current value of a secret: ``"sha256="`` and 64 hexadecimal digits.

        Raises NotFoundError, DestroyedError and ExpiredError.
        """
        return self._sign(lib.strongroom_sign_payload, (*text(path),), payload)

    def verify_payload(self, path: str, payload: Value, signature: str) -> SignatureCheck:
        """Whether a payload was signed with the current value of a secret or one in grace: ``if
        store.verify_payload(…)``. It takes the same time wherever the signatures differ; a text that is no signature is a
        wrong one.

        Raises NotFoundError and ExpiredError.
        """
        return self._verify(lib.strongroom_verify_payload, (*text(path),), payload, signature)

    def sign_request(self, path: str, timestamp: Union[int, datetime], body: Value) -> str:
        """Signs a request of this time: the payload that is the time in seconds since the Unix epoch, a dot and the body.
        Whoever verifies it needs these seconds as well; of a datetime the fraction is dropped.

        Raises NotFoundError, DestroyedError and ExpiredError.
        """
        return self._sign(lib.strongroom_sign_request, (*text(path), _seconds(timestamp)), body)

    def verify_request(self, path: str, timestamp: Union[int, datetime], body: Value, signature: str) -> SignatureCheck:
        """As ``verify_payload``, of a request, whose time must lie within 300 seconds of now. Within them a request is as
        good twice: keep what was seen, if that matters.

        Raises NotFoundError and ExpiredError.
        """
        return self._verify(lib.strongroom_verify_request, (*text(path), _seconds(timestamp)), body, signature)

    def _sign(self, sign: Callable[..., int], what: tuple[Any, ...], payload: Value) -> str:
        signature = create_string_buffer(k.SIGNATURE_LEN)
        with borrowed(payload) as (address, length):
            call(sign, self._handle, *what, address, length, signature, len(signature))
        return signature.value.decode()

    def _verify(self, verify: Callable[..., int], what: tuple[Any, ...], payload: Value, signature: str) -> SignatureCheck:
        found, version = c_uint32(), c_uint64()
        signed = _foreign(signature)
        with compared(payload) as (can_be, said):
            call(verify, self._handle, *what, *said, *signed, byref(found), byref(version))
        return _items.signature_check(found.value if can_be else k.SIGNATURE_WRONG, version.value)


def _seconds(timestamp: Union[int, datetime]) -> int:
    return i64(to_seconds(timestamp) if isinstance(timestamp, datetime) else timestamp)


def _foreign(signature: str) -> tuple[bytes, int]:
    """A text that may come from anybody: what is no Unicode is replaced, and so no error but a wrong signature."""
    if not isinstance(signature, str):
        raise TypeError(f"a signature must be text, not {type(signature).__name__}")
    encoded = signature.encode(errors="replace")
    return encoded, len(encoded)
