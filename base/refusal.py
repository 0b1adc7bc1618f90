"""A refusal: the one shape in which a rule says no."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done, for page, API and test alike.

    `code` is part of the API's contract; `message` is a lazy translation, so that whoever shows it chooses the language;
    `values` are facts that a page may need to offer a way on (an id of the clashing course, a time).
    """

    code: str
    message: StrOrPromise
    values: dict[str, Any] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """Raised by a service whose rule said no; the surrounding transaction is rolled back."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refuse_if(refusal: Refusal | None) -> None:
    """Stops a service when its rule gave a reason.

    Raises:
        Refused: with that reason.
    """
    if refusal is not None:
        raise Refused(refusal)
