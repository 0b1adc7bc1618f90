"""Every change to programs, courses and places in them."""

from programs.services.courses import cancel, conclude, reschedule, resize
from programs.services.enrolling import enrol, withdraw
from programs.services.handing_in import confirm, forget_files, hand_in, map_columns, map_places, undo
from programs.services.indexing import index
from programs.services.offers import accept, accept_instead, decline
from programs.services.pinning import pin
from programs.services.queue import sweep
from programs.services.repair import save_repaired
from programs.services.watching import remind_of_tomorrow, tell_of_clashes
from programs.services.working import progress_of, work_imports

__all__ = [
    "accept",
    "accept_instead",
    "cancel",
    "conclude",
    "confirm",
    "decline",
    "enrol",
    "forget_files",
    "hand_in",
    "index",
    "map_columns",
    "map_places",
    "pin",
    "progress_of",
    "remind_of_tomorrow",
    "reschedule",
    "resize",
    "save_repaired",
    "sweep",
    "tell_of_clashes",
    "undo",
    "withdraw",
    "work_imports",
]
