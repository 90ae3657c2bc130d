"""A plug-in host: each plug-in gets its own secrets, and is never handed the store.

    python plugins.py

A plug-in runs in the process of its host, which can read everything; this keeps honest plug-ins apart, and no others.
"""

from __future__ import annotations

import sys
from typing import Callable

from strongroom import NotFoundError, Secret, Store


class Vault:
    """What a plug-in may do: read what is below its namespace."""

    def __init__(self, store: Store, plugin: str) -> None:
        self._store = store
        self._namespace = f"plugins/{plugin}"

    def get(self, name: str) -> Secret:
        """A secret of this plug-in's; use it in ``with``."""
        return self._store.get(f"{self._namespace}/{name}")

    def names(self) -> list[str]:
        """What there is for this plug-in, without the values."""
        skip = len(self._namespace) + 1
        return [info.path[skip:] for info in self._store.scan(self._namespace)]


def mailer(vault: Vault) -> str:
    """A plug-in that uses a secret."""
    with vault.get("smtp/password") as secret:
        return f"mailer signs in with {len(secret.value)} bytes"


def curious(vault: Vault) -> str:
    """A plug-in that asks for what it was not given."""
    try:
        vault.get("smtp/password")
    except NotFoundError:
        return f"curious has {vault.names()}"
    return "curious reads the mail"


PLUGINS: dict[str, Callable[[Vault], str]] = {"mailer": mailer, "curious": curious}


def main() -> int:
    """Runs all plug-ins on a store in memory."""
    with Store.in_memory() as store:
        store.put("plugins/mailer/smtp/password", "hunter2", tier="sensitive")
        store.put("plugins/curious/colour", "blue")
        for name, plugin in PLUGINS.items():
            print(plugin(Vault(store, name)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
