"""Values that nobody has to think of."""

from __future__ import annotations

import base64
import gc
import math
import string
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strongroom
from strongroom import Generator
from strongroom._native import lib

CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digits": string.digits,
    "symbols": string.punctuation,
}


def made(generator: Generator) -> str:
    """A value as text."""
    with generator.generate() as value:
        return value.reveal()


@given(
    st.integers(4, 200),
    st.sets(st.sampled_from(sorted(CLASSES)), min_size=1),
    st.booleans(),
    st.booleans(),
)
def test_passwords_have_what_was_asked_for(length: int, chosen: set[str], look_alikes: bool, each_class: bool) -> None:
    generator = Generator.password(
        length, **{name: name in chosen for name in CLASSES}, look_alikes=look_alikes, each_class=each_class
    )
    allowed = {name: set(CLASSES[name]) - (set() if look_alikes else set("0O1lI|")) for name in chosen}
    password = made(generator)
    assert len(password) == length
    assert set(password) <= set().union(*allowed.values())
    if each_class:
        assert all(set(password) & letters for letters in allowed.values())
    else:
        assert generator.entropy_bits == pytest.approx(length * math.log2(len(set().union(*allowed.values()))))


def test_defaults() -> None:
    assert len(made(Generator.password())) == 24
    assert Generator.password().entropy_bits == pytest.approx(24 * math.log2(94))
    assert len(base64.urlsafe_b64decode(made(Generator.token()) + "=")) == 32
    assert Generator.token().entropy_bits == 256
    assert Generator.passphrase(separator="+").entropy_bits == pytest.approx(6 * math.log2(7776))
    assert made(Generator.passphrase(separator="+")).count("+") == 5


def test_tokens_are_written_in_several_ways() -> None:
    assert len(bytes.fromhex(made(Generator.token(20, "hex")))) == 20
    assert len(base64.b32decode(made(Generator.token(20, "base32")).upper())) == 20
    assert len(Generator.token(20, encoding="raw").generate()) == 20
    with pytest.raises(ValueError, match="encoding must be one of base64url, base32, hex, raw, not 'base64'"):
        Generator.token(encoding="base64")


def test_a_generated_value_is_written_and_not_seen(store: strongroom.Store) -> None:
    generator = Generator.password(length=20, symbols=False)
    assert store.put("a", generate=generator, tags=["made"], expect="absent").version == 1
    assert store.put("a", generate=generator).version == 2
    assert store.info("a").tags == {"made": ""}
    assert len(store["a"]) == 20
    with store.get("a", version=1) as first:
        assert store["a"] != first.value
    with store.transaction() as tx:
        assert tx.put("a", generate=generator).version == 3


def test_nothing_shows_a_generated_value(capfd: pytest.CaptureFixture[str]) -> None:
    generator = Generator.passphrase()
    value = generator.generate()
    shown = " ".join([repr(value), str(value), f"{value}", repr(generator), str(generator), f"{generator}"])
    assert shown == " ".join(["<SecretBytes: not shown>"] * 3 + ["<Generator: passphrase>"] * 3)
    view = value.view()
    value.wipe()
    assert view.tobytes() == bytes(len(view))
    assert capfd.readouterr() == ("", "")


def test_no_two_values_are_the_same() -> None:
    generator = Generator.token(16)
    assert len({made(generator) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "make",
    [
        lambda: Generator.password(0),
        lambda: Generator.password(1025),
        lambda: Generator.password(lower=False, upper=False, digits=False, symbols=False),
        lambda: Generator.password(3, each_class=True),
        lambda: Generator.token(15),
        lambda: Generator.passphrase(2),
        lambda: Generator.passphrase(separator="ü"),
    ],
)
def test_what_breaks_a_rule_is_refused_when_it_is_used(store: strongroom.Store, make: Callable[[], Generator]) -> None:
    generator = make()
    store.put("a", "1")
    for use in (
        lambda: generator.entropy_bits,
        generator.generate,
        lambda: store.put("a", generate=generator),
        lambda: store.rotate("a", generate=generator),
    ):
        with pytest.raises(strongroom.InvalidArgumentError):
            use()
    assert store.info("a").version == 1


def test_wrong_arguments_are_refused_at_once() -> None:
    for text in ("", "--"):
        with pytest.raises(strongroom.InvalidArgumentError):
            Generator.passphrase(separator=text)
    for wrong in (-1, 2**32):
        for make in (Generator.password, Generator.token, Generator.passphrase):
            with pytest.raises(OverflowError):
                make(wrong)
    for make in (Generator.password, Generator.token, Generator.passphrase):
        with pytest.raises(TypeError):
            make("24")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Generator.passphrase(separator=None)  # type: ignore[arg-type]


def test_nothing_is_left_of_generators() -> None:
    gc.collect()
    before = lib.strongroom_live_objects()
    generator = Generator.token()
    assert lib.strongroom_live_objects() == before + 1
    value = generator.generate()
    assert lib.strongroom_live_objects() == before + 1
    with pytest.raises(strongroom.InvalidArgumentError):
        Generator.passphrase(separator="")
    del generator
    gc.collect()
    assert lib.strongroom_live_objects() == before
    assert len(value) == 43
