"""Numbers on their way to C, which would cut off what does not fit."""

from __future__ import annotations

import operator


def _fitting(value: int, low: int, high: int) -> int:
    number = operator.index(value)
    if not low <= number <= high:
        raise OverflowError(f"{number} does not fit: it must be between {low} and {high}")
    return number


def u32(value: int) -> int:
    """A number that fits uint32_t; else OverflowError, or TypeError if it is none."""
    return _fitting(value, 0, 2**32 - 1)


def u64(value: int) -> int:
    """A number that fits uint64_t and size_t; else OverflowError, or TypeError if it is none."""
    return _fitting(value, 0, 2**64 - 1)


def i64(value: int) -> int:
    """A number that fits int64_t; else OverflowError, or TypeError if it is none."""
    return _fitting(value, -(2**63), 2**63 - 1)
