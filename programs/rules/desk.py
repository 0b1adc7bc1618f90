"""What may not be done at a course's desk, and why: finding people, moving them up, writing to them, taking lists; wishes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base import clock
from base.persian import has_hidden_controls
from base.refusal import Refusal
from members.models import Audit
from programs.models import Course, Enrolment, Program, Question, Wish
from programs.rules.places import NOT_YOURS, number, queue_moves
from workgroups.models import Appointment, Workgroup

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from members.models import Member
    from programs.models.standing import Standing

MOST_FOUND_A_DAY, MOST_MESSAGES_A_DAY, MOST_QUESTIONS_A_DAY, MOST_EXPORTS_AN_HOUR = 20, 5, 5, 10
MOST_WISHES_A_DAY, LONGEST_WISH = 5, 200
LONGEST_REASON, LONGEST_MESSAGE, LONGEST_QUESTION, LONGEST_REPLY = 300, 600, 1000, 2000
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def why_not_text(text: str, longest: int) -> Refusal | None:
    """Whether a text that somebody else will read is none, too long, or holds signs that nobody sees."""
    if not text.strip():
        return Refusal("text_missing", _("Write a few words"))
    if has_hidden_controls(text.replace("\n", " ").replace("\r", " ").replace("\t", " ")):
        return Refusal("text_hidden", _("The text holds hidden signs; type it again instead of pasting it"))
    if len(text) <= longest:
        return None
    return Refusal("text_long", format_lazy(_("Write at most {longest} letters"), longest=number(longest)))


def why_not_reason(reason: str) -> Refusal | None:
    """Whether an act that needs a reason has none that can be kept."""
    if not reason.strip():
        return Refusal("reason_missing", _("Write the reason"))
    return why_not_text(reason, LONGEST_REASON)


def _too_many(most: int, so_far: int, message: StrOrPromise) -> Refusal | None:
    return Refusal("too_many", message, {"most": most}) if so_far >= most else None


def _lines(verb: str, since: dt.timedelta, **which: int) -> int:
    """How often the trail tells of that act since then."""
    return Audit.objects.filter(verb=verb, at__gt=clock.now() - since, **which).count()


def why_not_find_person(actor: Member) -> Refusal | None:
    """Whether a coordinator has looked for people by their number twenty times within a day; staff may go on."""
    if actor.is_superuser or Appointment.objects.staff(actor).exists():
        return None
    text = format_lazy(
        _("You have looked up {most} numbers within a day; go on tomorrow"), most=number(MOST_FOUND_A_DAY)
    )
    return _too_many(MOST_FOUND_A_DAY, _lines("find_person", DAY, actor_id=actor.pk), text)


def why_not_choose(enrolment: Enrolment, *, yes: bool) -> Refusal | None:
    """Whether an application cannot be answered so: the person never applied, took it back, has the other answer already, or
    the time for it is over.
    """
    course = enrolment.course
    if course.state != Course.State.PUBLISHED or not queue_moves(course):
        return Refusal("queue_over", _("The queue of this course does not move any more"))
    chosen, turned_away = (Enrolment.State.WAITING, *Enrolment.HOLDING), (Enrolment.State.REFUSED,)
    if course.selection == Course.Selection.APPROVAL:
        if enrolment.state in (Enrolment.State.APPLIED, *(chosen if yes else turned_away)):
            return None
        if enrolment.state in (turned_away if yes else chosen):
            return Refusal("decided", _("Somebody else has answered this application already, and otherwise"))
    return Refusal("not_applied", _("This person does not wait for your answer"))


def why_not_promote(enrolment: Enrolment, course: Standing, *, lacking: int, extra_seat: bool) -> Refusal | None:
    """Whether someone cannot be moved up out of order: not waiting, the queue is over, or `lacking` seats for them."""
    if enrolment.state != Enrolment.State.WAITING:
        return Refusal("not_waiting", _("This person does not wait in line"))
    if course.state != Course.State.PUBLISHED or not queue_moves(course):
        return Refusal("queue_over", _("The queue of this course does not move any more"))
    if lacking and not extra_seat:
        return Refusal("full", _("Not enough seats are free; add what lacks for this person"))
    return None


def why_not_message(course: Standing) -> Refusal | None:
    """Whether a course has sent its five messages within a day."""
    text = format_lazy(
        _("This course has sent {most} messages within a day; go on tomorrow"), most=number(MOST_MESSAGES_A_DAY)
    )
    return _too_many(MOST_MESSAGES_A_DAY, _lines("message", DAY, object_id=course.pk), text)


def why_not_export(actor: Member) -> Refusal | None:
    """Whether the member has taken ten lists within an hour."""
    text = format_lazy(
        _("You have downloaded {most} lists within an hour; wait a while"), most=number(MOST_EXPORTS_AN_HOUR)
    )
    return _too_many(MOST_EXPORTS_AN_HOUR, _lines("export", HOUR, actor_id=actor.pk), text)


def why_not_ask(member: Member) -> Refusal | None:
    """Whether the member has asked five questions within a day."""
    asked = Question.objects.filter(member=member, asked_at__gt=clock.now() - DAY).count()
    text = format_lazy(_("You have asked {most} questions today; go on tomorrow"), most=number(MOST_QUESTIONS_A_DAY))
    return _too_many(MOST_QUESTIONS_A_DAY, asked, text)


def why_not_reply(question: Question) -> Refusal | None:
    """Whether somebody has answered already."""
    return Refusal("answered", _("This question is answered already")) if question.answered_at else None


def why_not_wish(member: Member) -> Refusal | None:
    """Whether the member has made five wishes within a day."""
    text = format_lazy(_("You have made {most} wishes today; go on tomorrow"), most=number(MOST_WISHES_A_DAY))
    return _too_many(MOST_WISHES_A_DAY, _lines("wish", DAY, actor_id=member.pk), text)


def why_not_support(wish: Wish) -> Refusal | None:
    """Whether a wish no longer waits."""
    return None if wish.state == Wish.State.OPEN else Refusal("not_open", _("This wish does not wait any more"))


def why_not_fulfil(actor: Member, program: Program, course: Course | None) -> Refusal | None:
    """Whether the actor does not answer for what shall answer a wish, or nobody could see it."""
    if not Workgroup.objects.coordinated_by(actor).filter(pk=program.workgroup_id).exists():
        return NOT_YOURS
    is_public = program.state == Program.State.PUBLISHED
    if course is not None:
        is_public = is_public and course.program_id == program.pk and course.state == Course.State.PUBLISHED
    return None if is_public else Refusal("not_public", _("Publish it first, so that people find it"))


def why_not_set_aside(actor: Member) -> Refusal | None:
    """Whether the actor coordinates nothing."""
    return None if Workgroup.objects.coordinated_by(actor).exists() else NOT_YOURS
