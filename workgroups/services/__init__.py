"""Every change to workgroups, their people, meetings and decisions."""

from workgroups.services.appointing import appoint, extend, release
from workgroups.services.deciding import close, decide, edit_decision, publish_decision
from workgroups.services.founding import edit_workgroup, found
from workgroups.services.meetings import call_meeting, call_off, move_meeting
from workgroups.services.minutes import add_item, approve_minutes, mark_attendance, write_minutes
from workgroups.services.registers import add_entry, edit_entry, move_entry
from workgroups.services.settling import set_city, set_logo
from workgroups.services.telling import event_of_meeting
from workgroups.services.watching import remind_of_decisions, remind_of_meetings

__all__ = [
    "add_entry",
    "add_item",
    "appoint",
    "approve_minutes",
    "call_meeting",
    "call_off",
    "close",
    "decide",
    "edit_decision",
    "edit_entry",
    "edit_workgroup",
    "event_of_meeting",
    "extend",
    "found",
    "mark_attendance",
    "move_entry",
    "move_meeting",
    "publish_decision",
    "release",
    "remind_of_decisions",
    "remind_of_meetings",
    "set_city",
    "set_logo",
    "write_minutes",
]
