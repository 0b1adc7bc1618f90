"""Every change to what the city says."""

from announcements.services.files import add_picture, attach, take_away
from announcements.services.publishing import approve, correct, publish_due, send_back, submit, withdraw
from announcements.services.spreading import pause, resend, resume, send_test, spread_due
from announcements.services.writing import FACTS, begin, edit, link

__all__ = [
    "FACTS",
    "add_picture",
    "approve",
    "attach",
    "begin",
    "correct",
    "edit",
    "link",
    "pause",
    "publish_due",
    "resend",
    "resume",
    "send_back",
    "send_test",
    "spread_due",
    "submit",
    "take_away",
    "withdraw",
]
