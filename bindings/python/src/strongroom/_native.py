"""Finds the library, loads it, and checks that it speaks the interface of this package.

The library is looked for in this order, and nowhere else:

1. the file that the environment variable ``STRONGROOM_LIBRARY`` names, by an absolute path; if it is set, nothing else;
2. the directory ``_lib`` beside this module, where a wheel has it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

from ._constants import ABI_VERSION
from ._signatures import SIGNATURES, TEST_SIGNATURES

VARIABLE = "STRONGROOM_LIBRARY"
FILE_NAMES = {"darwin": "libstrongroom.dylib", "win32": "strongroom.dll"}


def _bundled() -> Path:
    """Where a wheel has the library."""
    return Path(__file__).parent / "_lib" / FILE_NAMES.get(sys.platform, "libstrongroom.so")


def _find() -> str:
    """The file to load; ImportError if there is none."""
    named = os.environ.get(VARIABLE)
    if named:
        if not os.path.isabs(named):
            raise ImportError(f"{VARIABLE} must be an absolute path, and is {named!r}")
        if not os.path.isfile(named):
            raise ImportError(f"the library of strongroom is not at {named}, where {VARIABLE} says it is")
        return named
    if not _bundled().is_file():
        raise ImportError(
            f"the library of strongroom was not found: {VARIABLE} is not set, and there is no {_bundled()}. "
            f"Install a wheel for this platform, build one with cargo at hand (pip install ./bindings/python), "
            f"or set {VARIABLE} to the absolute path of the library"
        )
    return str(_bundled())


def _load(file: str) -> ctypes.CDLL:
    """Loads a library and declares its functions; ImportError if it is not the right one."""
    try:
        library = ctypes.CDLL(file)
        abi_version = library.strongroom_abi_version
    except (OSError, AttributeError) as error:
        raise ImportError(f"{file} cannot be loaded as the library of strongroom: {error}") from error
    abi_version.restype = ctypes.c_uint32
    if abi_version() != ABI_VERSION:
        raise ImportError(
            f"{file} has version {abi_version()} of the interface, and this package needs {ABI_VERSION}: "
            f"install the package and the library of the same release"
        )
    for name, (returns, takes) in {**SIGNATURES, **TEST_SIGNATURES}.items():
        function = getattr(library, name, None)
        if function is not None:
            function.restype, function.argtypes = returns, takes
        elif name in SIGNATURES:
            raise ImportError(f"{file} is no library of this release of strongroom: it has no {name}")
    return library


#: The library. Its functions are called without the interpreter's lock.
lib = _load(_find())


def direct(name: str) -> Any:
    """A function for what is done very often. It checks and converts no arguments, which takes longer than the call: they
    must be bytes, None, or objects of ctypes that are of the types it is declared with."""
    function = lib[name]
    function.restype = SIGNATURES[name][0]
    return function
