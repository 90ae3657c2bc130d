"""Random histories against a dictionary."""

from __future__ import annotations

from typing import Optional

import pytest
from conftest import START
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import strongroom

PATHS = st.sampled_from(["a", "a/b", "a/c", "d/e/f", "ü"])
VALUES = st.one_of(st.binary(max_size=2000), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
#: So few versions that short histories come beyond them.
KEPT = 2


def raw(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]


class Model(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = strongroom.ManualClock(START)
        self.store = strongroom.Store.in_memory(clock=self.clock)
        self.store.policy.set(max_versions=KEPT)
        self.tx: Optional[strongroom.Transaction] = None
        self.live: dict[str, list[bytes]] = {}
        self.trash: list[tuple[str, list[bytes]]] = []
        self.before: Optional[tuple[dict[str, list[bytes]], list[tuple[str, list[bytes]]]]] = None

    @property
    def on(self) -> strongroom.Store | strongroom.Transaction:
        return self.tx or self.store

    def state(self) -> tuple[dict[str, list[bytes]], list[tuple[str, list[bytes]]]]:
        return {path: [*versions] for path, versions in self.live.items()}, [
            (path, [*versions]) for path, versions in self.trash
        ]

    @rule(path=PATHS, values=st.lists(VALUES, min_size=1, max_size=KEPT + 1))
    def put(self, path: str, values: list[bytes | str]) -> None:
        versions = self.live.setdefault(path, [])
        for value in values:
            versions.append(raw(value))
            assert self.on.put(path, value).version == len(versions)

    @rule(path=PATHS, value=VALUES, expect=st.one_of(st.just("absent"), st.integers(1, 4)))
    def put_on_condition(self, path: str, value: bytes | str, expect: str | int) -> None:
        versions = self.live.get(path, [])
        if expect == (len(versions) or "absent"):
            self.put(path, [value])
        elif self.tx is None:
            with pytest.raises((strongroom.AlreadyExistsError, strongroom.ConflictError)):
                self.on.put(path, value, expect=expect)

    @rule(path=PATHS)
    def get(self, path: str) -> None:
        versions = self.live.get(path, [])
        for version, value in enumerate(versions, 1):
            if version <= len(versions) - KEPT:
                with pytest.raises(strongroom.DestroyedError):
                    self.on.get(path, version)
            else:
                with self.on.get(path, version) as secret:
                    assert secret.value == value
                    assert secret.version == version
        with pytest.raises(strongroom.NotFoundError):
            self.on.get(path, len(versions) + 1)

    @rule(path=PATHS)
    def delete(self, path: str) -> None:
        if path in self.live:
            self.clock.advance(0.001)  # which is the last deleted one is told by the time
            self.on.delete(path)
            self.trash.append((path, self.live.pop(path)))
        elif self.tx is None:
            with pytest.raises(strongroom.NotFoundError):
                self.on.delete(path)

    @rule(path=PATHS)
    def restore(self, path: str) -> None:
        found = [index for index, (was_at, _) in enumerate(self.trash) if was_at == path]
        if found and path not in self.live:
            self.on.restore(path)
            self.live[path] = self.trash.pop(found[-1])[1]

    @rule(path=PATHS, to=PATHS)
    def rename(self, path: str, to: str) -> None:
        if path in self.live and to not in self.live:
            self.on.rename(path, to)
            self.live[to] = self.live.pop(path)
        elif self.tx is None and path != to:
            with pytest.raises((strongroom.NotFoundError, strongroom.AlreadyExistsError)):
                self.on.rename(path, to)

    @precondition(lambda self: self.tx is None)
    @rule()
    def begin(self) -> None:
        self.before = self.state()
        self.tx = self.store.transaction()

    @precondition(lambda self: self.tx is not None)
    @rule(commit=st.booleans())
    def end(self, commit: bool) -> None:
        assert self.tx is not None
        assert self.before is not None
        if commit:
            self.tx.commit()
        else:
            self.tx.abort()
            self.live, self.trash = self.before
        self.tx = None

    @invariant()
    def agrees(self) -> None:
        assert {path: bytes(self.on[path]) for path in self.on} == {path: kept[-1] for path, kept in self.live.items()}
        assert len(self.on) == len(self.live)
        assert len(self.on.list(state="trash").items) == len(self.trash)
        if self.tx is not None and self.before is not None:
            assert set(self.store) == set(self.before[0])

    def teardown(self) -> None:
        if self.tx is not None:
            self.tx.abort()
        self.store.close()


TestModel = Model.TestCase
