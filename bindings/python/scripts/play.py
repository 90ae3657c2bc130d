"""Plays scenarios of bindings/conformance through this package. Usage: play.py FOLDER FILE...; FOLDER is for the stores."""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Optional, Union

# The package that this file belongs to, whatever is installed.
sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

import strongroom
from strongroom import Store, Transaction
from strongroom._native import lib

BEGINNING = datetime.fromtimestamp(1_800_000_000, timezone.utc)
KEY = bytes([7]) * 32
#: What a generator is said to be, and what makes it.
GENERATORS: dict[str, Callable[..., strongroom.Generator]] = {
    "password": strongroom.Generator.password,
    "token": strongroom.Generator.token,
    "passphrase": strongroom.Generator.passphrase,
}
#: What of an audit event has the same name in a scenario.
EVENT = (
    *("sequence", "id", "path", "secret_id", "slot_id", "actor", "reason", "request_id"),
    *("labels", "version", "time", "count", "durable"),
)
#: The parameters of this package that have another name in a scenario.
RENAMED = {
    "restore": {"secret": "path_or_id"},
    "destroy": {"secret": "path_or_id"},
    "audit": {"kinds": "type"},
    "changes": {"kinds": "types"},
    "subscribe": {"kinds": "types"},
    "wait_changes": {"timeout_ms": "timeout"},
    "set_idempotency_window": {"seconds": "idempotency_window"},
    "set_audit_policy": {"reads": "audit", "days": "audit_days", "bytes": "audit_bytes"},
    "rename": {"to": "new"},
    "rename_prefix": {"path": "old", "to": "new"},
}


class ScenarioError(Exception):
    """What is wrong with a scenario, or with what a call gave."""


def plain(found: Any) -> Any:
    """A result as a scenario writes it: times in seconds, bytes as they are."""
    if isinstance(found, strongroom.Error):
        return {"error": found.name}
    if isinstance(found, strongroom.Secret):
        with found:
            return {"value": bytes(found.value), "version": found.version, "info": plain(found.info)}
    if isinstance(found, strongroom.SignatureCheck):
        return {"found": found.reason or "valid", "version": found.version}
    if isinstance(found, strongroom.AuditEvent):
        kind = None if found.error is None else getattr(strongroom, found.error).name
        return {**{name: plain(getattr(found, name)) for name in EVENT}, "kind": found.type, "error": kind}
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
    if isinstance(found, timedelta):
        return found // timedelta(seconds=1)
    if isinstance(found, (list, tuple)):
        return [plain(item) for item in found]
    return dict(found) if hasattr(found, "items") else found


def later(seconds: Optional[float]) -> Optional[datetime]:
    """A time that a scenario says; None for none."""
    return None if seconds is None else BEGINNING + timedelta(seconds=seconds)


def generator(said: dict[str, dict[str, Any]]) -> strongroom.Generator:
    """A generator as a scenario writes it."""
    ((kind, how),) = said.items()
    return GENERATORS[kind](**how)


def audit_policy(policy: strongroom.StorePolicy) -> dict[str, Any]:
    """How reads are audited, and how long the log is kept."""
    return {"reads": dict(policy.audit), "days": policy.audit_days, "bytes": policy.audit_bytes}


def generated(generate: strongroom.Generator) -> dict[str, int]:
    """How long a value is that a generator makes, and how hard to guess."""
    with generate.generate() as made:
        return {"length": len(made), "entropy_bits": int(generate.entropy_bits)}


class Player:
    """Plays one scenario, in the file `name` of a folder unless the scenario has a name for its store."""

    def __init__(self, folder: Path, name: str, options: dict[str, str]) -> None:
        self.file = folder / f"{options.get('store', name)}.strongroom"
        self.clock = strongroom.ManualClock(BEGINNING)
        self.names: dict[str, Any] = {}
        self.listeners: dict[str, tuple[strongroom.Subscription, list[strongroom.AuditEvent]]] = {}
        self.store = self.first(options)

    def first(self, options: dict[str, str]) -> Store:
        """The store the scenario begins with: one with a name stays, and may have been there before."""
        try:
            return Store.create(self.file, raw_key=KEY, clock=self.clock, environment=options.get("environment"))
        except strongroom.AlreadyExistsError:
            if "store" not in options:
                raise
            return Store.open(self.file, raw_key=KEY, clock=self.clock)

    def play(self, steps: list[dict[str, Any]]) -> None:
        """Plays all steps, and ends as every scenario does."""
        try:
            for step in steps:
                self.step(step, self.store)
            self.store.verify()
        finally:
            self.store.close()

    def step(self, step: dict[str, Any], on: Union[Store, Transaction]) -> None:
        """Plays one step on the store, or inside a transaction."""
        try:
            found = self.call(step, on)
        except strongroom.Error as error:
            expected = step.get("fails", "no error")
            if error.name != expected:
                raise ScenarioError(f"{expected} was expected, and it gave {error.name}: {error} at step {step}") from error
            return
        if "fails" in step:
            raise ScenarioError(f"{step['fails']} was expected, and it gave no error at step {step}")
        if "gives" in step:
            self.match(step["gives"], found, step)

    def transact(self, store: Store, steps: list[dict[str, Any]], commit: bool) -> None:
        """Plays the steps of a transaction, and ends it as the scenario says."""
        tx = store.transaction()
        try:
            for step in steps:
                self.step(step, tx)
            if commit:
                tx.commit()
        finally:
            tx.abort()

    def with_context(self, store: Store, steps: list[dict[str, Any]], **context: Any) -> None:
        """Plays steps on a handle of the store that says a context."""
        with store.with_context(**context) as same:
            for step in steps:
                self.step(step, same)

    def call(self, step: dict[str, Any], on: Union[Store, Transaction]) -> Any:
        """Makes one call."""
        store = on if isinstance(on, Store) else self.store
        special: dict[str, Callable[..., Any]] = {
            "advance": lambda seconds: self.clock.advance(seconds),
            "begin_again": lambda: self.store.put("begin/again", "x"),
            "environment": lambda: self.store.environment,
            "lock": self.store.lock,
            "unlock": lambda: self.store.unlock(raw_key=KEY),
            "reopen": self.reopen,
            "transaction": lambda: self.transact(store, step["steps"], step["commit"]),
            "with": lambda **context: self.with_context(store, step["steps"], **context),
            "verify": self.store.verify,
            "generate": generated,
            "parse_duration": strongroom.parse_duration,
            "policy_get": on.policy.get,
            "policy_at": on.policy.at,
            "policy_set": on.policy.set,
            "idempotency_window": lambda: on.policy.get().idempotency_window,
            "set_idempotency_window": on.policy.set,
            "audit_policy": lambda: audit_policy(on.policy.get()),
            "set_audit_policy": on.policy.set,
            "audit": store.audit.query,
            "audit_get": store.audit.get,
            "audit_head": store.audit.head,
            "audit_verify": store.audit.verify,
            "audit_export": self.export,
            "changes": store.changes,
            "latest_change": lambda: store.latest_change,
            "wait_changes": store.wait_changes,
            "subscribe": lambda name, **events: self.subscribe(store, name, **events),
            "told": self.told,
            "unsubscribe": lambda name: self.listeners.pop(name)[0].close(),
        }
        name = step["call"]
        call = special.get(name) or getattr(on, name, None)
        if call is None:
            raise ScenarioError(f"no such call: {name}")
        return plain(call(**self.arguments(name, step.get("with", {}))))

    def arguments(self, call: str, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a scenario as those of this package."""
        renamed = RENAMED.get(call, {})
        said = {renamed.get(name, name): self.argument(value) for name, value in given.items()}
        if call == "list" and "tags" in said:
            said["has_tags"] = [key for key, value in said["tags"].items() if value is None]
            said["tags"] = {key: value for key, value in said["tags"].items() if value is not None}
        for name in {"updated_since", "expires_at", "timestamp", "since", "until"} & said.keys():
            said[name] = later(said[name])
        if call == "wait_changes":
            said["timeout"] = timedelta(milliseconds=said["timeout"])
        if "generate" in said:
            said["generate"] = generator(said["generate"])
        return said

    def argument(self, given: Any) -> Any:
        """A value that is written in short, or was met before."""
        if isinstance(given, str) and given.startswith("$"):
            if given not in self.names:
                raise ScenarioError("a name is used before it is given")
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

    def export(self) -> strongroom.AuditExported:
        """Writes the audit log to a new file, which nobody needs behind it."""
        file = self.file.with_suffix(".jsonl")
        try:
            return self.store.audit.export(file)
        finally:
            file.unlink(missing_ok=True)

    def subscribe(self, store: Store, name: str, **events: Any) -> None:
        """Begins to collect what is told under a name."""
        told: list[strongroom.AuditEvent] = []
        self.listeners[name] = store.subscribe(told.append, **events), told

    def told(self, name: str) -> list[strongroom.AuditEvent]:
        """What was told under a name since this was last asked for."""
        told = self.listeners[name][1]
        found = told[:]
        told.clear()
        return found

    def match(self, pattern: Any, found: Any, step: dict[str, Any]) -> None:
        """Holds a result against what it must be."""
        if isinstance(pattern, str) and pattern.startswith("$"):
            same(self.names.setdefault(pattern, found), found, step)
        elif isinstance(found, bytes):
            expected = self.argument(pattern)
            same(expected.encode() if isinstance(expected, str) else expected, found, step)
        elif isinstance(pattern, dict) and isinstance(found, dict):
            for name, expected in pattern.items():
                self.match_member(name, expected, found, step)
        elif isinstance(pattern, list) and isinstance(found, list) and len(found) == len(pattern):
            for expected, item in zip(pattern, found):
                self.match(expected, item, step)
        else:
            same(pattern, found, step)

    def match_member(self, name: str, expected: Any, found: dict[str, Any], step: dict[str, Any]) -> None:
        """Holds one member of a result against what it must be."""
        if name not in found:
            raise ScenarioError(f"{name} is missing at step {step}")
        if name == "tags":
            # A whole map is compared, because what is left out of it must not be there.
            same(expected, found[name], step)
        else:
            self.match(expected, found[name], step)


def same(expected: Any, found: Any, step: dict[str, Any]) -> None:
    """To Python 1 is True, and to a scenario it is not."""
    if found != expected or isinstance(found, bool) != isinstance(expected, bool):
        raise ScenarioError(f"{expected} was expected, and it gave {found} at step {step}")


def play(folder: Path, name: str, scenario: Path) -> None:
    """Plays the scenario of a file. Raises ScenarioError, or an error of the library, if it comes out otherwise."""
    try:
        said = json.loads(scenario.read_text(encoding="utf-8"))
        steps, options = list(said["steps"]), said.get("options", {})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ScenarioError("this is no scenario") from error
    Player(folder, name, options).play(steps)


def main(arguments: list[str]) -> int:
    """Plays all scenarios, and says how many came out as they say."""
    if len(arguments) < 2:
        print("usage: play.py FOLDER FILE...", file=sys.stderr)
        return 2
    folder, *scenarios = map(Path, arguments)
    passed = 0
    for number, scenario in enumerate(scenarios):
        try:
            play(folder, str(number), scenario)
            passed += 1
        except (ScenarioError, strongroom.Error) as wrong:
            print(f"{scenario}: {wrong}", file=sys.stderr)
    gc.collect()
    left = lib.strongroom_live_objects()
    if left:
        print(f"{left} objects were not freed", file=sys.stderr)
    print(f"{passed} of {len(scenarios)} scenarios")
    return 0 if passed == len(scenarios) and not left else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
