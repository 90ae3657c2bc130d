"""Plays the scenarios of bindings/conformance, which say what every language must do."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Union

import pytest

import strongroom
from strongroom import Store, Transaction

SCENARIOS = sorted((Path(__file__).parents[2] / "conformance" / "scenarios").glob("*.json"))
BEGINNING = datetime.fromtimestamp(1_800_000_000, timezone.utc)
KEY = bytes([7]) * 32
#: The parameters of this package that have another name in a scenario.
RENAMED = {
    "restore": {"secret": "path_or_id"},
    "destroy": {"secret": "path_or_id"},
    "rename": {"to": "new"},
    "rename_prefix": {"path": "old", "to": "new"},
}


def plain(found: Any) -> Any:
    """A result as a scenario writes it: times in seconds, bytes as they are."""
    if isinstance(found, strongroom.Error):
        return {"error": found.name}
    if isinstance(found, strongroom.Secret):
        with found:
            return {"value": bytes(found.value), "version": found.version, "info": plain(found.info)}
    if isinstance(found, strongroom.Stats):
        counts = asdict(found)
        return {
            part: {name: counts[f"{part}_{name}"] for name in ("secrets", "versions", "value_bytes")}
            for part in ("live", "trash")
        }
    if is_dataclass(found):
        return {name: plain(getattr(found, name)) for name in found.__dataclass_fields__}
    if isinstance(found, datetime):
        return (found - BEGINNING) / timedelta(seconds=1)
    if isinstance(found, (list, tuple)):
        return [plain(item) for item in found]
    return dict(found) if hasattr(found, "items") else found


class Player:
    """Plays one scenario."""

    def __init__(self, file: Path, environment: Union[str, None]) -> None:
        self.file = file
        self.clock = strongroom.ManualClock(BEGINNING)
        self.names: dict[str, Any] = {}
        self.store = Store.create(file, raw_key=KEY, clock=self.clock, environment=environment)

    def play(self, steps: list[dict[str, Any]], on: Union[Store, Transaction]) -> None:
        """Plays steps on the store, or inside a transaction."""
        for step in steps:
            on = self.store if isinstance(on, Store) else on
            if step["call"] == "transaction":
                self.transact(step)
            elif "fails" in step:
                with pytest.raises(strongroom.Error) as caught:
                    self.call(step, on)
                assert caught.value.name == step["fails"], step
            else:
                found = self.call(step, on)
                if "gives" in step:
                    self.match(step["gives"], found, step)

    def transact(self, step: dict[str, Any]) -> None:
        """Plays the steps of a transaction, and ends it as the scenario says."""
        tx = self.store.transaction()
        try:
            self.play(step["steps"], tx)
            if step.get("commit", True):
                tx.commit()
        finally:
            tx.abort()

    def call(self, step: dict[str, Any], on: Union[Store, Transaction]) -> Any:
        """Makes one call."""
        special: dict[str, Callable[..., Any]] = {
            "advance": lambda seconds: self.clock.advance(seconds),
            "begin_again": lambda: self.store.put("begin/again", "x"),
            "environment": lambda: self.store.environment,
            "lock": self.store.lock,
            "unlock": lambda: self.store.unlock(raw_key=KEY),
            "reopen": self.reopen,
            "verify": self.store.verify,
            "policy_get": on.policy.get,
            "policy_at": on.policy.at,
            "policy_set": on.policy.set,
        }
        call = special.get(step["call"]) or getattr(on, step["call"])
        return plain(call(**self.arguments(step["call"], step.get("with", {}))))

    def arguments(self, call: str, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a scenario as those of this package."""
        renamed = RENAMED.get(call, {})
        said = {renamed.get(name, name): self.argument(value) for name, value in given.items()}
        if call == "list" and "tags" in said:
            said["has_tags"] = [key for key, value in said["tags"].items() if value is None]
            said["tags"] = {key: value for key, value in said["tags"].items() if value is not None}
        if "updated_since" in said:
            said["updated_since"] = BEGINNING + timedelta(seconds=said["updated_since"])
        return said

    def argument(self, given: Any) -> Any:
        """A value that is written in short, or was met before."""
        if isinstance(given, str) and given.startswith("$"):
            return self.names[given]
        if isinstance(given, dict) and given.keys() == {"hex"}:
            return bytes.fromhex(given["hex"])
        if isinstance(given, dict) and given.keys() == {"repeat", "times"}:
            return given["repeat"] * given["times"]
        return given

    def reopen(self) -> None:
        """Closes the store and opens it."""
        self.store.close()
        self.store = Store.open(self.file, raw_key=KEY, clock=self.clock)

    def match(self, pattern: Any, found: Any, step: dict[str, Any]) -> None:
        """Holds a result against what it must be."""
        if isinstance(pattern, str) and pattern.startswith("$"):
            assert self.names.setdefault(pattern, found) == found, step
        elif isinstance(found, bytes):
            expected = self.argument(pattern)
            assert found == (expected.encode() if isinstance(expected, str) else expected), step
        elif isinstance(pattern, dict):
            for name, expected in pattern.items():
                self.match(expected, found[name], step)
        elif isinstance(pattern, list):
            assert len(found) == len(pattern), (step, found)
            for expected, item in zip(pattern, found):
                self.match(expected, item, step)
        else:
            assert found == pattern, (step, found)


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 20


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda file: file.stem)
def test_scenario(scenario: Path, file: Path) -> None:
    said = json.loads(scenario.read_text())
    player = Player(file, said.get("options", {}).get("environment"))
    try:
        player.play(said["steps"], player.store)
        player.store.verify()
    finally:
        player.store.close()
