"""Plays the scenarios of bindings/conformance, which say what every language must do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from play import ScenarioError, play

SCRIPT = Path(__file__).parents[1] / "scripts" / "play.py"
SCENARIOS = sorted((Path(__file__).parents[2] / "conformance" / "scenarios").glob("*.json"))
PUT = {"call": "put", "with": {"path": "a", "value": "1", "tags": {"a": "b"}}}
ROTATE = {"call": "rotate", "with": {"path": "a", "value": "2", "grace_seconds": "1m"}}
CHECK = {"call": "verify_request", "with": {"path": "a", "timestamp": 0, "body": "", "signature": ""}}
ONCE = {"call": "put", "with": {"path": "a", "value": "1", "idempotency_key": "once"}}
LISTEN = {"call": "subscribe", "with": {"name": "all"}}
MADE = {"generate": {"token": {"bytes": 16, "encoding": "hex"}}}
#: What must not pass, and what is said of it: a player that passes over a fault would prove nothing.
FAULTS: list[tuple[Any, str]] = [
    ([{**PUT, "gives": {"version": 2}}], "2 was expected, and it gave 1 at step"),
    ([{**PUT, "gives": {"version": True}}], "True was expected, and it gave 1 at step"),
    ([{**PUT, "gives": {"age": 2}}], "age is missing at step"),
    ([{**PUT, "fails": "locked"}], "locked was expected, and it gave no error"),
    ([{"call": "get", "with": {"path": "b"}}], "no error was expected, and it gave not_found"),
    ([{"call": "get", "with": {"path": "b"}, "fails": "locked"}], "locked was expected, and it gave not_found"),
    ([{"call": "get", "with": {"path": "$a"}}], "a name is used before it is given"),
    ([PUT, {"call": "get", "with": {"path": "a"}, "gives": {"value": "2"}}], "was expected, and it gave"),
    ([PUT, {"call": "info", "with": {"path": "a"}, "gives": {"tags": {}}}], "{} was expected, and it gave"),
    ([{"call": "versions", "with": {"path": "a"}, "gives": []}], "not_found"),
    ([PUT, {"call": "versions", "with": {"path": "a"}, "gives": []}], "[] was expected, and it gave"),
    ([{"call": "transaction", "commit": True, "steps": [{**PUT, "gives": {"version": 2}}]}], "2 was expected"),
    ([{"call": "with", "steps": [{**PUT, "gives": {"version": 2}}]}], "2 was expected"),
    ([PUT, {**ROTATE, "gives": {"old_expires_at": 59}}], "59 was expected, and it gave 60.0 at step"),
    ([PUT, ROTATE, {**CHECK, "gives": {"found": "valid"}}], "valid was expected, and it gave wrong at step"),
    ([{"call": "generate", "with": MADE, "gives": {"length": 16}}], "16 was expected, and it gave 32 at step"),
    ([{"call": "put", "with": {"path": "a", **MADE}, "fails": "locked"}], "locked was expected, and it gave no error"),
    ([{"call": "parse_duration", "with": {"text": "1h"}, "gives": 60}], "60 was expected, and it gave 3600 at step"),
    ([ONCE, {**ONCE, "gives": {"replayed": False}}], "False was expected, and it gave True at step"),
    ([ONCE, {"call": "delete", "with": {"path": "a"}, "gives": {"replayed": True}}], "True was expected, and it gave False"),
    ([PUT, {"call": "audit", "gives": {"events": []}}], "[] was expected, and it gave"),
    ([PUT, {"call": "audit", "gives": {"events": [{"kind": "secret.deleted"}]}}], "and it gave secret.created at step"),
    ([PUT, {"call": "audit", "with": {"since": 1}, "gives": {"events": [{}]}}], "and it gave [] at step"),
    ([{"call": "audit_get", "with": {"id": "evt_"}}], "no error was expected, and it gave invalid_argument"),
    ([PUT, {"call": "audit_verify", "gives": {"kept": "in_history"}}], "in_history was expected, and it gave None"),
    ([PUT, {"call": "audit_export", "gives": {"events": 2}}], "2 was expected, and it gave 1 at step"),
    ([{"call": "audit_policy", "gives": {"reads": {"critical": "strict"}}}], "strict was expected, and it gave batched"),
    ([PUT, {"call": "changes", "gives": []}], "[] was expected, and it gave"),
    ([PUT, {"call": "changes", "with": {"kinds": ["secret.deleted"]}, "gives": [{}]}], "and it gave [] at step"),
    ([PUT, {"call": "latest_change", "gives": 2}], "2 was expected, and it gave 1 at step"),
    ([{"call": "wait_changes", "with": {"after": 0, "timeout_ms": 1}, "gives": True}], "and it gave False at step"),
    ([LISTEN, PUT, {"call": "told", "with": {"name": "all"}, "gives": []}], "[] was expected, and it gave"),
    ([LISTEN, {"call": "told", "with": {"name": "all"}, "gives": [{}]}], "and it gave [] at step"),
    ([{"call": "idempotency_window", "gives": 60}], "60 was expected, and it gave 86400 at step"),
    ([{"call": "dance"}], "no such call: dance"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


def written(folder: Path, **said: Any) -> Path:
    """The file of a scenario."""
    file = folder / "scenario.json"
    file.write_text(json.dumps(said))
    return file


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the command that plays scenarios."""
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 20


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda file: file.stem)
def test_scenario(scenario: Path, folder: Path) -> None:
    play(folder, "store", scenario)


@pytest.mark.parametrize(("steps", "reason"), FAULTS)
def test_a_fault_is_seen(steps: list[Any], reason: str, folder: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        play(folder, "store", written(folder, steps=steps))
    assert reason in str(caught.value)


def test_audit_and_idempotency_are_played(folder: Path) -> None:
    """Every call of theirs, with every argument that has another name here."""
    reads = {"standard": "off", "sensitive": "batched", "critical": "strict"}
    get = {"call": "get", "with": {"path": "no"}, "fails": "not_found"}
    event = {"kind": "secret.accessed", "path": "no", "error": "not_found", "labels": {"app": "x"}, "durable": False}
    steps: list[Any] = [
        {"call": "with", "with": {"labels": {"app": "x"}, "request_id": "7"}, "steps": [ONCE, get]},
        {**ONCE, "gives": {"version": 1, "replayed": True}},
        {"call": "audit", "with": {"kinds": ["secret.accessed"], "request_id": "7"}, "gives": {"events": [event]}},
        {"call": "audit", "with": {"until": 0}, "gives": {"events": [], "next_cursor": None, "has_more": False}},
        {"call": "audit", "with": {"limit": 1}, "gives": {"events": [{"id": "$id", "time": 0, "reason": None}]}},
        {"call": "audit_get", "with": {"id": "$id"}, "gives": {"sequence": 1, "error": None, "durable": True}},
        {"call": "audit_head", "gives": "$head"},
        {"call": "audit_verify", "with": {"head": "$head"}, "gives": {"events": 1, "kept": "in_history", "head": "$head"}},
        {"call": "audit_export", "gives": {"events": 1, "head": "$head"}},
        {"call": "set_audit_policy", "with": {"reads": "strict", "days": 9, "bytes": 9000}},
        {"call": "set_audit_policy", "with": {"reads": {"standard": "off", "sensitive": "batched"}, "days": None}},
        {"call": "audit_policy", "gives": {"reads": reads, "days": None, "bytes": 9000}},
        {"call": "set_idempotency_window", "with": {"seconds": 60}},
        {"call": "idempotency_window", "gives": 60},
    ]
    for _ in range(2):
        play(folder, "store", written(folder, steps=steps))
        (folder / "store.strongroom").unlink()


def test_changes_are_played(folder: Path) -> None:
    """Every call of theirs, with every argument."""
    deleted = {"call": "subscribe", "with": {"name": "deleted", "under": "a", "kinds": ["secret.deleted"]}}
    other = {"call": "put", "with": {"path": "b", "value": "1"}}
    one: dict[str, Any] = {"kind": "secret.created", "path": "a", "durable": True}
    steps: list[Any] = [
        {"call": "latest_change", "gives": 0},
        {"call": "wait_changes", "with": {"after": 0, "timeout_ms": 1}, "gives": False},
        LISTEN,
        deleted,
        PUT,
        other,
        {"call": "wait_changes", "with": {"after": 1, "timeout_ms": 60_000}, "gives": True},
        {"call": "told", "with": {"name": "all"}, "gives": [one, {"path": "b"}]},
        {"call": "told", "with": {"name": "all"}, "gives": []},
        {"call": "unsubscribe", "with": {"name": "all"}},
        {"call": "delete", "with": {"path": "a"}},
        {"call": "delete", "with": {"path": "b"}},
        {"call": "told", "with": {"name": "deleted"}, "gives": [{"path": "a", "kind": "secret.deleted", "sequence": 3}]},
        {"call": "changes", "with": {"after": 0, "limit": 1}, "gives": [one]},
        {"call": "changes", "with": {"after": 1, "under": "a", "kinds": ["secret.*"]}, "gives": [{"sequence": 3}]},
        {"call": "changes", "with": {"limit": 0}, "fails": "limit_exceeded"},
    ]
    play(folder, "store", written(folder, steps=steps))


def test_what_is_no_scenario_is_refused(folder: Path) -> None:
    for text in ("", "[]", "{}", '{"steps": 7}'):
        file = folder / "scenario.json"
        file.write_text(text)
        with pytest.raises(ScenarioError, match="this is no scenario"):
            play(folder, "store", file)


def test_a_store_with_a_name_stays(folder: Path) -> None:
    for version in (1, 2):
        play(folder, "other", written(folder, options={"store": "shared"}, steps=[{**PUT, "gives": {"version": version}}]))
    assert [file.name for file in folder.glob("*.strongroom")] == ["shared.strongroom"]


def test_the_command_plays_all_of_them(folder: Path) -> None:
    done = run(folder, *SCENARIOS)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{len(SCENARIOS)} of {len(SCENARIOS)} scenarios\n", "")
    assert len(list(folder.iterdir())) == len(SCENARIOS)


def test_the_command_tells_of_a_fault(folder: Path) -> None:
    wrong = written(folder, steps=[{**PUT, "gives": {"version": 2}}])
    done = run(folder, SCENARIOS[0], wrong, folder / "none.json")
    assert (done.returncode, done.stdout) == (1, "1 of 3 scenarios\n")
    faults = done.stderr.splitlines()
    assert len(faults) == 2
    assert faults[0].startswith(f"{wrong}: 2 was expected, and it gave 1 at step")
    assert faults[1] == f"{folder / 'none.json'}: this is no scenario"
    assert run(folder).returncode == 2
