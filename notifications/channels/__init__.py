"""The ways out of the portal, and what can come of a hand-over."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """What is handed over. `reference` stays the same when it is handed over again, so that it can be told apart.

    `html` is the body once more for e-mail, `leave` where a mail program unsubscribes, `calendar` an iCalendar file
    that goes with it and its method; `template` and `parameters` are what
    a gateway makes a text message of that takes no free text. To browsers `to` is their owner's id and the body is JSON, which
    is of use for `lasts` seconds.
    """

    reference: str
    to: str
    subject: str
    body: str
    html: str = ""
    leave: str = ""
    calendar: tuple[str, str] = ("", "")
    template: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    lasts: int = 0
    urgency: str = ""


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The other side will never take it: there is no such address."""


class NotNow(Exception):  # noqa: N818 - it is an answer, not a fault
    """The other side does not take this message now; another one it may. `after` are the seconds that it asks us to wait."""

    def __init__(self, said: str, after: int = 0) -> None:
        super().__init__(said)
        self.after = after


class Lost(NotNow):
    """The other side fell silent in the middle: the message may have arrived."""


class Away(Exception):  # noqa: N818 - it is an answer, not a fault
    """The other side does not answer at all, or not to us: nothing can be handed over for a while."""
