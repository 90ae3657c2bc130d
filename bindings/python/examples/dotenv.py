"""Replaces a .env file: its secrets move into a store, and programs get them from there.

    python dotenv.py import app.strongroom production .env     # then delete .env
    python dotenv.py run    app.strongroom production -- ./server --port 80

The passphrase is asked for, or comes from STRONGROOM_PASSPHRASE.
"""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from strongroom import Store


def passphrase() -> str:
    """From the environment of a job, or from whoever sits there."""
    return os.environ.get("STRONGROOM_PASSPHRASE") or getpass.getpass("Passphrase: ")


def lines_of(dotenv: Path) -> Iterator[tuple[str, str]]:
    """Names and values of a .env file."""
    for line in dotenv.read_text().splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            yield name.strip(), value.strip().strip("'\"")


def import_file(file: str, namespace: str, dotenv: Path) -> None:
    """All of the file becomes one commit: it is there whole, or not at all."""
    opener = Store.open if Path(file).exists() else Store.create
    with opener(file, passphrase=passphrase()) as store, store.transaction() as tx:
        for name, value in lines_of(dotenv):
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
