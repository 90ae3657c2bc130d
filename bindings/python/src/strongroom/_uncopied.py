"""Objects that are neither copied nor pickled."""

from __future__ import annotations

from typing import NoReturn


class Uncopied:
    """Stands for an object of the library's: a copy would share it, and in another process its number is that of another
    one, or of none."""

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is neither copied nor pickled: what it stands for is of this process")
