"""Every change to programs, courses and places in them."""

from programs.services.assisting import admit, promote, show_contacts, withdraw_for
from programs.services.courses import cancel, conclude, reschedule, resize
from programs.services.demand import fulfil, note_vain_search, set_aside, support, wish
from programs.services.enrolling import enrol, withdraw
from programs.services.indexing import index
from programs.services.offers import accept, accept_instead, decline
from programs.services.questions import ask, reply
from programs.services.queue import sweep
from programs.services.repair import save_repaired
from programs.services.rosters import export, message, read_roster
from programs.services.watching import remind_of_tomorrow, tell_of_clashes

__all__ = [
    "accept",
    "accept_instead",
    "admit",
    "ask",
    "cancel",
    "conclude",
    "decline",
    "enrol",
    "export",
    "fulfil",
    "index",
    "message",
    "note_vain_search",
    "promote",
    "read_roster",
    "remind_of_tomorrow",
    "reply",
    "reschedule",
    "resize",
    "save_repaired",
    "set_aside",
    "show_contacts",
    "support",
    "sweep",
    "tell_of_clashes",
    "wish",
    "withdraw",
    "withdraw_for",
]
