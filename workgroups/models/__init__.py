"""Who carries the city's learning, what they meet about, and what they decide."""

from workgroups.models.decision import Decision
from workgroups.models.meeting import AgendaItem, Attendance, Meeting
from workgroups.models.workgroup import Appointment, LiteracyArea, Organisation, Venue, Workgroup

__all__ = [
    "AgendaItem",
    "Appointment",
    "Attendance",
    "Decision",
    "LiteracyArea",
    "Meeting",
    "Organisation",
    "Venue",
    "Workgroup",
]
