"""Signatures of payloads and of requests."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta, timezone

import pytest
from conftest import START
from hypothesis import given
from hypothesis import strategies as st

import strongroom
from strongroom import SecretBytes, SignatureCheck

NOW = START.replace(microsecond=0)
SECONDS = int(NOW.timestamp())
WRONG = SignatureCheck(False, None, "wrong")


def by_hand(key: bytes, payload: bytes) -> str:
    return "sha256=" + hmac.new(key, payload, hashlib.sha256).hexdigest()


@pytest.fixture
def signer(store: strongroom.Store) -> strongroom.Store:
    store.put("hook", "a key that both sides know")
    return store


@given(st.binary(min_size=1, max_size=200), st.binary(max_size=200), st.integers(-(2**63), 2**63 - 1))
def test_signatures_are_those_of_the_standard_library(key: bytes, payload: bytes, timestamp: int) -> None:
    with strongroom.Store.in_memory() as store:
        store.put("hook", key)
        assert store.sign_payload("hook", payload) == by_hand(key, payload)
        assert store.sign_request("hook", timestamp, payload) == by_hand(key, b"%d.%s" % (timestamp, payload))


def test_a_check_is_true_if_the_signature_is_valid(signer: strongroom.Store) -> None:
    signature = signer.sign_payload("hook", "payload")
    check = signer.verify_payload("hook", b"payload", signature)
    assert check
    assert (check.valid, check.version, check.reason) == (True, 1, None)
    for payload in (bytearray(b"payload"), memoryview(b"payload"), SecretBytes("payload")):
        assert signer.sign_payload("hook", payload) == signature
        assert signer.verify_payload("hook", payload, signature) == check
    wrong = signer.verify_payload("hook", "other", signature)
    assert not wrong
    assert (wrong.valid, wrong.version, wrong.reason) == (False, None, "wrong")


@pytest.mark.parametrize(
    "signature",
    ["", "none", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "ünï", "\ud800", "sha256=\0", "x" * 10_000],
    ids=lambda text: ascii(text[:20]),
)
def test_what_anybody_sends_is_wrong_and_no_error(signer: strongroom.Store, signature: str) -> None:
    assert signer.verify_payload("hook", "payload", signature) == WRONG
    assert signer.verify_request("hook", NOW, "payload", signature) == WRONG


def test_versions_in_grace_still_sign_well(signer: strongroom.Store, clock: strongroom.ManualClock) -> None:
    old = signer.sign_payload("hook", "payload")
    until = signer.rotate("hook", "new", 60).old_expires_at
    assert signer.sign_payload("hook", "payload") == by_hand(b"new", b"payload")
    clock.set(until - timedelta(milliseconds=1))
    assert signer.verify_payload("hook", "payload", old).version == 1
    clock.set(until)
    assert signer.verify_payload("hook", "payload", old) == WRONG


@pytest.mark.parametrize(
    ("passed", "reason"),
    [(-300_001, "too_early"), (-300_000, None), (0, None), (300_000, None), (300_001, "too_old")],
)
def test_requests_are_taken_in_time(passed: int, reason: str | None) -> None:
    clock = strongroom.ManualClock(NOW + timedelta(milliseconds=passed))
    with strongroom.Store.in_memory(clock=clock) as store:
        store.put("hook", "key")
        signature = store.sign_request("hook", SECONDS, "body")
        check = store.verify_request("hook", SECONDS, "body", signature)
        assert check == SignatureCheck(reason is None, 1 if reason is None else None, reason)
        assert store.verify_request("hook", SECONDS, "other", signature) == WRONG
        assert store.verify_request("hook", SECONDS + 1, "body", signature) == WRONG


def test_times_are_seconds_or_datetimes(signer: strongroom.Store) -> None:
    signature = signer.sign_request("hook", SECONDS, "body")
    for time in (NOW, NOW.astimezone(timezone(timedelta(hours=5))), NOW + timedelta(microseconds=999_999)):
        assert signer.sign_request("hook", time, "body") == signature
        assert signer.verify_request("hook", time, "body", signature)
    before = datetime(1969, 12, 31, 23, 59, 58, 500_000, tzinfo=timezone.utc)
    assert signer.sign_request("hook", before, "") == signer.sign_request("hook", -2, "")


def test_signing_in_a_transaction(signer: strongroom.Store) -> None:
    with signer.transaction() as tx:
        tx.put("hook", "new")
        signature = tx.sign_request("hook", NOW, "body")
        assert tx.verify_request("hook", NOW, "body", signature).version == 2
        assert tx.verify_payload("hook", "body", tx.sign_payload("hook", "body")).version == 2
        assert not signer.verify_request("hook", NOW, "body", signature)


def test_what_cannot_sign_is_an_error(signer: strongroom.Store) -> None:
    signer.put("empty", "")
    signature = by_hand(b"", b"payload")
    for path, kind in (("no/such", strongroom.NotFoundError), ("empty", strongroom.InvalidArgumentError)):
        for use in (
            lambda path=path: signer.sign_payload(path, "payload"),
            lambda path=path: signer.verify_payload(path, "payload", signature),
            lambda path=path: signer.sign_request(path, 0, "payload"),
            lambda path=path: signer.verify_request(path, 0, "payload", signature),
        ):
            with pytest.raises(kind):
                use()


def test_wrong_types_and_numbers_are_refused(signer: strongroom.Store) -> None:
    for use in (
        lambda: signer.sign_payload("hook", None),  # type: ignore[arg-type]
        lambda: signer.sign_payload(b"hook", "payload"),  # type: ignore[arg-type]
        lambda: signer.verify_payload("hook", "payload", b"sha256="),  # type: ignore[arg-type]
        lambda: signer.verify_payload("hook", "payload", None),  # type: ignore[arg-type]
        lambda: signer.sign_request("hook", 1.5, "body"),  # type: ignore[arg-type]
        lambda: signer.sign_request("hook", "1", "body"),  # type: ignore[arg-type]
        lambda: signer.sign_request("hook", NOW.replace(tzinfo=None), "body"),
    ):
        with pytest.raises(TypeError):
            use()
    for timestamp in (2**63, -(2**63) - 1):
        with pytest.raises(OverflowError):
            signer.sign_request("hook", timestamp, "body")
