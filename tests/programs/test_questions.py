"""Residents ask the organiser of a course, the organiser answers, who asked hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from base import clock
from members.models import Audit
from notifications.models import Delivery
from programs import services
from programs.models import Course, Question
from programs.questions import queues_for, unanswered_for
from tests.programs.test_rosters import code_of, coordinator_of, signed_in
from tests.programs.town import DAY, Town, crowd, person

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db
TEXT = "ابزار را خودمان بیاوریم؟"


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def desk(town: Town) -> Member:
    return coordinator_of(town)


def ask(course: Course, member: Member | None = None, text: str = TEXT) -> Question:
    return services.ask(actor=member or person()[0], course=course, text=text)


def test_a_question_goes_from_the_course_to_the_desk_and_the_answer_back(town: Town, desk: Member) -> None:
    course, member = town.course(), person()[0]
    client = signed_in(member)
    assert f"/fa/courses/{course.slug}/ask/" in client.get(f"/fa/courses/{course.slug}/").content.decode()
    client.post(f"/fa/courses/{course.slug}/ask/send/", {"text": TEXT})
    question = Question.objects.get()
    for address in (f"/fa/work/courses/{course.slug}/roster/", "/fa/work/questions/", "/en/work/questions/"):
        text = signed_in(desk).get(address).content.decode()
        assert (address, f"/work/questions/{question.pk}/" in text or "?course=" in text) == (address, True)
    signed_in(desk).post(f"/fa/work/questions/{question.pk}/reply/", {"text": "نه، همه چیز هست."})
    told = Delivery.objects.get(member=member, channel="inbox")
    assert told.notice.values["answer"] == "نه، همه چیز هست."
    for address in ("/fa/me/inbox/", "/fa/me/questions/", f"/fa/courses/{course.slug}/ask/"):
        assert "نه، همه چیز هست." in client.get(address).content.decode()
    assert list(Audit.objects.filter(verb__in=["ask", "reply"]).values_list("verb", "actor_id")) == [
        ("ask", member.pk),
        ("reply", desk.pk),
    ]


def test_the_coordinators_are_told_of_a_question_once_and_not_of_its_words(town: Town, desk: Member) -> None:
    course, (member, _learner) = town.course(), person()
    for _ in range(2):
        question = ask(course, member)
    ask(course, desk, "خودم هم می‌پرسم")
    (told,) = Delivery.objects.filter(member=desk, channel="inbox")
    assert (told.notice.kind, told.notice.key) == (
        "programs/asked",
        f"program:{course.program_id}:asked:{question.pk}",
    )
    assert TEXT not in str(told.notice.values)
    assert f"/fa/work/questions/{question.pk}/" in signed_in(desk).get("/fa/me/inbox/").content.decode()


def test_nobody_reads_the_question_of_another(town: Town) -> None:
    """P1."""
    course = town.course()
    ask(course)
    other = signed_in(person()[0])
    for address in ("/fa/me/questions/", f"/fa/courses/{course.slug}/ask/"):
        assert TEXT not in other.get(address).content.decode()


def test_another_workgroup_neither_reads_nor_answers(town: Town) -> None:
    """P1."""
    question, other = ask(town.course()), coordinator_of(Town())
    assert signed_in(other).get(f"/fa/work/questions/{question.pk}/").status_code == 404
    assert TEXT not in signed_in(other).get("/fa/work/questions/").content.decode()
    assert code_of(lambda: services.reply(actor=other, question=question, text="نه")) == "not_yours"


def test_the_same_again_changes_nothing(town: Town, desk: Member) -> None:
    member, course = person()[0], town.course()
    question = ask(course, member)
    assert ask(course, member) == question
    for _ in range(2):
        services.reply(actor=desk, question=question, text="نه")
    assert Delivery.objects.filter(member=member, channel="inbox").count() == 1
    assert code_of(lambda: services.reply(actor=desk, question=question, text="بله")) == "answered"
    assert ask(course, member) != question


def test_five_questions_a_day_are_enough(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """R1."""
    member, course = person()[0], town.course()
    for number in range(5):
        ask(course, member, f"{TEXT} {number}")
    assert code_of(lambda: ask(course, member)) == "too_many"
    later = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    assert ask(course, member).text == TEXT


@pytest.mark.parametrize(
    ("text", "code"), [(" ", "text_missing"), ("a" * 1001, "text_long"), ("a\u202eb", "text_hidden")]
)
def test_a_text_that_cannot_be_read_is_refused_and_kept(town: Town, text: str, code: str) -> None:
    course, member = town.course(), person()[0]
    assert code_of(lambda: ask(course, member, text)) == code
    answer = signed_in(member).post(f"/fa/courses/{course.slug}/ask/send/", {"text": text})
    assert answer.status_code == 422
    assert Question.objects.count() == 0


def test_a_question_without_text_or_half_an_answer_is_none(town: Town) -> None:
    question = ask(town.course())
    broken: list[dict[str, Any]] = [{"text": ""}, {"answer": "x"}, {"answered_at": clock.now()}]
    for columns in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            Question.objects.filter(pk=question.pk).update(**columns)


def test_the_opening_page_can_name_what_waits(town: Town, desk: Member) -> None:
    course = town.course(capacity=1)
    crowd(course, 3)
    old, new = ask(course), ask(town.course())
    ask(Town().course())
    assert [row.question for row in unanswered_for(desk)] == [old, new]
    assert [(row.course.slug, row.waiting) for row in queues_for(desk)] == [(course.slug, 2)]


def test_the_number_of_queries_is_the_same_for_one_and_for_many(town: Town, desk: Member) -> None:
    client, found = signed_in(desk), []
    for many in (1, 30):
        for _ in range(many):
            question = ask(town.course())
            services.reply(actor=desk, question=ask(town.course()), text="نه")
        client.get("/fa/work/questions/")
        with CaptureQueriesContext(connection) as counted:
            assert str(question.pk) in client.get("/fa/work/questions/").content.decode()
        found.append(len(counted))
    assert found[0] == found[1]
