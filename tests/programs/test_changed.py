"""A changed date, place or fee: the message leads to what was and what is, and to one button for whom it suits no more."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.services import Person, care_for
from notifications.models import Notice
from notifications.texts import render
from programs import services
from tests.programs.town import DAY, Town, crowd, enrol, person

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Enrolment

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def member() -> Member:
    return person("پرنیا کریمی")[0]


def desk_of(town: Town) -> Member:
    desk = person()[0]
    desk.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=dt.date(2020, 1, 1))
    return desk


def moved(town: Town, place: Enrolment, days: int = 1) -> None:
    meeting = place.course.meetings.order_by("starts_at").first()
    at = meeting.starts_at + days * DAY
    services.move_class(actor=desk_of(town), meeting=meeting, starts_at=at, ends_at=at + dt.timedelta(hours=1))


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_message_leads_to_the_page_and_the_page_says_what_was(town: Town, member: Member, language: str) -> None:
    place = enrol(town.course(), member)
    moved(town, place)
    notice = Notice.objects.get(kind="programs/moved")
    text = render(notice.kind, notice.values, language)
    assert text.path == f"/{language}/me/enrolments/{place.pk}/changed/"
    assert text.path in text.email
    assert text.path in text.sms
    page = signed_in(member).get(text.path).content.decode()
    assert text.inbox.split("،")[0].split(",")[0] in page
    assert f"/{language}/me/enrolments/{place.pk}/withdraw/" in page


def test_a_fee_and_a_place_that_changed_lead_there_too(town: Town, member: Member) -> None:
    course = town.course()
    place = enrol(course, member)
    course.refresh_from_db()
    facts = {"venue_id": Town().venue.pk, "fee_min": 5000, "fee_max": 5000, "fee_currency": "IRR"}
    services.edit_course(actor=desk_of(town), course=course, version=course.version, facts=facts, texts={})
    page = signed_in(member).get(f"/en/me/enrolments/{place.pk}/changed/").content.decode()
    assert "It was to be held at City Hall" in page
    assert "The fee was Free and is now" in re.sub(r"\s+", " ", page)


def test_opening_the_link_changes_nothing_and_one_tap_withdraws(town: Town, member: Member) -> None:
    """A mail program or a messenger that opens links beforehand gives no seat back."""
    place = enrol(town.course(), member)
    moved(town, place)
    path, client = f"/fa/me/enrolments/{place.pk}/changed/", signed_in(member)
    assert [client.get(path).status_code, client.head(path).status_code] == [200, 200]
    assert Client().get(path)["Location"].startswith("/fa/accounts/signin/?next=")
    place.refresh_from_db()
    assert place.state == "seated"
    answer = client.post(f"/fa/me/enrolments/{place.pk}/withdraw/", {"from": "changed"})
    assert answer["Location"] == path
    place.refresh_from_db()
    assert place.state == "withdrawn"
    page = client.get(path).content.decode()
    assert "withdraw/" not in page
    assert 'role="status"' in page


def test_other_courses_of_the_program_are_named(town: Town, member: Member) -> None:
    place = enrol(town.course(), member)
    other = town.course(first=dt.datetime.now(tz=dt.UTC) + 50 * DAY)
    young = town.course(first=dt.datetime.now(tz=dt.UTC) + 60 * DAY, age_max=12)
    page = signed_in(member).get(f"/fa/me/enrolments/{place.pk}/changed/").content.decode()
    assert f"/fa/courses/{other.slug}/" in page
    assert f"/fa/courses/{young.slug}/" not in page


def test_each_place_tells_of_its_own_changes_alone(town: Town, member: Member) -> None:
    child = care_for(actor=member, person=Person("سارا کریمی", 1393), relation="child", consents=True)
    first = enrol(town.course(), member)
    second = services.enrol(actor=member, course=town.course(first=first.asked_at + 90 * DAY), learner=child)[0]
    moved(town, first)
    client = signed_in(member)
    items = [
        client.get(f"/fa/me/enrolments/{one.pk}/changed/").content.decode().count("news__item")
        for one in (first, second)
    ]
    assert items == [1, 0]


def test_three_changes_are_shown_and_queries_stay_the_same(town: Town, member: Member) -> None:
    place, client = enrol(town.course(), member), signed_in(member)
    moved(town, place)
    path = f"/fa/me/enrolments/{place.pk}/changed/"
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as before:
        client.get(path)
    for days in (2, 3, 4):
        moved(town, place, days)
    with CaptureQueriesContext(connection) as after:
        page = client.get(path).content.decode()
    assert page.count("news__item") == 3
    assert len(after) == len(before)


def test_who_waits_may_leave_the_line_from_there(town: Town, member: Member) -> None:
    course = town.course(capacity=1)
    crowd(course, 1)
    place = enrol(course, member)
    moved(town, place)
    client = signed_in(member)
    client.post(f"/fa/me/enrolments/{place.pk}/withdraw/", {"from": "changed"})
    place.refresh_from_db()
    assert place.state == "withdrawn"
