"""Every change to programs, courses and places in them."""

from programs.services.courses import cancel, conclude, reschedule, resize
from programs.services.enrolling import enrol, withdraw
from programs.services.indexing import index
from programs.services.offers import accept, accept_instead, decline
from programs.services.pinning import pin
from programs.services.queue import sweep
from programs.services.repair import save_repaired
from programs.services.watching import remind_of_tomorrow, tell_of_clashes

__all__ = [
    "accept",
    "accept_instead",
    "cancel",
    "conclude",
    "decline",
    "enrol",
    "index",
    "pin",
    "remind_of_tomorrow",
    "reschedule",
    "resize",
    "save_repaired",
    "sweep",
    "tell_of_clashes",
    "withdraw",
]
