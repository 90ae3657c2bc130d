"""Secret bytes: never shown by accident, and wiped."""

from __future__ import annotations

import array
import copy
import ctypes
import hmac
import pickle
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strongroom
from strongroom import SecretBytes
from strongroom._encode import encode, wipe


def test_they_show_nothing_by_accident() -> None:
    secret = SecretBytes("hunter2")
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{secret!r}", f"{secret!s}"):
        assert "hunter2" not in shown
        assert "7" not in shown
    for refused in (pickle.dumps, copy.copy, copy.deepcopy, hash):
        with pytest.raises(TypeError):
            refused(secret)


def test_they_can_be_read_on_purpose() -> None:
    secret = SecretBytes("pässword")
    assert secret.reveal() == "pässword"
    assert bytes(secret) == "pässword".encode()
    assert len(secret) == 9
    view = secret.view()
    assert (view.readonly, view.format, view.tobytes()) == (True, "B", "pässword".encode())
    assert view.cast("B")[0] == ord("p")
    with pytest.raises(TypeError):
        view[0] = 1


def test_they_compare_with_text_and_buffers() -> None:
    secret = SecretBytes(b"abc")
    for same in (b"abc", bytearray(b"abc"), memoryview(b"xabc")[1:], memoryview(b"axbxc")[::2], "abc", SecretBytes("abc")):
        assert secret == same
        assert (secret != same) is False
    numbers = memoryview(array.array("I", range(7)))
    assert SecretBytes(numbers[::-2]) == numbers[::-2].tobytes()
    for other in (b"abd", b"ab", b"abcd", "", b"", SecretBytes(), 7, None, ["abc"]):
        assert secret != other


def test_what_is_no_text_is_not_in_the_error() -> None:
    with pytest.raises(ValueError, match="not UTF-8") as caught:
        SecretBytes(b"top\xff").reveal()
    assert caught.value.__context__ is None
    assert not isinstance(caught.value, UnicodeDecodeError)


def test_wiped_bytes_are_gone() -> None:
    with SecretBytes(b"abc") as secret:
        view = secret.view()
    assert view.tobytes() == bytes(3)
    assert repr(secret) == "<SecretBytes: wiped>"
    for use in (len, bytes, SecretBytes.reveal, SecretBytes.view, lambda wiped: wiped == b"abc"):
        with pytest.raises(strongroom.ClosedError):
            use(secret)
    secret.wipe()


def test_garbage_is_wiped() -> None:
    secret = SecretBytes(b"abc")
    array, gone = secret._array, weakref.ref(secret)
    del secret
    assert gone() is None
    assert array.raw == bytes(3)


def test_a_view_keeps_the_bytes(store: strongroom.Store) -> None:
    # Else this would sign with zeros, and say nothing.
    store["a"] = "abc"
    expected = hmac.digest(b"abc", b"payload", "sha256")
    item = hmac.digest(store["a"].view(), b"payload", "sha256")
    got = hmac.digest(store.get("a").value.view(), b"payload", "sha256")
    assert (item, got) == (expected, expected)
    secret = SecretBytes(b"abc")
    array, view, gone = secret._array, secret.view()[1:], weakref.ref(secret)
    del secret
    assert (view.tobytes(), array.raw) == (b"bc", b"abc")
    del view
    assert gone() is None
    assert array.raw == bytes(3)


def test_a_view_of_a_wiped_secret_shows_zeros(store: strongroom.Store) -> None:
    store["a"] = "abc"
    with store.get("a") as secret:
        view = secret.value.view()
    assert view.tobytes() == bytes(3)


def test_all_of_them_are_wiped() -> None:
    for length in (*range(0, 1100, 7), 256, 5000):
        secret = SecretBytes(b"x" * length)
        view = secret.view()
        secret.wipe()
        assert view.tobytes() == bytes(length)


def test_the_original_is_left_alone() -> None:
    original = bytearray(b"abc")
    SecretBytes(original).wipe()
    assert original == b"abc"


@given(st.one_of(st.text(), st.text("aä€\U0001f600\ud800\udfff")))
def test_text_is_encoded_as_python_does(text: str) -> None:
    try:
        expected = text.encode()
    except UnicodeEncodeError:
        with pytest.raises(strongroom.InvalidArgumentError, match="UTF-8"):
            encode(text)
    else:
        assert encode(text) == expected


def test_encoded_text_never_moves_and_is_wiped() -> None:
    for text in ("a" * 5000, "ä" * 5000):
        encoded = encode(text)
        address = ctypes.addressof(ctypes.c_char.from_buffer(encoded))
        wipe(encoded)
        assert ctypes.string_at(address, len(encoded)) == bytes(len(encoded))
    wipe(bytearray())
