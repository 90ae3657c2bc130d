"""A job that rotates a credential: it may run twice at once, or die half-way, and no credential is lost.

    python rotate.py app.strongroom key-file production/db/password

The order is what matters: the new credential is in the store before the service knows it, and the old one stays in grace, so
that whoever tries what ``store.accepted`` gives, the newest first, gets in while the job runs. A compare-and-set decides
which of two jobs goes on. If the service does not say that it took the new credential, the old one is current again, and the
new one stays readable by its number: the answer may have been lost on the way.
"""

from __future__ import annotations

import sys
from typing import Callable

from strongroom import ConflictError, Generator, SecretBytes, Store

#: How long a job that died leaves the old credential readable: until somebody has looked after it.
GRACE = "1d"


def rotate(store: Store, path: str, accept: Callable[[SecretBytes], None]) -> bool:
    """Makes a new credential, and has the service accept it; False if another job was faster."""
    current = store.info(path).version
    try:
        rotated = store.rotate(path, generate=Generator.token(32), grace_seconds=GRACE, expect=current, note="rotated")
    except ConflictError:
        return False
    new = rotated.new_version
    try:
        with store.get(path, new) as credential:
            accept(credential.value)
    except Exception:
        # Revoking the new one would destroy the only credential that works, if the service took it and its answer was lost.
        store.rollback(path, current)
        print(f"{path}: try version {new} if version {current} is not accepted any more", file=sys.stderr)
        raise
    store.revoke_version(path, current)
    print(f"{path} went from version {current} to {new}")
    return True


def change_at_the_service(credential: SecretBytes) -> None:
    """Stands for the call that sets the password of the database, and has the old one work no more."""
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
