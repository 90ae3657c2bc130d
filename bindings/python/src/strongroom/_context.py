"""What calls say of themselves, on its way to C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Optional

from ._call import call, freed, obtain
from ._native import lib
from ._text import Tags, tag_pairs, text


@dataclass
class Context:
    """What was said; None says nothing."""

    labels: Optional[Tags] = None
    reason: Optional[str] = None
    request_id: Optional[str] = None

    @contextmanager
    def handle(self) -> Iterator[Any]:
        """A context object that says the same, until the end of the block."""
        with freed(lib.strongroom_context_free, obtain(lib.strongroom_context_new)) as context:
            for key, value in tag_pairs(self.labels if self.labels is not None else ()):
                call(lib.strongroom_context_label, context, *text(key), *text(value))
            for say, said in (
                (lib.strongroom_context_reason, self.reason),
                (lib.strongroom_context_request_id, self.request_id),
            ):
                if said is not None:
                    call(say, context, *text(said))
            yield context
