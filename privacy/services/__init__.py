"""Every change to what a member has in the portal as a whole: taking it along, erasing it, forgetting it in time."""

from privacy.services.downloading import ask_for_download, forget_downloads, is_over, make_downloads
from privacy.services.erasing import erase_again, erase_due, what_goes
from privacy.services.leaving import ask_to_leave, keep, send_away
from privacy.services.silence import warn_silent

__all__ = [
    "ask_for_download",
    "ask_to_leave",
    "erase_again",
    "erase_due",
    "forget_downloads",
    "is_over",
    "keep",
    "make_downloads",
    "send_away",
    "warn_silent",
    "what_goes",
]
