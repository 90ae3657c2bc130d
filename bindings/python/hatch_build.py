"""Builds the library with cargo, or takes a ready one, and puts it into the wheel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILE_NAMES = {"darwin": "libstrongroom.dylib", "win32": "strongroom.dll"}
FILE_NAME = FILE_NAMES.get(sys.platform, "libstrongroom.so")


class BuildLibrary(BuildHookInterface):  # type: ignore[type-arg]
    """Takes the file that STRONGROOM_PREBUILT names, or what cargo builds of the repository or of an sdist's ``rust``."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is put together."""
        prebuilt = os.environ.get("STRONGROOM_PREBUILT")
        library = Path(prebuilt) if prebuilt else build(sources(Path(self.root)))
        target = Path(self.root) / "src" / "strongroom" / "_lib" / FILE_NAME
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(library, target)
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"
        build_data["pure_python"] = False


def sources(package: Path) -> Path:
    """Where the Rust sources are: in an sdist beside this file, otherwise the repository around it."""
    bundled = package / "rust"
    return bundled if bundled.is_dir() else package.parents[1]


def build(root: Path) -> Path:
    """Builds the library, and says where it is."""
    command = ["cargo", "rustc", "--locked", "--release", "--lib", "--features", "capi", "--crate-type", "cdylib"]
    command += ["--message-format", "json-render-diagnostics"]
    if sys.platform.startswith("linux"):
        command += ["--", "-C", "link-arg=-Wl,-soname,libstrongroom.so.1"]
    told = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    return built(told)


def built(told: str) -> Path:
    """The library among what cargo says that it built. Where that is, also the environment and configuration files say."""
    for line in told.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        for file in message.get("filenames", ()):
            if message["target"]["name"] == "strongroom" and Path(file).name == FILE_NAME:
                return Path(file)
    raise RuntimeError(f"cargo built no {FILE_NAME}; build it yourself, and set STRONGROOM_PREBUILT to its path")
