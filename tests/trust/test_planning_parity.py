"""One rule, one answer around planning: page and API refuse the same things with the same code and words (P1)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.messages import get_messages
from django.forms import BaseForm

from base import clock
from programs import services
from programs.models import ClassMeeting, Course, Program
from tests.programs.test_planning import coordinator_of, draft, form_of, ready
from tests.programs.test_rosters import signed_in
from tests.programs.town import DAY, Town, crowd, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from members.models import Member

pytestmark = pytest.mark.django_db
REASON = {"fa": "برف", "en": "Snow"}


@dataclass
class Ask:
    """The same wish for both doors: the page's address below /fa/work/ and its form, the API's and its content."""

    page: str
    api: str
    form: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    method: str = "POST"


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def desk(town: Town) -> Member:
    return coordinator_of(town)


def by_page(member: Member, ask: Ask) -> tuple[str, str]:
    """The code and the words of the refusal; the code alone is not on the page where a button was refused."""
    answer = signed_in(member).post(f"/fa/work/{ask.page}", ask.form)
    if answer.status_code == 302:
        said = [str(one) for one in get_messages(answer.wsgi_request) if one.level_tag == "error"]
        return "", "".join(said)
    refused = answer.context.get("refused")
    if refused is None:  # said beside a field, or above the form
        forms = [
            one for one in map(answer.context.get, answer.context.keys()) if isinstance(one, BaseForm) and one.is_bound
        ]
        (error,) = [error for form in forms for errors in form.errors.as_data().values() for error in errors][:1]
        return str(error.code or ""), "".join(error.messages)
    return refused.code, str(refused.message)


def by_api(member: Member, ask: Ask) -> tuple[str, str]:
    """The code and the words of the refusal."""
    answer = _sent(member, ask)
    found = json.loads(answer.content)
    assert answer.status_code == 409, found
    return found["code"], found["message"]


def _sent(member: Member, ask: Ask) -> HttpResponse:
    address, content = f"/api/v1/work/{ask.api}?lang=fa", json.dumps(ask.data)
    return signed_in(member).generic(ask.method, address, content, content_type="application/json")


def written(program: Program, **typed: str) -> dict[str, str]:
    """The form of a program as it stands in the database, but for what is typed."""
    program.refresh_from_db()
    return form_of(program, **typed)


def of_course(course: Course, **typed: Any) -> dict[str, Any]:
    """The form of a course as it stands in the database, but for what is typed."""
    course.refresh_from_db()
    plain = {"venue": course.venue_id or "", "capacity": course.capacity, "waiting_size": "", "rule": ""}
    if course.opens_at and course.closes_at:
        names = ("opens_at", "closes_at")
        plain |= {name: clock.wall(getattr(course, name)).strftime("%Y-%m-%d %H:%M") for name in names}
    return {"version": course.version, "audience": "everyone", "language": "fa", "fee": "0"} | plain | typed


def old_program(town: Town, desk: Member) -> Ask:
    program = draft(town, desk)
    services.edit_program(actor=desk, program=program, version=1, facts={"level": "beginner"}, texts={})
    form = written(program, version="1", title_en="Rug")
    data = {"version": 1, "texts": {"en": {"title": "Rug"}}}
    return Ask(f"programs/{program.slug}/save/", f"programs/{program.pk}/", form, data, "PATCH")


def unfinished(town: Town, desk: Member) -> Ask:
    program = draft(town, desk)
    return Ask(f"programs/{program.slug}/publish/", f"programs/{program.pk}/publish/", written(program))


def in_state(state: str, verb: str) -> Callable[[Town, Member], Ask]:
    def arrange(town: Town, desk: Member) -> Ask:
        program = draft(town, desk)
        ready(town, desk, program)
        Program.objects.filter(pk=program.pk).update(state=state)
        return Ask(f"programs/{program.slug}/{verb}/", f"programs/{program.pk}/{verb}/", written(program))

    return arrange


def reopening(town: Town, desk: Member) -> Ask:
    program = town.program
    return Ask(f"programs/{program.slug}/turn/", f"programs/{program.pk}/reopen/", {"to": "reopen"})


def archiving(town: Town, desk: Member) -> Ask:
    crowd(town.course(), 1)
    program = town.program
    return Ask(f"programs/{program.slug}/turn/", f"programs/{program.pk}/archive/", {"to": "archive"})


def emptying(town: Town, desk: Member) -> Ask:
    program = draft(town, desk)
    ready(town, desk, program)
    services.publish(actor=desk, program=program)
    form, data = written(program, outcomes_en=""), {"version": 1, "texts": {"en": {"outcomes": ""}}}
    return Ask(f"programs/{program.slug}/save/", f"programs/{program.pk}/", form, data, "PATCH")


def old_course(town: Town, desk: Member) -> Ask:
    course = ready(town, desk, draft(town, desk))
    form = of_course(course, version=1)
    return Ask(f"courses/{course.slug}/save/", f"courses/{course.pk}/", form, {"version": 1}, "PATCH")


def shrinking(town: Town, desk: Member) -> Ask:
    course = town.course()
    crowd(course, 3)
    form, data = of_course(course, capacity=2), {"version": 1, "capacity": 2}
    return Ask(f"courses/{course.slug}/save/", f"courses/{course.pk}/", form, data, "PATCH")


def homeless(town: Town, desk: Member) -> Ask:
    course = town.course()
    form, data = of_course(course, venue=""), {"version": 1, "venue": None}
    return Ask(f"courses/{course.slug}/save/", f"courses/{course.pk}/", form, data, "PATCH")


def undated(town: Town, desk: Member) -> Ask:
    course = services.create_course(actor=desk, program=town.program)
    return Ask(f"courses/{course.slug}/publish/", f"courses/{course.pk}/publish/", of_course(course))


def replanning(**changes: Any) -> Callable[[Town, Member], Ask]:
    def arrange(town: Town, desk: Member) -> Ask:
        course = town.course(**changes)
        first = (clock.today() + 30 * DAY).isoformat()
        rhythm = {"weekdays": [0], "first": first, "count": "4", "starts": "17:00", "ends": "19:00"}
        form = of_course(course, **rhythm)
        data = {"weekdays": ["sat"], "first": first, "meetings": 4, "starts": "17:00", "ends": "19:00"}
        return Ask(f"courses/{course.slug}/meetings/", f"courses/{course.pk}/meetings/", form, data)

    return arrange


def dropping(town: Town, desk: Member) -> Ask:
    course = town.course(first=clock.now() - DAY)
    last = course.meetings.order_by("starts_at").last()
    assert last is not None
    api = f"courses/{course.pk}/meetings/{last.pk}/"
    return Ask(f"courses/{course.slug}/meetings/{last.pk}/drop/", api, of_course(course), method="DELETE")


def cancelling(town: Town, desk: Member) -> Ask:
    course = town.course(first=clock.now() - 40 * DAY, meetings=1)
    form = {f"reason_{language}": text for language, text in REASON.items()}
    return Ask(f"courses/{course.slug}/cancel/", f"courses/{course.pk}/cancel/", form, {"reason": REASON})


def class_of(course: Course, number: int = 0) -> ClassMeeting:
    return list(course.meetings.order_by("starts_at"))[number]


def moving(at: dt.timedelta, hours: float = 2, **changes: Any) -> Callable[[Town, Member], Ask]:
    """The first class meeting, to be held so long from now."""

    def arrange(town: Town, desk: Member) -> Ask:
        course = town.course(**changes)
        one, starts = class_of(course), clock.wall(clock.now() + at).replace(hour=8, minute=0, second=0, microsecond=0)
        ends = starts + dt.timedelta(hours=hours)
        form = {"day": starts.date().isoformat(), "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
        data = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
        page = f"courses/{course.slug}/meetings/{one.pk}/move/"
        return Ask(page, f"courses/{course.pk}/meetings/{one.pk}/move/", form, data)

    return arrange


def calling_off(**changes: Any) -> Callable[[Town, Member], Ask]:
    def arrange(town: Town, desk: Member) -> Ask:
        course = town.course(**changes)
        one = class_of(course)
        return Ask(f"courses/{course.slug}/meetings/{one.pk}/off/", f"courses/{course.pk}/meetings/{one.pk}/off/")

    return arrange


def assigning(contact: str = "", until: int | None = None, *, twice: bool = False) -> Callable[[Town, Member], Ask]:
    def arrange(town: Town, desk: Member) -> Ask:
        course, teacher = town.course(), person()[0]
        typed = contact or teacher.phone or ""
        if twice:
            services.assign(actor=desk, course=course, contact=typed, from_on=clock.today())
        days = {"from_on": clock.today().isoformat()}
        days |= {"until_on": (clock.today() + until * DAY).isoformat()} if until is not None else {}
        data = {"person": typed} | days
        page = f"courses/{course.slug}/instructors/assign/"
        return Ask(page, f"courses/{course.pk}/instructors/", data, data)

    return arrange


def ending(days: int) -> Callable[[Town, Member], Ask]:
    def arrange(town: Town, desk: Member) -> Ask:
        course, teacher = town.course(), person()[0]
        row = services.assign(actor=desk, course=course, contact=teacher.phone or "", from_on=clock.today())
        data = {"until_on": (clock.today() + days * DAY).isoformat()}
        page, api = f"courses/{course.slug}/instructors/{row.pk}/end/", f"courses/{course.pk}/instructors/{row.pk}/end/"
        return Ask(page, api, data, data)

    return arrange


def wished(state: str) -> Callable[[Town, Member], Ask]:
    def arrange(town: Town, desk: Member) -> Ask:
        wish, _ = services.wish(actor=desk, text="شنا برای بانوان", language="fa")
        if state == "hidden":
            services.set_aside(actor=desk, wish=wish)
        page, api = f"demand/{wish.pk}/answer/", f"wishes/{wish.pk}/answer/"
        return Ask(page, api, {"answer": f"program:{town.program.slug}"}, {"program": town.program.pk})

    return arrange


def setting_aside(town: Town, desk: Member) -> Ask:
    wish, _ = services.wish(actor=desk, text="شنا برای بانوان", language="fa")
    services.fulfil(actor=desk, wish=wish, program=town.program)
    return Ask(f"demand/{wish.pk}/set-aside/", f"wishes/{wish.pk}/set-aside/")


def restoring(town: Town, desk: Member) -> Ask:
    course = ready(town, desk, draft(town, desk))
    data = {"version": 99}
    return Ask(
        f"courses/{course.slug}/save/", f"courses/{course.pk}/versions/1/restore/", of_course(course, version=99), data
    )


def exporting(town: Town, desk: Member) -> Ask:
    course = town.course()
    for _ in range(10):
        services.export(actor=desk, course=course, reason="بیمه", kind="csv")
    page, data = f"courses/{course.slug}/roster/export/file/", {"reason": "بیمه", "kind": "csv"}
    return Ask(page, f"courses/{course.pk}/export/", data, data)


# What is asked, and the code of the refusal.
CASES: dict[str, tuple[Callable[[Town, Member], Ask], str]] = {
    "a program that someone else changed": (old_program, "changed_meanwhile"),
    "publishing without a dated course": (unfinished, "dated_course"),
    "publishing what is archived": (in_state("archived", "publish"), "wrong_state"),
    "submitting what is published": (in_state("published", "submit"), "wrong_state"),
    "reopening what is published": (reopening, "wrong_state"),
    "archiving what people are in": (archiving, "courses_running"),
    "emptying what is published": (emptying, "outcomes_en"),
    "a course that someone else changed": (old_course, "changed_meanwhile"),
    "fewer seats than people": (shrinking, "seats_taken"),
    "a published course without a place": (homeless, "place"),
    "publishing without days": (undated, "dates"),
    "another rhythm once it has begun": (replanning(first=clock.now() - DAY), "begun"),
    "another rhythm of what is cancelled": (replanning(state=Course.State.CANCELLED), "cancelled"),
    "dropping a meeting once it has begun": (dropping, "begun"),
    "cancelling what is over": (cancelling, "over"),
    "moving a class into the past": (moving(-3 * DAY), "class_past"),
    "moving a class far away": (moving(2000 * DAY), "class_far"),
    "a class that never ends": (moving(9 * DAY, 13), "class_long"),
    "a class that ends before it begins": (moving(9 * DAY, -1), "hours_wrong"),
    "moving a class that has begun": (moving(9 * DAY, first=clock.now() - DAY), "class_begun"),
    "moving a class of a cancelled course": (moving(9 * DAY, state=Course.State.CANCELLED), "cancelled"),
    "calling off the only class": (calling_off(meetings=1), "last_class"),
    "calling off what has begun": (calling_off(first=clock.now() - DAY), "class_begun"),
    "an instructor whom nobody knows": (assigning("nobody@example.org"), "no_member"),
    "an instructor twice": (assigning(twice=True), "open_twice"),
    "an instructor until today": (assigning(until=0), "ends_before"),
    "ending a teaching yesterday": (ending(-1), "ends_past"),
    "answering a wish put aside": (wished("hidden"), "not_open"),
    "putting an answered wish aside": (setting_aside, "not_open"),
    "restoring a course that someone else changed": (restoring, "changed_meanwhile"),
    "the eleventh list within an hour": (exporting, "too_many"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_doors_refuse_alike(town: Town, desk: Member, case: str) -> None:
    """P1."""
    arrange, code = CASES[case]
    ask = arrange(town, desk)
    said_by_page, said_by_api = by_page(desk, ask), by_api(desk, ask)
    assert said_by_api[0] == code
    assert said_by_page[0] in {code, ""}
    assert said_by_page[1] == said_by_api[1]
