"""Writing, approving, publishing, correcting and withdrawing; each rule by its table, each refusal without a trace."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from announcements import services
from announcements.models import Announcement
from base import clock
from base.refusal import Refused
from members.models import Audit, Member
from notifications.models import Delivery, Notice
from programs.checklist import texts_of
from programs.services import merge
from tests import builders
from tests.announcements.writing import EVERYONE, REASON, TEXTS, Writing, staff, told_all
from tests.programs.town import Town, crowd
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db
State = Announcement.State
HOUR = dt.timedelta(hours=1)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal.code


def lines() -> list[str]:
    return list(
        Audit.objects.filter(object_type="announcements.announcement").order_by("pk").values_list("verb", flat=True)
    )


def coordinator_of(town: Town) -> Member:
    member = builders.make_member()
    builders.appoint(member, Appointment.Role.COORDINATOR, town.workgroup)
    return member


# Who writes


@pytest.mark.parametrize(
    ("who", "where", "kind", "code"),
    [
        ("staff", "city", "news", ""),
        ("staff", "city", "urgent", ""),
        ("staff", "workgroup", "news", ""),
        ("staff", "workgroup", "urgent", "staff_only"),
        ("coordinator", "workgroup", "news", ""),
        ("coordinator", "workgroup", "urgent", "staff_only"),
        ("coordinator", "city", "news", "staff_only"),
        ("coordinator", "other", "news", "not_yours"),
        ("stranger", "workgroup", "news", "not_yours"),
        ("stranger", "city", "news", "staff_only"),
    ],
)
def test_who_may_begin_what(who: str, where: str, kind: str, code: str) -> None:
    town, other = Town(), Town()
    people = {"staff": staff(), "coordinator": coordinator_of(town), "stranger": builders.make_member()}
    place = {"city": None, "workgroup": town.workgroup, "other": other.workgroup}[where]
    work = lambda: Writing(place, people[who]).begin(kind=kind)  # noqa: E731 - tried twice
    if code:
        assert code_of(work) == code
        assert Announcement.objects.count() == 0
    else:
        assert work().state == State.DRAFT


def test_the_words_are_stored_and_folded_for_the_search() -> None:
    row = Writing().draft()
    texts = texts_of(row)
    assert {code: own["title"] for code, own in texts.items()} == {code: own["title"] for code, own in TEXTS.items()}
    row.refresh_from_db()
    assert "learning week" in row.search_text
    assert lines() == ["create", "edit"]


def test_an_edit_without_a_difference_leaves_no_trace() -> None:
    written = Writing()
    row = written.draft()
    again = written.edit(row, texts=TEXTS)
    assert (again.version, lines()) == (row.version, ["create", "edit"])


def test_the_second_of_two_writers_is_told_and_nothing_is_lost() -> None:
    written = Writing()
    row = written.draft()
    written.edit(row, texts={"fa": {"title": "عنوان تازه"}})
    row.version = 2
    assert code_of(lambda: written.edit(row, texts={"fa": {"title": "عنوان دیگر"}})) == "changed_meanwhile"
    assert texts_of(Announcement.objects.get(pk=row.pk))["fa"]["title"] == "عنوان تازه"


# Approval and publication


def test_what_the_city_says_needs_a_second_member_of_staff() -> None:
    written = Writing()
    row = written.review()
    approve = lambda actor: services.approve(actor=actor, announcement=row, version=row.version)  # noqa: E731
    assert code_of(lambda: approve(written.author)) == "second_person"
    assert code_of(lambda: approve(coordinator_of(Town()))) == "staff_only"
    assert approve(staff()).state == State.PUBLISHED


def test_whoever_changes_it_cannot_approve_it() -> None:
    written, second = Writing(), staff()
    row = written.edit(written.review(), actor=second, texts={"en": {"title": "Learning days"}})
    assert code_of(lambda: services.approve(actor=second, announcement=row, version=row.version)) == "second_person"
    assert services.approve(actor=written.author, announcement=row, version=row.version).state == State.PUBLISHED


def approving(actor: Member, row: Announcement, version: int) -> Callable[[], object]:
    return lambda: services.approve(actor=actor, announcement=row, version=version)


def test_nothing_slips_in_after_it_was_read(settings: Any, tmp_path: Path) -> None:
    """Links, pictures and documents are changes like words: another version, of another author."""
    settings.MEDIA_ROOT = tmp_path
    written, second, course = Writing(), staff(), Town().course()
    plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 x %%EOF")
    changes: list[Callable[[Announcement], object]] = [
        lambda row: services.link(actor=second, announcement=row, courses=[course]),
        lambda row: services.attach(actor=second, announcement=row, file=plan, name="Plan"),
        lambda row: services.take_away(actor=second, announcement=row, carried=row.attachments.get()),
    ]
    row = written.review()
    for change in changes:
        read = row.version
        change(row)
        row.refresh_from_db()
        assert code_of(approving(written.author, row, read)) == "changed_meanwhile"
        assert code_of(approving(second, row, row.version)) == "second_person"
    assert services.approve(actor=written.author, announcement=row, version=row.version).state == State.PUBLISHED


def test_the_one_who_approved_it_may_correct_it() -> None:
    row = Writing().out()
    second = row.approver
    assert second is not None
    row = services.correct(
        actor=second, announcement=row, version=row.version, facts={}, texts={"fa": {"body": "از یکشنبه."}}
    )
    assert (row.corrected_at is not None, row.approver) == (True, second)


def test_what_is_approved_is_what_was_read() -> None:
    written, second = Writing(), staff()
    row = written.review()
    read = row.version
    row = written.edit(row, texts={"en": {"body": "Something else"}})
    assert code_of(lambda: services.approve(actor=second, announcement=row, version=read)) == "changed_meanwhile"


def test_the_database_refuses_one_person_for_both() -> None:
    row = Writing().review()
    columns = {"state": "published", "published_at": clock.now(), "approved_at": clock.now(), "approver": row.author}
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.filter(pk=row.pk).update(**columns)


def test_a_coordinator_publishes_alone_to_their_own_people() -> None:
    town = Town()
    row = Writing(town.workgroup, coordinator_of(town)).out()
    assert (row.state, row.audience) == (State.PUBLISHED, {"follows_workgroup": town.workgroup.slug})


@pytest.mark.parametrize("missing", ["title", "summary", "body"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_nothing_goes_out_in_one_language_alone(missing: str, language: str) -> None:
    written = Writing()
    texts = {
        code: {name: "" if (code, name) == (language, missing) else text for name, text in own.items()}
        for code, own in TEXTS.items()
    }
    row = written.draft(texts=texts)
    assert code_of(lambda: services.submit(actor=written.author, announcement=row)) == f"texts_{language}"
    assert Announcement.objects.get(pk=row.pk).state == State.DRAFT


def test_a_banner_needs_an_end() -> None:
    written = Writing()
    row = written.draft(kind="urgent", is_banner=True)
    assert code_of(lambda: services.submit(actor=written.author, announcement=row)) == "ends"


def test_a_picture_needs_words_in_both_languages() -> None:
    written = Writing()
    row = written.draft()
    row.pictures.create(file="a.webp", width=1, height=1)
    assert code_of(lambda: services.submit(actor=written.author, announcement=row)) == "pictures"


def test_all_other_staff_hear_at_once_of_an_urgent_notice_that_waits_for_them() -> None:
    written, second, third = Writing(), staff(), staff()
    written.review()
    assert not Notice.objects.exists()
    row = written.review(kind="urgent")
    services.submit(actor=written.author, announcement=row)
    told = Notice.objects.get()
    assert (told.kind, told.urgency, told.values["slug"]) == ("announcements/review", "urgent", row.slug)
    assert set(told.deliveries.values_list("member", flat=True)) == {second.pk, third.pk}
    assert "sms" in told.deliveries.values_list("channel", flat=True)


def test_an_hour_that_has_passed_is_refused_and_one_that_passes_meanwhile_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written, now = Writing(), clock.now()
    row = written.draft(publish_at=now + HOUR)
    with pytest.raises(Refused) as refused:
        written.edit(row, publish_at=now - HOUR)
    assert refused.value.refusal.code == "past"
    row.refresh_from_db()
    assert (row.publish_at, row.is_ahead) == (now + HOUR, True)
    monkeypatch.setattr(clock, "now", lambda: now + 2 * HOUR)
    before = row.version
    row = written.edit(row, publish_at=now + HOUR, texts={"fa": {"title": "عنوان دیگر"}})
    assert (row.version, row.is_ahead) == (before + 1, False)


def test_what_is_scheduled_goes_out_at_its_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    row = Writing().out(publish_at=now + HOUR)
    assert (row.state, services.publish_due(), Notice.objects.count()) == (State.SCHEDULED, 0, 0)
    assert code_of(lambda: Writing(None, row.author).edit(row, texts=TEXTS)) == "approved"
    monkeypatch.setattr(clock, "now", lambda: now + HOUR)
    assert (services.publish_due(), services.publish_due()) == (1, 0)
    row.refresh_from_db()
    assert (row.state, row.published_at) == (State.PUBLISHED, now + HOUR)


def test_taken_back_to_a_draft_it_has_lost_its_approval() -> None:
    written = Writing()
    row = written.out(publish_at=clock.now() + HOUR)
    for _again in range(2):
        row = services.send_back(actor=written.author, announcement=row)
        assert (row.state, row.approver, row.approved_at) == (State.DRAFT, None, None)
    assert lines().count("send_back") == 1


def test_publishing_asks_few_queries_whatever_the_audience() -> None:
    builders.make_member()
    Member.objects.bulk_create(Member(email=f"m{number}@example.org") for number in range(300))
    row, second = Writing().review(channels=["inbox", "email"]), staff()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.approve(actor=second, announcement=row, version=row.version)
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 10
    assert Delivery.objects.count() == 0


def test_publishing_twice_changes_nothing() -> None:
    row = Writing().out()
    again = services.approve(actor=staff(), announcement=row, version=row.version)
    assert (again.published_at, lines().count("publish"), Notice.objects.count()) == (row.published_at, 1, 1)


def test_two_accounts_that_become_one_lose_no_announcement() -> None:
    """Its author and its reader turn out to be one person: it stays, and names that person once."""
    row = Writing().out()
    author, reader = Member.objects.get(pk=row.author_id), Member.objects.get(pk=row.approver_id)
    Appointment.objects.filter(member__in=[author, reader]).update(until_on=clock.today())
    merge(actor=staff(), gone=author, kept=reader)
    row.refresh_from_db()
    assert (row.state, row.approver, row.author) == (State.PUBLISHED, reader, None)


# Messages


def test_everybody_of_the_audience_gets_one_message_however_often_it_is_tried() -> None:
    Member.objects.bulk_create(Member(email=f"m{number}@example.org") for number in range(7))
    Writing().out(channels=["inbox", "email"])
    assert told_all() > 0
    before = Delivery.objects.count()
    Announcement.objects.update(spread_at=None, spread_to=0)
    told_all()
    inbox = Delivery.objects.filter(channel="inbox")
    assert Delivery.objects.count() == before
    assert set(inbox.values_list("member", flat=True)) == set(Member.objects.values_list("pk", flat=True))


def test_what_is_for_the_site_alone_is_told_to_nobody() -> None:
    Writing().out(channels=[])
    assert (told_all(), Notice.objects.count(), Delivery.objects.count()) == (0, 0, 0)


def test_a_publication_that_is_rolled_back_leaves_no_message() -> None:
    """T4."""
    row, second = Writing().review(), staff()
    with transaction.atomic():
        services.approve(actor=second, announcement=row, version=row.version)
        transaction.set_rollback(True)
    assert (told_all(), Notice.objects.count()) == (0, 0)


def test_a_correction_is_seen_and_told_only_when_asked() -> None:
    written = Writing()
    row = written.out()
    told_all()
    before = Delivery.objects.count()
    correct: dict[str, Any] = {"actor": written.author, "facts": {}}
    row = services.correct(announcement=row, version=row.version, texts={"fa": {"body": "از یکشنبه."}}, **correct)
    assert row.corrected_at is not None
    told_all()
    assert Delivery.objects.count() == before
    texts = {"fa": {"body": "از دوشنبه."}}
    row = services.correct(announcement=row, version=row.version, texts=texts, tells=True, **correct)
    told_all()
    assert Delivery.objects.count() == 2 * before
    assert row.notice is not None
    assert row.notice.kind == "announcements/correction"


def test_messages_that_have_not_left_say_what_is_so_now() -> None:
    written = Writing()
    row = written.out(channels=["inbox", "email"])
    told_all()
    ends_at = clock.now() + HOUR
    typed: dict[str, Any] = {"facts": {"ends_at": ends_at}, "texts": {"en": {"title": "Learning days"}}}
    services.correct(actor=written.author, announcement=row, version=row.version, **typed)
    notice = Notice.objects.get()
    assert (notice.values["title"]["en"], notice.expires_at) == ("Learning days", ends_at)


def test_a_correction_that_is_told_stands_in_place_of_what_was_told_before() -> None:
    written = Writing()
    row = written.out()
    told_all()
    typed: dict[str, Any] = {"facts": {}, "texts": {"en": {"title": "Learning days"}}, "tells": True}
    services.correct(actor=written.author, announcement=row, version=row.version, **typed)
    told_all()
    shown = Delivery.objects.filter(channel="inbox", notice__withdrawn_at__isnull=True)
    assert set(shown.values_list("notice__kind", flat=True)) == {"announcements/correction"}


def test_keeping_it_at_the_top_is_no_correction() -> None:
    written = Writing()
    row = written.out()
    row = services.correct(
        actor=written.author, announcement=row, version=row.version, facts={"is_pinned": True}, texts={}
    )
    assert (row.is_pinned, row.corrected_at) == (True, None)


def test_each_deed_leaves_one_line() -> None:
    written = Writing()
    row = written.out()
    services.correct(
        actor=written.author, announcement=row, version=row.version, facts={}, texts={"fa": {"body": "نو"}}
    )
    assert lines() == ["create", "edit", "submit", "publish", "correct"]


def test_a_correction_without_a_difference_says_nothing() -> None:
    written = Writing()
    row = written.out()
    same = services.correct(
        actor=written.author, announcement=row, version=row.version, facts={}, texts=TEXTS, tells=True
    )
    assert (same.corrected_at, Notice.objects.count()) == (None, 1)


def test_a_correction_cannot_take_a_language_away() -> None:
    written = Writing()
    row = written.out()
    typed: dict[str, Any] = {"version": row.version, "facts": {}, "texts": {"en": {"body": ""}}}
    assert code_of(lambda: services.correct(actor=written.author, announcement=row, **typed)) == "texts_en"
    assert texts_of(Announcement.objects.get(pk=row.pk))["en"]["body"] == TEXTS["en"]["body"]


def test_an_urgent_notice_is_not_told_again_by_one_person() -> None:
    written = Writing()
    row = written.out(kind="urgent")
    typed: dict[str, Any] = {"version": row.version, "facts": {}, "texts": {"en": {"body": "New"}}, "tells": True}
    assert code_of(lambda: services.correct(actor=written.author, announcement=row, **typed)) == "second_person"


def test_what_is_withdrawn_is_sent_to_nobody_any_more() -> None:
    written = Writing()
    Member.objects.bulk_create(Member(email=f"m{number}@example.org") for number in range(5))
    row = written.out(channels=["inbox", "email"])
    assert (
        code_of(lambda: services.withdraw(actor=written.author, announcement=row, reason={"fa": "x", "en": " "}))
        == "reason_missing"
    )
    for _again in range(2):
        row = services.withdraw(actor=written.author, announcement=row, reason=REASON)
    assert (row.state, lines().count("withdraw")) == (State.WITHDRAWN, 1)
    told_all()
    assert Delivery.objects.filter(state="sent", channel="email").count() == 0


def test_pausing_and_going_on_leave_one_line_each() -> None:
    written = Writing()
    row = written.out()
    for verb in (services.pause, services.resume):
        for _again in range(2):
            verb(actor=written.author, announcement=row)
    assert (lines().count("pause"), lines().count("resume")) == (1, 1)


def test_a_trial_goes_to_the_writer_alone() -> None:
    written = Writing()
    services.send_test(actor=written.author, announcement=written.draft())
    assert set(Delivery.objects.values_list("member", flat=True)) == {written.author.pk}
    notice = Notice.objects.get()
    assert notice.values["title"]["fa"].startswith("[آزمایشی]")
    assert notice.urgency == "answer", "whoever asks for it at night waits for it"


# Whom it reaches


def test_a_workgroup_writes_to_its_own_alone() -> None:
    town, other = Town(), Town()
    mine, theirs = town.course(), other.course()
    written = Writing(town.workgroup, coordinator_of(town))
    row = written.draft()
    own = {"all": [{"enrolled_in": [mine.slug]}, {"age": [10, 20]}]}
    assert written.edit(row, audience=own).audience == own
    for foreign in (
        EVERYONE,
        {"enrolled_in": [theirs.slug]},
        {"any": [own, EVERYONE]},
        {"not": own},
        {"district": town.district.slug},
    ):
        row.refresh_from_db()
        assert code_of(lambda rule=foreign: written.edit(row, audience=rule)) == "audience_foreign"  # type: ignore[misc]


def test_only_those_who_got_it_read_what_is_not_public() -> None:
    town = Town()
    course = town.course()
    places = crowd(course, 2)
    row = Writing(town.workgroup, coordinator_of(town)).out(audience={"enrolled_in": [course.slug]}, is_public=False)
    told_all()
    seen = {place.asked_by_id for place in places if Announcement.objects.visible_to(place.asked_by).filter(pk=row.pk)}
    assert seen == {place.asked_by_id for place in places}
    assert not Announcement.objects.visible_to(builders.make_member()).filter(pk=row.pk).exists()
    assert not Announcement.objects.shown().exists()
