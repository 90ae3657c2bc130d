"""Stores that the Rust library wrote, as they stand in the repository with what is in them."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

from conftest import ROOT

from strongroom import Store

GOLDEN = ROOT / "tests" / "golden" / "v1"


def fields(name: str) -> list[tuple[str, str]]:
    lines = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [(key, value) for key, _, value in (line.partition(": ") for line in lines)]


def test_a_store_with_everything_in_it(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRWXU)
    file = tmp_path / "everything.strongroom"
    shutil.copyfile(GOLDEN / "everything.store", file)
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    said = fields("everything")
    only = dict(said)
    key = bytes.fromhex(only["unlock"].split()[1])
    with Store.open(file, raw_key=key, read_only=True) as store:
        assert store.pin() == only["pin"]
        report = store.verify()
        counts = (report.secrets, report.trashed, report.versions, report.events)
        assert counts == tuple(int(count) for count in only["counts"].split())
        ids = {info.id for info in store.scan(state="all")}
        assert ids == {value.split()[0] for name, value in said if name == "secret"}
