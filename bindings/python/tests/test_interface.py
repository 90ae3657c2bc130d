"""The tables of this package against the C header."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import HEADER, ROOT

from strongroom import Error, _constants, _kinds, _structs
from strongroom._signatures import SIGNATURES, TEST_SIGNATURES, Destroy, Progress, Told

TEXT = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
STRUCTS = re.findall(r"typedef struct (strongroom_\w+) \{(.*?)\} \1;", TEXT, re.DOTALL)
OPAQUE = set(re.findall(r"typedef struct (strongroom_\w+) \1;", TEXT))
FUNCTIONS = {
    name: (returns, "" if takes == "void" else takes)
    for returns, name, takes in re.findall(
        r"STRONGROOM_API\s+(?:STRONGROOM_WARN_UNUSED\s+)?([\w\s*]*?)\b(strongroom_\w+)\(([^;]*?)\);",
        TEXT.split('extern "C" {')[1],
    )
}
NUMBERS: dict[str, Any] = {
    "size_t": ctypes.c_size_t,
    "uint64_t": ctypes.c_uint64,
    "int64_t": ctypes.c_int64,
    "uint32_t": ctypes.c_uint32,
    "int32_t": ctypes.c_int32,
    "double": ctypes.c_double,
    "strongroom_status": ctypes.c_int32,
    "strongroom_progress_fn": Progress,
    "strongroom_event_callback": Told,
    "strongroom_destroy_callback": Destroy,
}
PACKAGE = Path(_structs.__file__).parent
#: Functions of the library that this package has no use for, and why.
UNUSED = {
    "strongroom_error_code": "what the call returned says it",
    "strongroom_error_os_error": "strongroom_error_details has it",
    "strongroom_error_retryable": "strongroom_error_details has it",
    "strongroom_get": "strongroom_read_block does what it does",
    "strongroom_get_into": "strongroom_read_block does what it does, and reads large values once",
    "strongroom_read": "strongroom_read_block does what it does",
    "strongroom_secret_version_created_at": "strongroom_read_block does not tell it, and strongroom_page_version does",
    "strongroom_version_number": "strongroom_version says it",
    "strongroom_wipe": "values are in memory of Python's",
    "strongroom_live_objects": "called by tests",
}


def struct_of(name: str) -> Any:
    """The class that stands for a struct."""
    return getattr(_structs, "".join(word.capitalize() for word in name.removeprefix("strongroom_").split("_")))


def type_of(declared: str) -> Any:
    """What a type of C must be in the table."""
    words = declared.replace("*", " * ").split()
    base = next(word for word in words if word not in ("const", "struct", "*"))
    stars = words.count("*")
    if not stars:
        return NUMBERS[base]
    if base in OPAQUE:
        return ctypes.c_void_p if stars == 1 else ctypes.POINTER(ctypes.c_void_p)
    assert stars == 1
    if base == "char":
        return ctypes.c_char_p
    if base in ("uint8_t", "void"):
        return ctypes.c_void_p
    return ctypes.POINTER(NUMBERS.get(base) or struct_of(base))


def test_the_header_was_read() -> None:
    declared = len(re.findall(r"^STRONGROOM_API", TEXT, re.MULTILINE))
    assert len(FUNCTIONS) == declared >= 150
    assert len(STRUCTS) >= 20


def test_every_function_is_in_the_table() -> None:
    assert {**SIGNATURES, **TEST_SIGNATURES}.keys() == FUNCTIONS.keys()


def test_every_symbol_is_called() -> None:
    symbols = (HEADER.parent / "strongroom.symbols").read_text().split()
    assert len(symbols) >= 150
    sources = (file.read_text() for file in PACKAGE.glob("*.py") if file.name != "_signatures.py")
    words = set(re.findall(r"\bstrongroom_\w+", "\n".join(sources)))
    assert {symbol for symbol in symbols if symbol not in words} == UNUSED.keys()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_have_their_types(name: str) -> None:
    returns, takes = FUNCTIONS[name]
    parameters = [re.sub(r"\w+$", "", parameter.strip()) for parameter in takes.split(",") if parameter.strip()]
    expected = type_of(returns), [type_of(parameter) for parameter in parameters]
    assert {**SIGNATURES, **TEST_SIGNATURES}[name] == expected


def test_structs_have_the_layout_of_c(tmp_path: Path) -> None:
    lines = []
    expected = []
    for name, body in STRUCTS:
        struct = struct_of(name)
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        expected.append(f"{name} {ctypes.sizeof(struct)}")
        members = re.findall(r"(\w+)(?:\[\d+\])?;", body)
        assert members == [field[0] for field in struct._fields_]
        for member in members:
            lines.append(f'printf("{member} %zu %zu\\n", offsetof({name}, {member}), sizeof((({name} *)0)->{member}));')
            field = getattr(struct, member)
            expected.append(f"{member} {field.offset} {field.size}")
    source = tmp_path / "layout.c"
    body = "\n".join(lines)
    source.write_text(f'#include <stdio.h>\n#include "strongroom.h"\nint main(void) {{\n{body}\nreturn 0; }}\n')
    program = tmp_path / "layout"
    subprocess.run(["cc", f"-I{HEADER.parent}", str(source), "-o", str(program)], check=True)
    printed = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
    assert printed.splitlines() == expected


def test_constants_are_those_of_c(tmp_path: Path) -> None:
    names = [name for name in vars(_constants) if name.isupper()]
    assert len(names) >= 30
    lines = "\n".join(f'printf("{name} %lld\\n", (long long)STRONGROOM_{name});' for name in names)
    source = tmp_path / "constants.c"
    source.write_text(f'#include <stdio.h>\n#include "strongroom.h"\nint main(void) {{\n{lines}\nreturn 0; }}\n')
    program = tmp_path / "constants"
    subprocess.run(["cc", f"-I{HEADER.parent}", str(source), "-o", str(program)], check=True)
    printed = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
    for line in printed.splitlines():
        name, value = line.split()
        assert ctypes.c_longlong(getattr(_constants, name)).value == int(value), name


def test_every_kind_of_error_has_its_class() -> None:
    declared = {int(number): name for name, number in re.findall(r"#define STRONGROOM_E_(\w+) (\d+)", TEXT)}
    assert {number: kind.name.upper() for number, kind in _kinds.KINDS.items()} == declared
    assert all(kind.code == number and issubclass(kind, Error) for number, kind in _kinds.KINDS.items())


def test_kinds_have_the_names_that_are_written_down() -> None:
    written = (ROOT / "tests" / "golden" / "codes.txt").read_text().split()
    names = dict(zip(map(int, written[::2]), written[1::2]))
    assert {number: kind.__name__ for number, kind in _kinds.KINDS.items()} == {
        number: f"{name}Error" for number, name in names.items()
    }


def test_generated_modules_are_up_to_date() -> None:
    script = Path(__file__).parents[1] / "scripts" / "generate.py"
    subprocess.run([sys.executable, str(script), "--check"], check=True)
