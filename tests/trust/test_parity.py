"""One rule, one answer: the page and the API refuse the same people for the same courses with the same code (P1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from base import clock
from members.models import Learner, Member
from programs.models import Course, Enrolment
from tests.programs import town as towns
from tests.programs.town import DAY, STATES, Town, crowd, enrol, offered, person

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


def nobody_yet() -> Member:
    return Member.objects.create(phone="+989359998877")


def girl() -> Member:
    return person("مهسا", gender=Learner.Gender.FEMALE)[0]


# Who, which course, and the code of the refusal; a state where the answer is yes.
CASES: dict[str, tuple[Callable[[], Member], Callable[[Town, Member], Course], str]] = {
    **{
        state: (lambda: person()[0], STATES[state], code)
        for state, code in {
            "open": "seated",
            "few": "seated",
            "full": "waiting",
            "queue_full": "queue_full",
            "waiting": "waiting",
            "offered": "offered",
            "seated": "seated",
            "clash": "clash",
            "age": "age",
            "audience": "audience",
            "not_open": "not_open",
            "closed": "closed",
            "cancelled": "cancelled",
            "partner": "partner",
            "paused": "paused",
        }.items()
    },
    "a girl in a course for women": (girl, lambda town, _: town.course(audience={"rule": "women_only"}), "seated"),
    "a girl in a course for men": (girl, lambda town, _: town.course(audience={"rule": "men_only"}), "audience"),
    "too old": (lambda: person(born=1950)[0], lambda town, _: town.course(age_max=30), "age"),
    "just old enough": (
        lambda: person(born=clock.today().year - 18)[0],
        lambda town, _: town.course(age_min=18),
        "seated",
    ),
    "nobody yet": (nobody_yet, lambda town, _: town.course(), "needs_profile"),
    "over": (lambda: person()[0], lambda town, _: town.course(first=clock.now() - 60 * DAY, meetings=2), "closed"),
    "by lottery": (lambda: person()[0], lambda town, _: town.course(selection=Course.Selection.LOTTERY), "applied"),
    "lots drawn": (
        lambda: person()[0],
        lambda town, _: town.course(selection=Course.Selection.LOTTERY, drawn_at=clock.now()),
        "drawn",
    ),
    "a draft": (lambda: person()[0], lambda town, _: town.course(state=Course.State.DRAFT), "404"),
}


def by_page(course: Course, member: Member) -> str:
    """What the page's button gave: the code of the refusal, or the state of the place."""
    client = Client()
    client.force_login(member)
    answer = client.post(f"/fa/courses/{course.slug}/enrol/")
    if answer.status_code == 409:
        return str(answer.context["refused"].code)
    if answer.status_code == 302 and "/accounts/profile/" in answer["Location"]:
        return "needs_profile"
    return _state(course, member) if answer.status_code == 302 else str(answer.status_code)


def by_api(course: Course, member: Member) -> str:
    """What the API gave."""
    client = Client()
    client.force_login(member)
    answer = client.post(f"/api/v1/courses/{course.pk}/enrolments/", "{}", content_type="application/json")
    if answer.status_code == 404:
        return "404"
    found = json.loads(answer.content)
    assert answer.status_code == (409 if "code" in found else answer.status_code)
    return str(found.get("code") or found["state"])


def _state(course: Course, member: Member) -> str:
    return Enrolment.objects.get(course=course, learner__cares__guardian=member).state


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize("case", CASES)
def test_the_doors_give_the_same_answer(case: str, door: Callable[[Course, Member], str]) -> None:
    """P1."""
    who, where, code = CASES[case]
    member = who()
    course = where(Town(), member)
    assert door(course, member) == code


@pytest.mark.parametrize("case", CASES)
def test_the_panel_says_beforehand_what_the_button_would_answer(case: str) -> None:
    """P1: who sees no button would be refused, and who sees one would not."""
    who, where, code = CASES[case]
    member = who()
    course = where(Town(), member)
    client = Client()
    client.force_login(member)
    answer = client.get(f"/fa/courses/{course.slug}/")
    if code == "404":
        assert answer.status_code == 404
        return
    panel = answer.context["panel"]
    is_standing = code in {"waiting", "offered", "seated", "applied"} and bool(panel.standing)
    would = code in {"seated", "waiting", "applied", "needs_profile"} and not is_standing
    assert (bool(panel.refusal is None and panel.can_enrol), bool(panel.standing)) == (would, is_standing)


def answer_by_page(place: Enrolment, member: Member, verb: str) -> str:
    client = Client()
    client.force_login(member)
    answer = client.post(f"/fa/me/enrolments/{place.pk}/{verb}/")
    return str(answer.context["refused"].code) if answer.status_code == 409 else str(answer.status_code)


def answer_by_api(place: Enrolment, member: Member, verb: str) -> str:
    client = Client()
    client.force_login(member)
    address = f"/api/v1/me/enrolments/{place.pk}/"
    if verb == "withdraw":
        answer = client.delete(address)
    else:
        answer = client.post(f"{address}{verb}/", "{}", content_type="application/json")
    return (
        str(answer.json()["code"])
        if answer.status_code == 409
        else "302"
        if answer.status_code < 300
        else str(answer.status_code)
    )


def expired(town: Town, member: Member) -> Course:
    course = offered(town, member)
    course.offers.update(expires_at=clock.now() - DAY)
    return course


def ended(town: Town, member: Member) -> Course:
    course = STATES["seated"](town, member)
    Course.objects.filter(pk=course.pk).update(starts_on=clock.today() - 9 * DAY, ends_on=clock.today() - DAY)
    return course


def offered_and_clashing(town: Town, member: Member) -> Course:
    course = offered(town, member)
    enrol(town.course(program=town.new_program("نقاشی", "Painting")), member)
    return course


ANSWERS = {
    "an offer": (offered, {"accept": "302", "decline": "302", "withdraw": "302"}),
    "an offer whose time has passed": (
        expired,
        {"accept": "offer_expired", "decline": "offer_expired", "withdraw": "302"},
    ),
    "an offer that clashes": (offered_and_clashing, {"accept": "clash", "decline": "302"}),
    "a seat": (STATES["seated"], {"accept": "302", "decline": "no_offer", "withdraw": "302"}),
    "a place in the queue": (STATES["waiting"], {"accept": "no_offer", "decline": "no_offer", "withdraw": "302"}),
    "a seat in a course that is over": (ended, {"withdraw": "over"}),
}
VERBS = [(case, verb) for case, (_, codes) in ANSWERS.items() for verb in codes]


@pytest.mark.parametrize("door", [answer_by_page, answer_by_api])
@pytest.mark.parametrize(("case", "verb"), VERBS)
def test_the_doors_judge_answers_alike(case: str, verb: str, door: Callable[[Enrolment, Member, str], str]) -> None:
    """P1."""
    where, codes = ANSWERS[case]
    member = person()[0]
    course = where(Town(), member)
    place = Enrolment.objects.get(course=course, learner=towns.own(member))
    assert door(place, member, verb) == codes[verb]


def test_a_table_that_is_wrong_would_be_found() -> None:
    """P1: the comparison can fail."""
    member = person()[0]
    course = STATES["age"](Town(), member)
    assert by_page(course, member) == by_api(course, member) != "audience"
    crowd(course, 0)
