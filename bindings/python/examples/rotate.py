"""A job that rotates a credential: it may run twice at once, or die half-way, and no credential is lost.

    python rotate.py app.strongroom key-file production/db/password

The order is what matters: the new credential is in the store before the service knows it, as a version of its own, and
a compare-and-set decides which of two jobs goes on.
"""

from __future__ import annotations

import secrets
import sys
from typing import Callable

from strongroom import ConflictError, SecretBytes, Store


def rotate(store: Store, path: str, accept: Callable[[SecretBytes], None]) -> bool:
    """Writes a new credential over the current one, and has the service accept it; False if another job was faster."""
    current = store.info(path).version
    with SecretBytes(secrets.token_urlsafe(32)) as new:
        try:
            written = store.put(path, new, expect=current, note="rotated")
        except ConflictError:
            return False
        try:
            accept(new)
        except Exception:
            store.rollback(path, current)
            raise
    print(f"{path} went from version {current} to {written.version}")
    return True


def change_at_the_service(credential: SecretBytes) -> None:
    """Stands for the call that sets the password of the database."""
    print(f"the service accepted {len(credential)} bytes")


def main() -> int:
    """Rotates what the command line names."""
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    file, key_file, path = sys.argv[1:]
    with Store.open(file, key_file=key_file, wait_seconds=10) as store:
        return 0 if rotate(store, path, change_at_the_service) else 1


if __name__ == "__main__":
    sys.exit(main())
