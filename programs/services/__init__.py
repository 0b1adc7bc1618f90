"""Every change to programs, courses and places in them."""

from programs.services.courses import cancel, conclude, reschedule, resize
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
from programs.services.queue import sweep
from programs.services.repair import save_repaired
from programs.services.scheduling import Pattern, copy_course, drop_meeting, edit_course, make_meetings, restore_course
from programs.services.watching import remind_of_tomorrow, tell_of_clashes

__all__ = [
    "Pattern",
    "accept",
    "accept_instead",
    "archive",
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
    "index",
    "make_meetings",
    "publish",
    "publish_course",
    "remark",
    "remind_of_tomorrow",
    "reopen",
    "reschedule",
    "resize",
    "restore",
    "restore_course",
    "save_repaired",
    "submit",
    "sweep",
    "tell_of_clashes",
    "withdraw",
]
