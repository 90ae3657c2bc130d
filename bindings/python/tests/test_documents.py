"""What the README shows and the examples do."""

from __future__ import annotations

import importlib
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from conftest import CHEAP, ROOT

import strongroom

PACKAGE = Path(__file__).parents[1]
SOURCE = Path(strongroom.__file__).parents[1]


def run(*arguments: object, directory: Path) -> str:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "STRONGROOM_PASSPHRASE": "open sesame"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    tmp_path.chmod(stat.S_IRWXU)
    return tmp_path


def test_the_readme_runs(directory: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 6
    printed = run("-c", "\n".join(blocks), directory=directory)
    assert "production/openai/api-key 1 <SecretBytes: not shown>" in printed
    assert "sk-proj" not in printed
    assert "secret.created orders/4712/key" in printed.splitlines()
    assert (directory / "copy.strongroom").exists()


def test_the_readme_of_the_library_runs(directory: Path) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    printed = run("-c", block, directory=directory)
    assert printed == "7 bytes, version 1\nteam/token\n"


def test_a_dotenv_file_is_replaced(directory: Path) -> None:
    example = PACKAGE / "examples" / "dotenv.py"
    (directory / ".env").write_text("# for tests\nexport API_KEY='abc=1'\nTOKEN=def\n\n")
    printed = run(example, "import", "app.strongroom", "production", ".env", directory=directory)
    assert printed.splitlines() == ["production/API_KEY is at version 1", "production/TOKEN is at version 1"]
    program = "import os; print(os.environ['API_KEY'], os.environ['TOKEN'], 'STRONGROOM_PASSPHRASE' in os.environ)"
    command = [example, "run", "app.strongroom", "production", "--", sys.executable, "-c", program]
    assert run(*command, directory=directory) == "abc=1 def False\n"


EXACT = {
    "A=Xy7": "Xy7",
    "A= Xy7\t": "Xy7",
    "A=": "",
    "A=two words": "two words",
    "A=a=b": "a=b",
    "A=x\u00a0": "x\u00a0",
    "A='it\"s'": 'it"s',
    "A=\"it's\" # 'why'": "it's",
    "A='\"x\"'": '"x"',
    "A='a # $b \\n'": "a # $b \\n",
    "export  A='' ": "",
}
REFUSED = ['A=Xy7"', "A='Xy7", "A='X'y7'", "A='X' y7", 'A="Xy7\\n"', 'A="$Xy7"', "A=Xy7 # why", "A=Xy7#1", "A=X$y7"]
REFUSED += ["Xy7", "=Xy7", "A B=Xy7"]


@pytest.fixture
def dotenv(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PACKAGE / "examples")
    return importlib.import_module("dotenv")


@pytest.mark.parametrize("line", EXACT)
def test_the_values_of_a_dotenv_file_are_kept(dotenv: ModuleType, directory: Path, line: str) -> None:
    (directory / ".env").write_text(f"# for tests\n\n  {line}\nB=b\n", encoding="utf-8")
    assert list(dotenv.lines_of(directory / ".env")) == [("A", EXACT[line]), ("B", "b")]


@pytest.mark.parametrize("line", REFUSED)
def test_what_cannot_be_read_exactly_is_refused(dotenv: ModuleType, directory: Path, line: str) -> None:
    (directory / ".env").write_text(f"B=b\n\n{line}\n")
    with pytest.raises(SystemExit) as caught:
        dotenv.import_file(str(directory / "app.strongroom"), "production", directory / ".env")
    said = str(caught.value).removeprefix(str(directory))
    assert "line 3" in said
    assert "y7" not in said
    assert not (directory / "app.strongroom").exists()


def test_a_credential_is_rotated(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strongroom.create_key_file(directory / "key")
    file = directory / "app.strongroom"
    with strongroom.Store.create(file, key_file=directory / "key", kdf=CHEAP) as store:
        store["db/password"] = "old"
    printed = run(PACKAGE / "examples" / "rotate.py", file, directory / "key", "db/password", directory=directory)
    assert "went from version 1 to 2" in printed
    monkeypatch.syspath_prepend(PACKAGE / "examples")
    import rotate

    with strongroom.Store.open(file, key_file=directory / "key") as store:
        current = store["db/password"]
        with pytest.raises(strongroom.VersionExpiredError):
            store.get("db/password", 1)

        at_the_service = []

        def lose_the_answer(credential: strongroom.SecretBytes) -> None:
            at_the_service.append(credential.reveal())
            raise TimeoutError

        with pytest.raises(TimeoutError):
            rotate.rotate(store, "db/password", lose_the_answer)
        assert store["db/password"] == current
        assert store.get("db/password", 3).value == at_the_service[0]

        def die(_: strongroom.SecretBytes) -> None:
            raise SystemExit

        with pytest.raises(SystemExit):
            rotate.rotate(store, "db/password", die)
        new, old = store.accepted("db/password")[:2]
        assert (new.version, old.version) == (5, 4)
        assert old.value == current
        stale = store.info("db/password")
        store["db/password"] = "of another job"
        monkeypatch.setattr(store, "info", lambda path: stale)
        assert not rotate.rotate(store, "db/password", lose_the_answer)
        assert store["db/password"] == "of another job"


def test_plugins_are_kept_apart(directory: Path) -> None:
    printed = run(PACKAGE / "examples" / "plugins.py", directory=directory)
    assert printed == "mailer signs in with 7 bytes\ncurious has ['colour']\n"


@pytest.mark.parametrize("name", ["LICENSE-APACHE", "LICENSE-MIT"])
def test_the_package_carries_the_licences(name: str) -> None:
    assert (PACKAGE / name).read_bytes() == (ROOT / name).read_bytes()
