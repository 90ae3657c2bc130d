"""What building a wheel takes of what cargo built."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGE = Path(__file__).parents[1]


@pytest.fixture
def hatch_build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    pytest.importorskip("hatchling")
    monkeypatch.syspath_prepend(PACKAGE)
    import hatch_build

    return hatch_build


def cargo_that_prints(messages: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "\n".join(map(json.dumps, messages))
    program = tmp_path / "bin" / "cargo"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport sys\nprint({lines!r})\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))


def artifact(name: str, *files: Path) -> object:
    return {"reason": "compiler-artifact", "target": {"name": name}, "filenames": list(map(str, files))}


def test_the_library_is_taken_from_where_cargo_put_it(
    hatch_build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = tmp_path / "target" / "release" / hatch_build.FILE_NAME
    built = tmp_path / "elsewhere" / "aarch64-unknown-linux-gnu" / "release" / hatch_build.FILE_NAME
    for file in (stale, built):
        file.parent.mkdir(parents=True)
        file.write_text(str(file))
    messages = [
        artifact("redb", built.with_name("libredb.rlib")),
        artifact("strongroom", built.with_name("libstrongroom.rlib"), built),
        {"reason": "build-finished", "success": True},
    ]
    cargo_that_prints(messages, tmp_path, monkeypatch)
    assert hatch_build.build(tmp_path) == built


def test_a_build_without_a_library_is_an_error(
    hatch_build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cargo_that_prints([{"reason": "build-finished", "success": True}], tmp_path, monkeypatch)
    with pytest.raises(RuntimeError, match="STRONGROOM_PREBUILT"):
        hatch_build.build(tmp_path)
