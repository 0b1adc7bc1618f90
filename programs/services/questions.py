"""What residents ask the organiser of a course, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from members.services import record
from notifications.services import post
from programs.models import Course, Question
from programs.rules import (
    LONGEST_QUESTION,
    LONGEST_REPLY,
    why_not_answer_for,
    why_not_ask,
    why_not_reply,
    why_not_text,
)
from programs.services.notices import facts, post_to_planners

if TYPE_CHECKING:
    from members.models import Member

SHOWN_OF_A_TEXT = 200


@transaction.atomic
def ask(*, actor: Member, course: Course, text: str) -> Question:
    """Puts a question to the organiser of a course, whose coordinators are told; one that still waits is not put twice.

    Raises:
        Refused: `text_missing`, `text_long`, `text_hidden`, `too_many`.
    """
    refuse_if(why_not_text(text, LONGEST_QUESTION))
    same = Question.objects.visible_to(actor).open().filter(course=course, text=text.strip()).first()
    if same is not None:
        return same
    refuse_if(why_not_ask(actor))
    question = Question.objects.create(course=course, member=actor, text=text.strip(), asked_at=clock.now())
    post_to_planners(
        course.program,
        "asked",
        leaving_out=actor,
        about=str(question.pk),
        question_id=question.pk,
        course_title=facts(course.pk)["course_title"],
    )
    record(actor=actor, verb="ask", row=question)
    return question


@transaction.atomic
def reply(*, actor: Member, question: Question, text: str) -> Question:
    """Answers a question; who asked is told. The same answer again changes nothing.

    Raises:
        Refused: `not_yours`; `text_missing`, `text_long`, `text_hidden`; `answered` when it has another answer.
    """
    refuse_if(why_not_answer_for(question.course, actor) or why_not_text(text, LONGEST_REPLY))
    question = (
        Question.objects.select_for_update(no_key=True, of=("self",)).select_related("course").get(pk=question.pk)
    )
    if question.answer == text.strip():
        return question
    refuse_if(why_not_reply(question))
    question.answer, question.answered_by, question.answered_at = text.strip(), actor, clock.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    values = facts(question.course_id) | {
        "question": question.text[:SHOWN_OF_A_TEXT],
        "answer": question.answer,
        "starts_at": None,
        "starts_on": None,
        "venue": {},
    }
    post(key=f"question:{question.pk}:answered", kind="programs/answered", members=[question.member_id], values=values)
    record(actor=actor, verb="reply", row=question)
    return question
