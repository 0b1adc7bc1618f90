"""Programs, their courses, and the places of learners in them."""

from programs.models.course import ClassMeeting, Course, Slot, Teaching
from programs.models.demand import Support, VainSearch, Wish
from programs.models.draw import Draw
from programs.models.enrolment import Enrolment, Offer, Party
from programs.models.following import Follow, Reminder
from programs.models.handed import Import, ImportRow
from programs.models.program import Feed, Program
from programs.models.question import Question
from programs.models.questionnaire import AnswerFile, AnswerSheet, Item, Questionnaire
from programs.models.reserve import Reserve
from programs.models.revision import Remark, Revision
from programs.models.roll import Roll, RollLine, RollProof

__all__ = [
    "AnswerFile",
    "AnswerSheet",
    "ClassMeeting",
    "Course",
    "Draw",
    "Enrolment",
    "Feed",
    "Follow",
    "Import",
    "ImportRow",
    "Item",
    "Offer",
    "Party",
    "Program",
    "Question",
    "Questionnaire",
    "Remark",
    "Reminder",
    "Reserve",
    "Revision",
    "Roll",
    "RollLine",
    "RollProof",
    "Slot",
    "Support",
    "Teaching",
    "VainSearch",
    "Wish",
]
