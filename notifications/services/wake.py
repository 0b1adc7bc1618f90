"""The one nudge: whoever delivers is told of a committed transaction with deliveries before the next tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

listeners: list[Callable[[], None]] = []


def connect(listener: Callable[[], None]) -> None:
    """Names who is to be woken, in place of whoever was before: it must be quick and raise nothing."""
    listeners[:] = [listener]


def wake() -> None:
    """Wakes whoever delivers, after the commit of the present transaction; nobody when it is rolled back."""
    transaction.on_commit(_call, robust=True)


def _call() -> None:
    for listener in listeners:
        listener()
