"""Nobody learns of another by what they may open: two members who crawl each other (T5), who is named in public (V7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from django.test import Client

from base import clock
from members.models import Audit, Member
from members.services import Person, care_for
from notifications.models import Delivery
from programs import services
from programs.models import Enrolment
from tests.programs import town as towns
from tests.programs.town import DAY, Town, crowd, enrol, offered, person
from tests.reading import Page

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.django_db
NAMES = {"a": "زرین‌تاج", "b": "فرهادمیرزا"}


@pytest.fixture
def town() -> Town:
    return Town()


def settle(town: Town, member: Member) -> None:
    """Gives the member a place of every kind."""
    enrol(town.course(first=towns.clock.now() + 60 * DAY), member)
    queue = town.course(first=towns.clock.now() + 100 * DAY, capacity=1)
    crowd(queue, 1)
    enrol(queue, member)
    offered(town, member, first=towns.clock.now() + 140 * DAY)
    gone = enrol(town.course(first=towns.clock.now() + 180 * DAY), member)
    services.withdraw(actor=member, enrolment=gone)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def crawl(client: Client, starts: Iterable[str]) -> dict[str, set[str]]:
    """Every address that can be reached by links and buttons, by the method that reaches it."""
    found: dict[str, set[str]] = {"GET": set(), "POST": set()}
    todo = list(starts)
    while todo:
        address = todo.pop()
        if address in found["GET"] or not address.startswith(("/fa/", "/calendar/")) or "?" in address:
            continue
        found["GET"].add(address)
        answer = client.get(address)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = Page(answer.content.decode())
        todo += [urljoin(address, link["href"]).partition("#")[0] for link, _ in page.all("a") if "href" in link]
        todo += re.findall(r"http://127\.0\.0\.1:8000(/calendar/[^\"]+)", answer.content.decode())
        found["POST"] |= {form["action"] for form, _ in page.all("form", method="post")}
    return found


STARTS = ("/fa/", "/fa/me/", "/fa/me/inbox/", "/fa/me/preferences/")


def traces(member: Member) -> list[object]:
    """Everything about the member that somebody else could change."""
    rows = (
        Enrolment.objects.filter(learner=towns.own(member)).order_by("pk").values_list("pk", "state", "offer__answer")
    )
    own = Member.objects.filter(pk=member.pk).values_list("language", "theme", "calendar_version")
    return [list(rows), list(own), list(Delivery.objects.filter(member=member).values_list("pk", "read_at"))]


def test_two_members_cannot_cross_each_others_links(town: Town) -> None:
    """T5: every link and button that A sees is tried by B: no name, no change, and what is A's alone is not there."""
    a, b = (person(name)[0] for name in NAMES.values())
    settle(town, a)
    settle(Town(), b)
    child = care_for(actor=a, person=Person("گلناز", 1393), relation="child", consents=True)
    services.enrol(actor=a, course=Town().course(first=clock.now() + 75 * DAY), learner=child)
    seen = crawl(signed_in(a), STARTS)
    alone = {address for address in seen["GET"] if re.search(r"/(enrolments|family|passport)/\d+/", address)}
    assert len(alone) >= 4
    before, lines = traces(a), Audit.objects.filter(for_id=towns.own(a).pk).count()
    other = signed_in(b)
    for address in seen["GET"]:
        answer = other.get(address)
        is_secret = address.startswith("/calendar/")
        assert (address, [one for one in (NAMES["a"], "گلناز") if one in answer.content.decode()]) == (address, [])
        assert (address, answer.status_code == 404) == (address, address in alone and not is_secret)
    for address in seen["POST"]:
        answer = signed_in(b).post(address, {"from": "me", "until": 10**6})
        assert (address, NAMES["a"] in answer.content.decode()) == (address, False)
        if re.search(r"/(enrolments|family|passport)/\d+/", address):
            assert (address, answer.status_code) == (address, 404)
    assert traces(a) == before
    assert Audit.objects.filter(for_id=towns.own(a).pk).count() == lines


def test_a_visitor_learns_no_residents_name(town: Town) -> None:
    """V7: neither a child nor an adult who is enrolled, waits or withdrew stands on a public page or in the open API."""
    settle(town, person(NAMES["a"])[0])
    visitor = Client()
    seen = crawl(visitor, ["/fa/"])
    assert len(seen["GET"]) > 15
    lists = [f"/api/v1/{name}/" for name in ("courses", "programs", "areas", "organisations", "workgroups", "venues")]
    for address in [*seen["GET"], *lists, "/api/v1/courses/feed.ics", "/sitemap.xml"]:
        answer = visitor.get(address)
        text = answer.content.decode()
        assert (address, [name for name in (*NAMES.values(), "سارا") if name in text]) == (address, [])


def test_a_coordinator_is_named_in_public_as_they_named_themselves(town: Town) -> None:
    coordinator = person("سارا احمدی")[0]
    coordinator.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=towns.clock.today() - DAY)
    text = Client().get(f"/fa/workgroups/{town.workgroup.slug}/").content.decode()
    assert "سارا احمدی" in text
    assert str(coordinator.phone)[3:] not in text
