"""Programs, their courses, and the places of learners in them."""

from programs.models.course import ClassMeeting, Course, Slot, Teaching
from programs.models.enrolment import Enrolment, Offer
from programs.models.handed import Import, ImportRow
from programs.models.program import Feed, Program

__all__ = [
    "ClassMeeting",
    "Course",
    "Enrolment",
    "Feed",
    "Import",
    "ImportRow",
    "Offer",
    "Program",
    "Slot",
    "Teaching",
]
