"""Every change to what came of learning."""

from records.services.attending import Marked, check_in, forget_attendance, mark
from records.services.certifying import confirm, decide, issue_again, revoke
from records.services.hearing import ask_for_feedback, say
from records.services.sharing import end_sharing, share

__all__ = [
    "Marked",
    "ask_for_feedback",
    "check_in",
    "confirm",
    "decide",
    "end_sharing",
    "forget_attendance",
    "issue_again",
    "mark",
    "revoke",
    "say",
    "share",
]
