"""The ways out of the portal, and what can come of a hand-over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """What is handed over. `reference` stays the same when it is handed over again, so that it can be told apart."""

    reference: str
    to: str
    subject: str
    body: str


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The other side will never take it: there is no such address."""


class NotNow(Exception):  # noqa: N818 - it is an answer, not a fault
    """The other side does not take this message now; another one it may."""


class Lost(NotNow):
    """The other side fell silent in the middle: the message may have arrived."""


class Away(Exception):  # noqa: N818 - it is an answer, not a fault
    """The other side does not answer at all, or not to us: nothing can be handed over for a while."""
