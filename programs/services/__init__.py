"""Every change to programs, courses and places in them."""

from programs.services.answers import ask_for, correct, erase_answers, hand_over, read_answer_file
from programs.services.assisting import admit, promote, show_contacts, withdraw_for
from programs.services.attributing import attribute
from programs.services.choosing import approve, refuse
from programs.services.classes import call_off_class, move_class
from programs.services.concluding import conclude, conclude_some
from programs.services.courses import cancel, reschedule, resize
from programs.services.deciding import confirm as confirm_course
from programs.services.deciding import remind_to_decide, wait_until
from programs.services.demand import fulfil, note_vain_search, set_aside, support, wish
from programs.services.enrolling import enrol, enrol_together, withdraw
from programs.services.families import (
    accept_invitation,
    come_of_age,
    decline_invitation,
    dismiss_guardian,
    end_care,
    invite,
    tell_of_age,
)
from programs.services.following import follow, forget_reminder, remind, tell_of_openings, unfollow
from programs.services.forgetting import forget_places
from programs.services.handing_in import accept_seats, confirm, forget_files, hand_in, map_columns, map_places, undo
from programs.services.indexing import index
from programs.services.merging import merge
from programs.services.offers import accept, accept_instead, decline
from programs.services.people import end_sessions, find_people, read_person, show_contact_of
from programs.services.pinning import pin
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
from programs.services.repair import save_repaired
from programs.services.reserving import change_reserve, end_reserve, reserve_seats
from programs.services.rolls import forget_roll, forget_rolls, make_code, open_roll, prove, write_lines
from programs.services.rosters import export, message, read_roster
from programs.services.scheduling import Pattern, copy_course, drop_meeting, edit_course, make_meetings, restore_course
from programs.services.sweeping import sweep
from programs.services.teaching import assign, end_teaching
from programs.services.trail import export_trail
from programs.services.watching import remind_of_tomorrow, tell_of_clashes
from programs.services.working import progress_of, work_imports

__all__ = [
    "Pattern",
    "accept",
    "accept_instead",
    "accept_invitation",
    "accept_seats",
    "admit",
    "approve",
    "archive",
    "ask",
    "ask_for",
    "assign",
    "attribute",
    "call_off_class",
    "cancel",
    "change_reserve",
    "come_of_age",
    "conclude",
    "conclude_some",
    "confirm",
    "confirm_course",
    "copy_course",
    "correct",
    "create_course",
    "create_program",
    "decline",
    "decline_invitation",
    "dismiss_guardian",
    "drop_meeting",
    "edit_course",
    "edit_program",
    "end_care",
    "end_reserve",
    "end_sessions",
    "end_teaching",
    "enrol",
    "enrol_together",
    "erase_answers",
    "export",
    "export_trail",
    "find_people",
    "follow",
    "forget_files",
    "forget_places",
    "forget_reminder",
    "forget_roll",
    "forget_rolls",
    "fulfil",
    "hand_in",
    "hand_over",
    "index",
    "invite",
    "make_code",
    "make_meetings",
    "map_columns",
    "map_places",
    "merge",
    "message",
    "move_class",
    "note_vain_search",
    "open_roll",
    "pin",
    "progress_of",
    "promote",
    "prove",
    "publish",
    "publish_course",
    "read_answer_file",
    "read_person",
    "read_roster",
    "refuse",
    "remark",
    "remind",
    "remind_of_tomorrow",
    "remind_to_decide",
    "reopen",
    "reply",
    "reschedule",
    "reserve_seats",
    "resize",
    "restore",
    "restore_course",
    "save_repaired",
    "set_aside",
    "show_contact_of",
    "show_contacts",
    "submit",
    "support",
    "sweep",
    "tell_of_age",
    "tell_of_clashes",
    "tell_of_openings",
    "undo",
    "unfollow",
    "wait_until",
    "wish",
    "withdraw",
    "withdraw_for",
    "work_imports",
    "write_lines",
]
