"""The pages of “My data” and of erasing at the desk: what they say, what they refuse, where the wait is seen (V3)."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from members.models import Audit, Member
from notifications import inbox
from privacy import services
from tests.privacy.life import CHILD, NAME, PHONE, Life
from tests.privacy.test_erasing import later, somebody
from workgroups.models import Appointment

if TYPE_CHECKING:
    from django.http import HttpResponse

__all__ = ["later", "somebody"]
pytestmark = pytest.mark.django_db
KEEPS = {"fa": "حسابم بماند", "en": "Keep my account"}


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def body(answer: HttpResponse) -> str:
    text = answer.content.decode()
    return text[text.index("<body") :]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_page_says_who_goes_who_stays_and_how_long_what_is_kept(somebody: Life, language: str) -> None:
    """V3, V4."""
    page = body(somebody.client.get(f"/{language}/me/data/erase/"))
    assert [page.count(name) for name in (NAME, CHILD, "رها گلستانیان‌پور")] == [1, 1, 1]
    table = body(somebody.client.get(f"/{language}/me/data/"))
    assert table.count("<strong>") == 14
    assert ("۷ سال" if language == "fa" else "7 years") in table


@pytest.mark.parametrize("typed", ["", "0918", "09180000000"])
def test_a_slip_is_told_beside_the_field(somebody: Life, typed: str) -> None:
    answer = somebody.client.post("/en/me/data/erase/confirm/", {"contact": typed})
    assert answer.status_code == 422
    assert "Write the number or address with which you sign in" in body(answer)
    assert Member.objects.get(pk=somebody.member.pk).leaving_at is None


@pytest.mark.parametrize("language", ["fa", "en"])
def test_from_then_on_every_page_of_theirs_says_so_and_one_tap_keeps_everything(somebody: Life, language: str) -> None:
    """V3: public pages, too; nobody else sees it."""
    client = somebody.client
    assert client.post(f"/{language}/me/data/erase/confirm/", {"contact": PHONE}).url == f"/{language}/me/data/"
    paths = ["", "me/", "me/inbox/", "me/family/", "courses/", f"courses/{somebody.taught.slug}/", "help/", "work/"]
    assert [path for path in paths if KEEPS[language] not in body(client.get(f"/{language}/{path}"))] == []
    other = signed_in(somebody.other)
    assert [path for path in paths[:4] if KEEPS[language] in body(other.get(f"/{language}/{path}"))] == []
    assert [path for path in paths[4:7] if KEEPS[language] in body(Client().get(f"/{language}/{path}"))] == []
    answer = client.post(f"/{language}/me/data/keep/", follow=True)
    assert KEEPS[language] not in body(answer)
    assert Member.objects.get(pk=somebody.member.pk).leaving_at is None


def test_the_message_says_it_in_both_languages(somebody: Life) -> None:
    somebody.client.post("/fa/me/data/erase/confirm/", {"contact": PHONE})
    for language, subject in (("fa", "حساب شما پاک می‌شود"), ("en", "Your account will be erased")):
        (shown,) = [
            one for one in inbox.shown(inbox.messages_of(somebody.member), language) if one.kind == "privacy/leaving"
        ]
        assert (shown.subject, shown.path) == (subject, f"/{language}/me/data/")


def test_the_last_of_the_staff_reads_why_not_instead_of_a_form(staff: Member) -> None:
    page = body(signed_in(staff).get("/en/me/data/erase/"))
    assert "Appoint a colleague first" in page
    assert 'name="contact"' not in page
    answer = signed_in(staff).post("/en/me/data/erase/confirm/", {"contact": staff.phone})
    assert answer.status_code == 422
    assert "Appoint a colleague first" in body(answer)


def test_staff_do_it_at_the_desk_and_undo_it(somebody: Life, staff: Member) -> None:
    """V3, T23."""
    desk, pk = signed_in(staff), somebody.member.pk
    assert f"/en/city/people/{pk}/erase/" in body(desk.get(f"/en/city/people/{pk}/"))
    form = body(desk.get(f"/en/city/people/{pk}/erase/"))
    assert form.count('name="ground"') == 4
    assert PHONE not in form
    assert desk.post(f"/en/city/people/{pk}/erase/confirm/", {"ground": "whim"}).status_code == 422
    answer = desk.post(f"/en/city/people/{pk}/erase/confirm/", {"ground": "written"}, follow=True)
    assert "To be erased" in body(answer)
    assert KEEPS["en"] in body(somebody.client.get("/en/me/"))
    assert "To be erased" not in body(desk.post(f"/en/city/people/{pk}/keep/", follow=True))
    verbs = Audit.objects.filter(actor_id=staff.pk, object_id=pk).values_list("verb", flat=True)
    assert [one for one in verbs if one != "read_person"] == ["ask_erasure", "keep_account"]


def test_whoever_was_erased_is_nobody_at_the_desk(somebody: Life, staff: Member, later: Any) -> None:
    """V3."""
    services.ask_to_leave(actor=somebody.member, typed=PHONE)
    later(dt.timedelta(hours=73))
    assert services.erase_due() == 1
    desk = signed_in(staff)
    page = body(desk.get(f"/en/city/people/{somebody.member.pk}/"))
    assert "This account no longer exists" in page
    assert re.search(r"/erase/", page) is None
    assert NAME not in body(desk.post("/en/city/people/find/", {"asked": NAME})).replace(f'value="{NAME}"', "")
    roster = signed_in(somebody.coordinator).get(f"/fa/work/courses/{somebody.completed.course.slug}/roster/")
    assert roster.status_code == 200
    assert NAME not in body(roster)


@pytest.mark.parametrize("path", ["attendance/", "roster/", "outcomes/", "feedback/", "history/", ""])
def test_pages_of_a_course_of_somebody_erased_still_open(somebody: Life, later: Any, path: str) -> None:
    """V3: whoever works there sees a dash in the place of the name."""
    services.ask_to_leave(actor=somebody.member, typed=PHONE)
    later(dt.timedelta(hours=73))
    services.erase_due()
    client = signed_in(somebody.coordinator)
    for course in (somebody.completed.course, somebody.seated.course, somebody.taught):
        answer = client.get(f"/en/work/courses/{course.slug}/{path}")
        assert answer.status_code in {200, 404}
        assert NAME not in body(answer)
    assert Appointment.objects.filter(member=somebody.coordinator).exists()


def test_asking_costs_the_same_however_much_there_is(somebody: Life, django_assert_max_num_queries: Any) -> None:
    """The page reads no more for a family than for one."""
    somebody.client.get("/fa/me/data/")
    with django_assert_max_num_queries(8):
        somebody.client.get("/fa/me/data/")
