"""Through which door the present work came in, for the audit trail and the logs."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Door:
    """The entrance (`page`, `api`, `admin`, `command`, `worker`) and the id that its log lines share."""

    name: str = "command"
    request_id: str = ""


_current: ContextVar[Door] = ContextVar("door", default=Door())  # noqa: B039 - frozen


def current() -> Door:
    """The door of the work under way."""
    return _current.get()


@contextmanager
def through(name: str, request_id: str = "") -> Iterator[None]:
    """Marks all work inside as having come through that door."""
    token = _current.set(Door(name, request_id or current().request_id))
    try:
        yield
    finally:
        _current.reset(token)
