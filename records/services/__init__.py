"""Every change to what came of learning."""

from records.services.attending import Marked, mark

__all__ = ["Marked", "mark"]
