"""What calls say of themselves, on its way to C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Optional

from ._call import call, owned
from ._native import lib
from ._text import Tags, tag_pairs, text


@dataclass(frozen=True)
class Context:
    """What was said; None says nothing."""

    labels: tuple[tuple[str, str], ...] = ()
    reason: Optional[str] = None
    request_id: Optional[str] = None
    idempotency_key: Optional[str] = None

    @classmethod
    def of(
        cls, labels: Optional[Tags], reason: Optional[str], request_id: Optional[str], idempotency_key: Optional[str]
    ) -> Context:
        """What was said, with the labels as they are now: they may be said more than once."""
        pairs = tuple(tag_pairs(labels if labels is not None else ()))
        return cls(pairs, reason, request_id, idempotency_key)

    @contextmanager
    def handle(self) -> Iterator[Any]:
        """A context object that says the same, until the end of the block."""
        with owned(lib.strongroom_context_free, lib.strongroom_context_new) as context:
            for key, value in self.labels:
                call(lib.strongroom_context_label, context, *text(key), *text(value))
            for say, said in (
                (lib.strongroom_context_reason, self.reason),
                (lib.strongroom_context_request_id, self.request_id),
                (lib.strongroom_context_idempotency_key, self.idempotency_key),
            ):
                if said is not None:
                    call(say, context, *text(said))
            yield context


#: What a handle says that was not told to say anything.
SAYS_NOTHING = Context()
