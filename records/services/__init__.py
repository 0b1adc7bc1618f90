"""Every change to what came of learning."""

from records.services.attending import Marked, mark
from records.services.certifying import confirm, decide, issue_again, revoke

__all__ = ["Marked", "confirm", "decide", "issue_again", "mark", "revoke"]
