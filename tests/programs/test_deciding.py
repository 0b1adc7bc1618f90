"""A course that needs a number of people is decided on its day: reminded, confirmed, put off, or cancelled; all are told once."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from base import clock
from base.refusal import Refused
from members.models import Audit
from notifications.models import Delivery, Notice
from programs import services
from programs.models import Course
from tests.programs.test_planning import coordinator_of
from tests.programs.test_rosters import signed_in
from tests.programs.town import DAY, Town, crowd, enrol, person

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db


def small(town: Town, days: int = 10, **facts: Any) -> Course:
    """A course that needs four people and begins in so many days at noon."""
    first = clock.at(clock.today() + days * DAY, dt.time(12))
    return town.course(**{"first": first, "meetings": 2, "minimum": 4, "closes_at": first - DAY / 4} | facts)


def at(monkeypatch: pytest.MonkeyPatch, days: int, hour: int = 11) -> None:
    """The clock stands so many days ahead at that hour of the city."""
    moment = clock.at(clock.today() + days * DAY, dt.time(hour))
    monkeypatch.setattr(clock, "now", lambda: moment)


def told(kind: str) -> list[int]:
    """Who was told that, once for each time."""
    inbox = Delivery.objects.filter(notice__kind=f"programs/{kind}", channel="inbox")
    return sorted(inbox.values_list("member", flat=True))


@pytest.mark.parametrize(
    ("days", "hour", "keys"),
    [
        (3, 11, []),
        (4, 9, []),
        (4, 11, ["soon"]),
        (6, 11, ["soon"]),
        (7, 9, []),
        (7, 11, ["today"]),
        (9, 11, ["today"]),
        (10, 11, []),
    ],
)
def test_the_coordinators_are_reminded_before_and_on_the_day(
    monkeypatch: pytest.MonkeyPatch, days: int, hour: int, keys: list[str]
) -> None:
    town = Town()
    desk, course = coordinator_of(town), small(town)
    assert course.decision_day == clock.today() + 7 * DAY
    at(monkeypatch, days, hour)
    for _run in range(3):
        services.remind_to_decide()
    notices = Notice.objects.filter(kind="programs/decide").values_list("key", flat=True)
    assert [key.rsplit(":", 1)[1] for key in notices] == keys
    assert told("decide") == [desk.pk] * len(keys)


def test_nobody_is_reminded_of_what_is_decided_cancelled_or_needs_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    desk = coordinator_of(town)
    services.confirm_course(actor=desk, course=small(town))
    services.cancel(actor=desk, course=small(town), reason={"fa": "کم", "en": "Few"})
    small(town, minimum=None)
    small(town, state=Course.State.DRAFT)
    at(monkeypatch, 7)
    assert services.remind_to_decide() == 0
    assert told("decide") == []


def test_a_crash_between_two_courses_loses_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    coordinator_of(town)
    courses = [small(town), small(town)]
    at(monkeypatch, 7)
    from programs.services import deciding

    with monkeypatch.context() as broken:
        real = deciding.post

        def post(**facts: Any) -> None:
            if f"course:{courses[1].pk}:" in facts["key"]:
                raise RuntimeError
            real(**facts)

        broken.setattr(deciding, "post", post)
        with pytest.raises(RuntimeError):
            services.remind_to_decide()
    assert len(told("decide")) == 1
    services.remind_to_decide()
    services.remind_to_decide()
    assert len(told("decide")) == 2


def decide(desk: Member, course: Course, door: str, **sent: str) -> Any:
    """Decides by the page or the API."""
    client = signed_in(desk)
    if door == "api":
        address = f"/api/v1/work/courses/{course.pk}/decide/"
        return client.post(address, json.dumps(sent), "application/json")
    page = {"day" if name == "until" else name: value for name, value in sent.items()}
    return client.post(f"/en/work/courses/{course.slug}/decide/", page)


@pytest.mark.parametrize("door", ["page", "api"])
def test_confirmed_tells_everyone_with_a_place_once(door: str) -> None:
    town = Town()
    desk, course = coordinator_of(town), small(town, capacity=1)
    places = crowd(course, 2)
    left = enrol(course, person()[0])
    services.withdraw(actor=left.asked_by, enrolment=left)
    assert "With at least 4 people" in signed_in(desk).get(f"/en/courses/{course.slug}/").content.decode()
    for _again in range(2):
        assert decide(desk, course, door, verdict="confirm").status_code in {200, 302}
    course.refresh_from_db()
    assert course.decided_at is not None
    assert told("confirmed") == sorted(one.asked_by_id for one in places)
    assert Audit.objects.filter(verb="confirm_course").count() == 1
    assert "For certain" in signed_in(desk).get(f"/en/courses/{course.slug}/").content.decode()
    public = signed_in(desk).get(f"/api/v1/courses/{course.pk}/").json()["minimum"]
    assert (public["is_certain"], public["people"]) == (True, 4)
    assert 'id="decide"' not in signed_in(desk).get(f"/en/work/courses/{course.slug}/roster/").content.decode()


@pytest.mark.parametrize("door", ["page", "api"])
def test_waiting_sets_another_day_of_which_all_hear_and_coordinators_are_reminded_anew(
    door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town()
    desk, course = coordinator_of(town), small(town)
    (place,) = crowd(course, 1)
    day = clock.today() + 9 * DAY
    assert 'id="decide"' in signed_in(desk).get(f"/en/work/courses/{course.slug}/roster/").content.decode()
    for _again in range(2):
        assert decide(desk, course, door, verdict="wait", until=day.isoformat()).status_code in {200, 302}
    course.refresh_from_db()
    assert (course.decide_on, course.decision_day) == (day, day)
    assert told("undecided") == [place.asked_by_id]
    notice = Notice.objects.get(kind="programs/undecided")
    assert notice.values["decide_on"] == day.isoformat()
    at(monkeypatch, 7)
    services.remind_to_decide()
    at(monkeypatch, 9 - 7)  # the clock that was set counts as today
    services.remind_to_decide()
    assert [key[-5:] for key in Notice.objects.filter(kind="programs/decide").values_list("key", flat=True)] == [
        ":soon",
        "today",
    ]


@pytest.mark.parametrize(("days", "status"), [(0, 409), (1, 200), (9, 200), (10, 409)])
def test_the_new_day_is_to_come_and_before_the_first_class(days: int, status: int) -> None:
    town = Town()
    desk, course = coordinator_of(town), small(town)
    until = (clock.today() + days * DAY).isoformat()
    assert decide(desk, course, "api", verdict="wait", until=until).status_code == status
    by_page = decide(desk, course, "page", verdict="wait", until=until)
    assert by_page.status_code == (302 if status == 200 else 422)


def test_what_cannot_be_decided() -> None:
    town = Town()
    desk, stranger = coordinator_of(town), coordinator_of(Town())
    whole, course = small(town, minimum=None), small(town)
    assert decide(desk, whole, "api", verdict="confirm").json()["code"] == "no_minimum"
    assert decide(desk, course, "api", verdict="wait").status_code == 400
    assert decide(stranger, course, "api", verdict="confirm").status_code == 404
    with pytest.raises(Refused):
        services.confirm_course(actor=stranger, course=course)
    services.confirm_course(actor=desk, course=course)
    until = (clock.today() + DAY).isoformat()
    assert decide(desk, course, "api", verdict="wait", until=until).json()["code"] == "decided"
    course.refresh_from_db()
    services.cancel(actor=desk, course=course, reason={"fa": "کم", "en": "Few"})
    assert decide(desk, small(town, state="cancelled"), "api", verdict="confirm").json()["code"] == "cancelled"


def test_cancelled_for_want_of_people_frees_and_tells_everyone_and_names_others() -> None:
    town = Town()
    desk, course = coordinator_of(town), small(town)
    small(town, days=20)
    places = crowd(course, 2)
    services.cancel(actor=desk, course=course, reason={"fa": "شمارِ کافی نشد", "en": "Too few people"})
    assert told("cancelled") == sorted(one.asked_by_id for one in places)
    page = signed_in(places[0].asked_by).get(f"/en/courses/{course.slug}/").content.decode()
    assert "Too few people" in page
    assert "Courses like this one" in page


def test_another_number_or_day_asks_anew() -> None:
    town = Town()
    desk, course = coordinator_of(town), small(town)
    course = services.confirm_course(actor=desk, course=course)
    kept = services.edit_course(actor=desk, course=course, version=course.version, facts={"age_min": 5}, texts={})
    assert kept.decided_at is not None
    anew = services.edit_course(actor=desk, course=kept, version=kept.version, facts={"minimum": 8}, texts={})
    assert (anew.decided_at, Course.objects.get(pk=course.pk).decided_at) == (None, None)
