"""Every change to programs, courses and places in them."""

from programs.services.assisting import admit, promote, show_contacts, withdraw_for
from programs.services.courses import cancel, conclude, reschedule, resize
from programs.services.demand import fulfil, note_vain_search, set_aside, support, wish
from programs.services.enrolling import enrol, withdraw
from programs.services.indexing import index
from programs.services.offers import accept, accept_instead, decline
from programs.services.planning import (
    archive,
    create_course,
    create_program,
    edit_program,
    publish,
    publish_course,
    remark,
    reopen,
    restore,
    submit,
)
from programs.services.questions import ask, reply
from programs.services.queue import sweep
from programs.services.repair import save_repaired
from programs.services.rosters import export, message, read_roster
from programs.services.scheduling import Pattern, copy_course, drop_meeting, edit_course, make_meetings, restore_course
from programs.services.watching import remind_of_tomorrow, tell_of_clashes

__all__ = [
    "Pattern",
    "accept",
    "accept_instead",
    "admit",
    "archive",
    "ask",
    "cancel",
    "conclude",
    "copy_course",
    "create_course",
    "create_program",
    "decline",
    "drop_meeting",
    "edit_course",
    "edit_program",
    "enrol",
    "export",
    "fulfil",
    "index",
    "make_meetings",
    "message",
    "note_vain_search",
    "promote",
    "publish",
    "publish_course",
    "read_roster",
    "remark",
    "remind_of_tomorrow",
    "reopen",
    "reply",
    "reschedule",
    "resize",
    "restore",
    "restore_course",
    "save_repaired",
    "set_aside",
    "show_contacts",
    "submit",
    "support",
    "sweep",
    "tell_of_clashes",
    "wish",
    "withdraw",
    "withdraw_for",
]
