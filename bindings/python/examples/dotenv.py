"""Replaces a .env file: its secrets move into a store, and programs get them from there.

    python dotenv.py import app.strongroom production .env     # then delete .env
    python dotenv.py run    app.strongroom production -- ./server --port 80

The passphrase is asked for, or comes from STRONGROOM_PASSPHRASE.

Programs do not agree on what a .env file says: where a comment begins, and what is replaced in a value. Of a file with a
line that some of them read otherwise nothing is imported; a value in single quotes is what stands between them.
"""

from __future__ import annotations

import getpass
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from strongroom import Store


def passphrase() -> str:
    """From the environment of a job, or from whoever sits there."""
    return os.environ.get("STRONGROOM_PASSPHRASE") or getpass.getpass("Passphrase: ")


#: A name, and a value in single quotes, in double quotes or in none, of characters that mean themselves to all programs.
LINE = re.compile(
    r"""(?:export[ \t]+)? (?P<name>[A-Za-z_][A-Za-z0-9_]*) [ \t]*=[ \t]*
        (?: (?: '(?P<single>[^']*)' | "(?P<double>[^"\\$`]*)" ) (?:[ \t]+\#.*)? | (?P<bare>[^'"\\$`\#]*) )""",
    re.VERBOSE,
)


def lines_of(dotenv: Path) -> Iterator[tuple[str, str]]:
    """Names and values of a .env file."""
    for number, line in enumerate(dotenv.read_text(encoding="utf-8").split("\n"), 1):
        said = line.strip(" \t")
        if not said or said.startswith("#"):
            continue
        found = LINE.fullmatch(said)
        if found is None:
            raise SystemExit(f"{dotenv}, line {number}: not NAME=value, or not clear; put the value in single quotes")
        yield found["name"], found["single"] or found["double"] or found["bare"] or ""


def import_file(file: str, namespace: str, dotenv: Path) -> None:
    """All of the file becomes one commit: it is there whole, or not at all."""
    lines = list(lines_of(dotenv))
    opener = Store.open if Path(file).exists() else Store.create
    with opener(file, passphrase=passphrase()) as store, store.transaction() as tx:
        for name, value in lines:
            written = tx.put(f"{namespace}/{name}", value, tags={"from": dotenv.name})
            print(f"{written.path} is at version {written.version}")


def run(file: str, namespace: str, command: list[str]) -> int:
    """Runs a program with the secrets in its environment, where the other programs of the user can read them."""
    environment = dict(os.environ)
    environment.pop("STRONGROOM_PASSPHRASE", None)
    with Store.open(file, passphrase=passphrase(), read_only=True, wait_seconds=5) as store:
        for info in store.scan(namespace):
            with store.get(info.path) as secret:
                environment[info.path.rpartition("/")[2]] = secret.value.reveal()
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """One of the two commands."""
    if len(sys.argv) == 5 and sys.argv[1] == "import":
        import_file(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
        return 0
    if len(sys.argv) > 5 and sys.argv[1] == "run" and sys.argv[4] == "--":
        return run(sys.argv[2], sys.argv[3], sys.argv[5:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
