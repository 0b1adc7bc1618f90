"""Sessions of those who see other people's data are shorter, from the moment they sign in."""

from __future__ import annotations

import pytest
from django.test import Client

from learningcity.shifts import COORDINATOR_SECONDS, STAFF_SECONDS
from members.models import Member, SignInCode
from members.services import draw_code, make_token
from tests.programs import world
from workgroups.models import Appointment

pytestmark = pytest.mark.django_db
FORTNIGHT = 14 * 24 * 3600


def signed_in(client: Client, member: Member) -> int:
    """Signs in with a real code and tells how long the session may idle."""
    client.post("/fa/accounts/signin/ask/", {"contact": member.email})
    row = SignInCode.objects.latest("asked_at")
    client.post("/fa/accounts/code/redeem/", {"code": draw_code(row)})
    assert client.session["_auth_user_id"] == str(member.pk)
    return int(client.session.get_expiry_age())


@pytest.mark.parametrize(
    ("role", "seconds"), [(None, FORTNIGHT), ("coordinator", COORDINATOR_SECONDS), ("staff", STAFF_SECONDS)]
)
def test_a_session_is_as_long_as_the_role_allows(client: Client, role: str | None, seconds: int) -> None:
    member, _ = world.person()
    group = world.workgroup()
    if role == "coordinator":
        Appointment.objects.create(member=member, role=role, workgroup=group)
    if role == "staff":
        Appointment.objects.create(member=member, role=role, organisation=group.organisations.get())
    assert abs(signed_in(client, member) - seconds) < 60


@pytest.mark.parametrize(("role", "desks"), [(None, (0, 0)), ("coordinator", (1, 0)), ("staff", (1, 1))])
def test_who_works_here_finds_their_desk_on_every_page(
    client: Client, role: str | None, desks: tuple[int, int]
) -> None:
    member, _ = world.person()
    group = world.workgroup()
    whose = {"workgroup": group} if role == "coordinator" else {"organisation": group.organisations.get()}
    if role:
        Appointment.objects.create(member=member, role=role, **whose)
    signed_in(client, member)

    def links(of: Client) -> tuple[int, int]:
        page = of.get("/fa/courses/").content.decode()
        return page.count('href="/fa/work/"'), page.count('href="/fa/city/"')

    assert links(client) == desks
    assert links(Client()) == (0, 0)


def test_a_token_begins_no_session(client: Client) -> None:
    member, _ = world.person()
    course = world.course()
    token = make_token(actor=member, name="x", scope="me")
    answer = client.post(
        f"/api/v1/courses/{course.pk}/enrolments/",
        {},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.cookies) == (201, {})
