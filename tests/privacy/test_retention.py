"""How long what is kept (V4): each line of the table lets go what is older and nothing else, in parts, twice is nothing; the
trail's seals hold after its oldest lines went (U1).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from base import clock
from members import services as accounts
from members import trail
from members.models import Audit, CodeTry, IdempotencyKey, Member, Seal, Session, SignInCode
from notifications import services as telling
from notifications.inbox import messages_of
from notifications.models import Delivery, DeliveryCount, Notice
from notifications.services import post
from privacy import services
from privacy.retention import TABLE
from privacy.services.keeping import keep_to_retention
from programs import services as places
from programs.invariants import broken
from programs.models import Enrolment
from records.models import Attendance
from tests import builders
from tests.privacy.test_erasing import later
from tests.programs.town import DAY, Town, enrol, person

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["later"]
pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
SPANS = {
    "forget_downloads": HOUR,
    "forget_codes": DAY,
    "forget_answers_of_the_api": DAY,
    "forget_files": 3 * DAY,
    "forget_sessions": 14 * DAY,
    "forget_invitations": 30 * DAY,
    "erase_answers": 90 * DAY,
    "forget_bodies": 90 * DAY,
    "forget_rolls": 0 * DAY,
    "forget_places": 365 * DAY,
    "forget_deliveries": 396.5 * DAY,
    "warn_silent": 732 * DAY,
    "forget_attendance": 3 * 365 * DAY,
    "forget_trail": 7 * 365 * DAY,
}


def test_the_table_is_what_was_promised() -> None:
    """V4."""
    assert {one.forget.__name__: one.span for one in TABLE} == SPANS
    assert [one for one in TABLE if not one.term] == []


def test_on_an_empty_database_nothing_goes() -> None:
    assert keep_to_retention(30) == 0


def test_codes_and_tries_go_after_a_day(later: Any) -> None:
    """V4."""
    accounts.ask_code(contact="+989181112233", client="a", language="fa")
    CodeTry.objects.create(client="a", at=clock.now())
    later(DAY - HOUR)
    assert accounts.forget_codes(DAY) == 0
    later(DAY + HOUR)
    assert accounts.forget_codes(DAY) == 2
    assert (SignInCode.objects.count(), CodeTry.objects.count()) == (0, 0)


def test_parts_are_bounded(monkeypatch: pytest.MonkeyPatch, later: Any) -> None:
    """V4: a night's work never takes one long step."""
    monkeypatch.setattr("members.services.forgetting.MOST", 2)
    CodeTry.objects.bulk_create(CodeTry(client="a", at=clock.now()) for _ in range(5))
    later(2 * DAY)
    assert [accounts.forget_codes(DAY) for _ in range(4)] == [2, 2, 1, 0]


def test_answers_of_the_api_go_after_their_day(citizen: Member, later: Any) -> None:
    """V4."""
    keys: dict[str, Any] = {"member": citizen, "digest": "d", "status": 200, "body": {}}
    IdempotencyKey.objects.create(key="a", expires_at=clock.now() + DAY, **keys)
    later(DAY - HOUR)
    assert accounts.forget_answers_of_the_api(DAY) == 0
    later(DAY + HOUR)
    assert accounts.forget_answers_of_the_api(DAY) == 1


def test_devices_go_when_they_open_nothing_more_or_were_not_used(citizen: Member) -> None:
    """V4."""
    today, now = clock.today(), clock.now()
    for key, ends, seen in (("a", now + DAY, today), ("b", now - HOUR, today), ("c", now + DAY, today - 15 * DAY)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends, member=citizen, seen_on=seen)
    assert accounts.forget_sessions(14 * DAY) == 2
    assert Session.objects.get().session_key == "a"


def said(member: Member, key: str = "a:1") -> Notice:
    values = {"learner": "پرنیا", "answer": "accepted", "is_own": False}
    post(key=key, kind="programs/invitation_answered", members=[member.pk], values=values)
    return Notice.objects.get(key=key)


def test_bodies_go_after_ninety_days_and_leave_the_inbox(citizen: Member, later: Any, client: Any) -> None:
    """V4: the row of who was told stays, what was said does not; what still waited is not sent any more."""
    notice = said(citizen)
    assert Delivery.objects.filter(notice=notice, state="queued").exists()
    later(89 * DAY)
    assert telling.forget_bodies(90 * DAY) == 0
    assert messages_of(citizen).count() == 1
    later(91 * DAY)
    assert [telling.forget_bodies(90 * DAY), telling.forget_bodies(90 * DAY)] == [1, 0]
    notice.refresh_from_db()
    assert notice.values == {}
    assert messages_of(citizen).count() == 0
    assert not Delivery.objects.filter(state="queued").exists()
    client.force_login(citizen)
    assert client.get("/fa/me/inbox/").status_code == 200


def test_rows_of_deliveries_become_counts_after_thirteen_months(citizen: Member, stranger: Member, later: Any) -> None:
    """V4: no delivery is lost from the counts, and counting goes on where it was."""
    for number, member in enumerate((citizen, stranger, citizen)):
        said(member, f"a:{number}")
    whole = Delivery.objects.count()
    later(395 * DAY)
    assert telling.forget_deliveries(396.5 * DAY) == 0
    later(398 * DAY)
    while telling.forget_deliveries(396.5 * DAY):
        continue
    assert (Delivery.objects.count(), Notice.objects.count()) == (0, 0)
    assert sum(DeliveryCount.objects.values_list("number", flat=True)) == whole
    inbox = DeliveryCount.objects.get(channel="inbox")
    assert (inbox.number, inbox.kind, inbox.month.day) == (3, "programs/invitation_answered", 1)
    said(citizen, "a:9")
    later(2 * 398 * DAY)
    while telling.forget_deliveries(396.5 * DAY):
        continue
    assert sum(DeliveryCount.objects.values_list("number", flat=True)) > whole


def test_places_without_a_seat_go_after_a_year(later: Any) -> None:
    """V4: seated and completed ones stay; so does one of which attendance is kept; no invariant breaks."""
    town, member, other = Town(), person()[0], person("سارا")[0]
    course = town.course(first=clock.now() + 30 * DAY, meetings=1)
    kept, left, there = enrol(course, member), enrol(course, other), enrol(course, person("بهرام")[0])
    for one in (left, there):
        places.withdraw(actor=one.asked_by, enrolment=one)
    meeting = course.meetings.get()
    Attendance.objects.create(enrolment=there, meeting=meeting, mark="present", by=member)
    later(364 * DAY)
    assert places.forget_places(365 * DAY) == 0
    later(366 * DAY)
    assert [places.forget_places(365 * DAY), places.forget_places(365 * DAY)] == [1, 0]
    assert set(Enrolment.objects.values_list("pk", flat=True)) == {kept.pk, there.pk}
    assert Audit.objects.get(verb="forget_places").changes == {"places": 1}
    later(0 * DAY)
    assert list(broken()) == []


# The trail


def aged(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Lines of some days, as if so long ago; each sealed the night after."""
    true = clock.now
    member = builders.make_member()
    for number in range(days, days - 4, -1):
        monkeypatch.setattr(clock, "now", lambda number=number: true() - number * DAY)
        accounts.record(actor=member, verb="sign_in", row=member)
        accounts.record(actor=member, verb="sign_out", row=member)
    monkeypatch.setattr(clock, "now", lambda: true() - (days - 6) * DAY)
    accounts.seal_trail()
    monkeypatch.setattr(clock, "now", true)
    while accounts.seal_trail():
        continue


def test_lines_go_after_seven_years_and_the_seals_still_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """V4, U1."""
    aged(monkeypatch, 2560)
    before = trail.verify()
    assert (before.broken_on, before.lines) == (None, 8)
    gone = []
    while number := accounts.forget_trail(2555 * DAY):
        gone.append(number)
    assert gone == [2, 2, 2, 2]
    after = trail.verify()
    assert (after.broken_on, after.days, after.lines) == (None, before.days, 0)


def test_a_line_that_went_too_early_breaks_the_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """U1: one of several of an old day, or a whole day that is not old enough."""
    aged(monkeypatch, 2560)
    first = Audit.objects.order_by("at").first()
    assert first is not None
    Audit.objects.filter(pk=first.pk).delete()
    assert trail.verify().broken_on == clock.day_of(first.at)


def test_an_unsealed_day_does_not_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """U1."""
    aged(monkeypatch, 2560)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE members_seal DISABLE TRIGGER members_seal_append_only")
    Seal.objects.all().delete()
    assert accounts.forget_trail(2555 * DAY) == 0


@pytest.mark.postgresql
def test_the_database_lets_go_only_what_is_old_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """U1: the guard is a trigger, whoever asks."""
    aged(monkeypatch, 2554)
    with pytest.raises(Exception, match="kept for seven years"), transaction.atomic():
        Audit.objects.all().delete()
    assert Audit.objects.count() == 8


# Accounts that nobody uses


def unused(days: int) -> Member:
    member = person()[0]
    since = clock.now() - days * DAY
    Member.objects.filter(pk=member.pk).update(seen_on=clock.day_of(since), created_at=since)
    return member


def test_who_is_silent_is_warned_after_two_years_and_erased_three_months_later(later: Any) -> None:
    """V4."""
    member, recent = unused(740), unused(700)
    assert [services.warn_silent(732 * DAY), services.warn_silent(732 * DAY)] == [1, 0]
    notice = Notice.objects.get(kind="privacy/silent")
    assert list(notice.deliveries.filter(channel="inbox").values_list("member", flat=True)) == [member.pk]
    later(90 * DAY)
    assert services.erase_due() == 0
    later(92 * DAY)
    assert services.erase_due() == 1
    member.refresh_from_db()
    recent.refresh_from_db()
    assert member.erased_at is not None
    assert recent.erased_at is None


def test_a_sign_in_keeps_the_account(later: Any) -> None:
    """V4: no more is needed than to come."""
    member = unused(740)
    services.warn_silent(732 * DAY)
    later(10 * DAY)
    Member.objects.filter(pk=member.pk).update(seen_on=clock.today())
    services.erase_due()
    member.refresh_from_db()
    assert (member.leaving_at, member.leaving_by) == (None, "")
    later(100 * DAY)
    assert services.erase_due() == 0


def test_one_who_came_back_when_no_worker_ran_stays(later: Any) -> None:
    member = unused(740)
    services.warn_silent(732 * DAY)
    Member.objects.filter(pk=member.pk).update(seen_on=clock.today() + 30 * DAY)
    later(100 * DAY)
    assert services.erase_due() == 0
    member.refresh_from_db()
    assert (member.leaving_at, member.erased_at) == (None, None)


def with_place(member: Member) -> None:
    enrol(Town().course(), member)


def as_coordinator(member: Member) -> None:
    builders.appoint(member, "coordinator", builders.make_workgroup())  # type: ignore[arg-type]


def as_superuser(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(is_superuser=True)


def with_a_child_in_a_course(member: Member) -> None:
    child = builders.make_learner(member, name="آرش", born=2016, relation="child")
    places.enrol(actor=member, course=Town().course(), learner=child)


@pytest.mark.parametrize("how", [with_place, as_coordinator, as_superuser, with_a_child_in_a_course])
def test_whose_account_is_in_use_otherwise_is_not_warned(how: Callable[[Member], None]) -> None:
    """V4: people whom the desk enrols never sign in; duties and rights are not erased by silence."""
    member = unused(740)
    how(member)
    assert services.warn_silent(732 * DAY) == 0


def test_a_wish_to_leave_takes_the_place_of_the_warning(later: Any) -> None:
    member = unused(740)
    services.warn_silent(732 * DAY)
    fresh = Member.objects.get(pk=member.pk)
    assert services.ask_to_leave(actor=fresh, typed=fresh.contact).leaving_by == "self"
    later(73 * HOUR)
    assert services.erase_due() == 1
