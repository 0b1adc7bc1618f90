"""The pages of announcements: what everyone reads, what writers do, and how many queries a list costs."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from announcements import banner, services
from announcements.models import Announcement
from base import clock
from members.city import forget
from members.models import Audit, City
from members.rules import masked
from notifications.models import Delivery
from tests import builders
from tests.announcements.writing import EVERYONE, REASON, TEXTS, Writing, staff, told_all
from tests.programs.town import Town
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from members.models import Member

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
SCRIPT = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _banner_seen() -> Iterator[None]:
    yield
    banner.memory.seen = None


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def typed(row: Announcement, **more: Any) -> dict[str, Any]:
    texts = {f"{name}_{code}": text for code, own in TEXTS.items() for name, text in own.items()}
    return (
        {"version": row.version, "kind": row.kind, "whom": "everyone", "channels": ["inbox"], "is_public": "on"}
        | texts
        | more
    )


def page(row: Announcement, name: str = "", desk: str = "city") -> str:
    return f"/fa/{desk}/announcements/{row.slug}/{name}"


# For everyone


@pytest.mark.parametrize("language", ["fa", "en"])
def test_what_is_out_is_read_in_both_languages(client: Client, language: str) -> None:
    row = Writing().out()
    for address in (f"/{language}/announcements/", f"/{language}/announcements/{row.slug}/", f"/{language}/"):
        text = client.get(address).content.decode()
        assert TEXTS[language]["title"] in text
        assert TEXTS[{"fa": "en", "en": "fa"}[language]]["title"] not in text


def test_drafts_what_is_over_and_what_is_not_public_are_in_no_list(client: Client) -> None:
    written = Writing()
    for row in (written.review(), written.out(is_public=False), written.out(publish_at=clock.now() + HOUR)):
        Announcement.objects.filter(pk=row.pk).update(slug=f"hidden-{row.pk}")
    over = written.out()
    Announcement.objects.filter(pk=over.pk).update(ends_at=clock.now() - HOUR)
    assert 'class="news__item"' not in client.get("/fa/announcements/").content.decode()
    assert client.get("/fa/announcements/?past=1").content.decode().count('class="news__item"') == 1


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?kind=event", 1),
        ("?kind=news", 1),
        ("?q=ياد‌گيري", 2),
        ("?q=week", 2),
        ("?q=nothing", 0),
        ("?by=city", 2),
        ("?kind=%00", 2),
        ("?page=x", 2),
    ],
)
def test_the_list_is_searched_and_filtered(client: Client, query: str, count: int) -> None:
    written = Writing()
    written.out()
    written.out(kind="event")
    assert client.get(f"/fa/announcements/{query}").content.decode().count('class="news__item"') == count


def test_who_says_it_is_chosen_and_let_go_again(client: Client) -> None:
    town = Town()
    Writing(town.workgroup).out()
    for address, leads_to in (
        ("/fa/announcements/", "/fa/announcements/?by=city"),
        ("/fa/announcements/?by=city", "/fa/announcements/"),
    ):
        chip = re.search(r'href="([^"]*)"\s*(?:aria-current="true")?\s*>شهرداری<', client.get(address).content.decode())
        assert chip is not None
        assert chip[1] == leads_to


def test_pinned_ones_come_first(client: Client) -> None:
    written = Writing()
    first, _second = written.out(is_pinned=True), written.out()
    text = client.get("/fa/announcements/").content.decode()
    assert text.index("مهم") < text.index("news__item", text.index("news__item") + 20)
    assert text.index(f"/announcements/{first.slug}/") < text.index(f"/announcements/{_second.slug}/")


def test_a_list_costs_the_same_for_one_and_for_thirty() -> None:
    written = Writing()
    counts = []
    for more in (1, 29):
        for _one in range(more):
            written.out()
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            Client().get("/fa/announcements/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_what_was_taken_back_says_why(client: Client) -> None:
    written = Writing()
    row = written.out()
    services.withdraw(actor=written.author, announcement=row, reason=REASON)
    answer = client.get(f"/fa/announcements/{row.slug}/")
    assert (answer.status_code, REASON["fa"] in answer.content.decode()) == (200, True)
    assert 'name="robots" content="noindex"' in answer.content.decode()
    assert TEXTS["fa"]["body"] not in answer.content.decode()
    assert row.slug not in client.get("/fa/announcements/").content.decode()


def test_scripts_and_strange_links_are_cleaned(client: Client) -> None:
    """T10."""
    texts = {code: own | {"body": SCRIPT, "title": f"{own['title']} <script>"} for code, own in TEXTS.items()}
    row = Writing().out(texts=texts)
    for address in (
        f"/fa/announcements/{row.slug}/",
        "/fa/announcements/",
        "/fa/announcements/feed.atom",
        "/fa/announcements/embed/",
    ):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text
        assert 'href="javascript:' not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_feed_is_atom_in_its_language(client: Client, language: str) -> None:
    row = Writing().out()
    answer = client.get(f"/{language}/announcements/feed.atom")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert TEXTS[language]["title"] in text
    assert f"/{language}/announcements/{row.slug}/" in text


def test_the_list_for_other_sites_may_be_framed_and_sets_nothing(client: Client) -> None:
    """T21."""
    Writing().out()
    answer = client.get("/fa/announcements/embed/")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies


# The banner


def test_an_urgent_notice_stands_on_every_page_at_once_and_leaves_as_fast(client: Client) -> None:
    written = Writing()
    pages = ("/fa/", "/en/courses/", "/fa/help/", "/fa/accounts/signin/")
    banner.forget()
    assert not any("alert-bar" in client.get(one).content.decode() for one in pages)
    row = written.out(kind="urgent", is_banner=True, ends_at=clock.now() + HOUR)
    banner.forget()
    assert all("alert-bar" in client.get(one).content.decode() for one in pages)
    services.withdraw(actor=written.author, announcement=row, reason=REASON)
    banner.forget()
    assert not any("alert-bar" in client.get(one).content.decode() for one in pages)


def test_a_banner_ends_by_the_clock_without_being_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    Writing().out(kind="urgent", is_banner=True, ends_at=clock.now() + HOUR)
    banner.forget()
    assert banner.current() is not None
    banner.memory.until = float("inf")
    later = clock.now() + 2 * HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert banner.current() is None


def test_a_page_is_never_older_than_ten_seconds_with_the_banner(client: Client) -> None:
    answer = client.get("/fa/")
    browser = int(answer["Cache-Control"].split("max-age=")[1])
    assert browser + banner.LOOKED_EVERY <= 10


# Those who write


def test_staff_write_another_approves_and_it_is_out() -> None:
    author, second = staff(), staff()
    client = signed_in(author)
    answer = client.post(
        "/fa/city/announcements/create/", {"title_fa": "هفتهٔ یادگیری", "title_en": "Learning week", "kind": "news"}
    )
    row = Announcement.objects.get()
    assert answer["Location"] == page(row)
    assert client.post(page(row, "save/"), typed(row)).status_code == 302
    row.refresh_from_db()
    preview = client.post(page(row, "preview/"), typed(row)).content.decode()
    assert "Learning week" in preview
    assert "کمتر از ۵ نفر" in preview
    row.refresh_from_db()
    assert client.post(page(row, "submit/"), typed(row)).status_code == 302
    row.refresh_from_db()
    assert row.state == "review"
    assert client.post(page(row, "approve/"), {"version": row.version}).status_code == 409
    assert signed_in(second).post(page(row, "approve/"), {"version": row.version}).status_code == 302
    row.refresh_from_db()
    assert row.state == "published"
    told_all()
    log = client.get(f"/fa/city/deliveries/{row.pk}/").content.decode()
    assert "همهٔ پیام‌ها فرستاده شد" in log


def test_the_log_shows_the_first_message_and_each_correction() -> None:
    written = Writing()
    row = written.out()
    told_all()
    for body in ("از یکشنبه.", "از دوشنبه."):
        correct: dict[str, Any] = {"actor": written.author, "facts": {}, "texts": {"fa": {"body": body}}, "tells": True}
        row = services.correct(announcement=row, version=row.version, **correct)
        told_all()
    services.send_test(actor=written.author, announcement=row)
    found = signed_in(written.author).get(f"/fa/city/deliveries/{row.pk}/")
    earlier = found.context["earlier"]
    assert [one.is_first for one in earlier] == [False, True]
    text = found.content.decode()
    assert (text.count("اولین پیام"), text.count("اصلاحیهٔ")) == (1, 1)
    inbox = [next(way for way in one.ways if way.label == "صفحهٔ من").sent for one in earlier]
    assert inbox == [Delivery.objects.filter(notice=row.notice, channel="inbox").count()] * 2


def test_the_desk_shows_what_waits_for_this_reader_urgent_ones_first() -> None:
    author, second = staff(), staff()
    Writing(author=author).review()
    urgent = Writing(author=author).review(kind="urgent")
    found = signed_in(second).get("/fa/city/").content.decode()
    assert found.count("هفتهٔ یادگیری</bdi></h3>") == 2
    assert found.index(page(urgent)) < found.index("در بازبینی")
    assert page(urgent) not in signed_in(author).get("/fa/city/").content.decode()


def test_the_page_says_who_wrote_it_last_and_who_approved_it() -> None:
    author, second = staff(), staff()
    row = Writing(author=author).review()
    reader = signed_in(second)
    waiting = reader.get(page(row)).context
    services.approve(actor=second, announcement=row, version=row.version)
    out = reader.get(page(row)).context
    assert (waiting["author"], waiting["approver"]) == (masked(author.contact), "")
    assert (out["author"], out["approver"]) == (masked(author.contact), masked(second.contact))


def test_the_button_promises_an_hour_only_while_it_is_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    row = Writing().review(publish_at=now + HOUR)
    reader = signed_in(staff())
    assert "سر ساعتش منتشر" in reader.get(page(row)).content.decode()
    monkeypatch.setattr(clock, "now", lambda: now + 2 * HOUR)
    assert "سر ساعتش منتشر" not in reader.get(page(row)).content.decode()


def test_who_wrote_what_was_taken_back_reads_why_and_no_promise_of_sending() -> None:
    written = Writing()
    row = written.out()
    services.withdraw(actor=written.author, announcement=row, reason=REASON)
    text = signed_in(written.author).get(page(row)).content.decode()
    assert (REASON["fa"] in text, "هنوز چیزی فرستاده" in text) == (True, False)


def test_the_list_has_first_what_waits_then_what_went_out_last(monkeypatch: pytest.MonkeyPatch) -> None:
    written, now = Writing(), clock.now()
    later, draft, review = written.out(publish_at=now + HOUR), written.draft(), written.review()
    new, old = written.out(), written.out()
    monkeypatch.setattr(clock, "now", lambda: now - HOUR)
    Announcement.objects.filter(pk=old.pk).update(published_at=now - HOUR)
    shown = signed_in(written.author).get("/fa/city/announcements/").context["page"]
    assert list(shown) == [review, draft, later, new, old]


def test_the_form_says_that_nothing_was_found_shows_whom_one_chose_and_when_the_city_sleeps() -> None:
    city = City.objects.create(pk=City.ONLY, quiet_from=dt.time(21), quiet_until=dt.time(7, 30))
    forget()
    written = Writing()
    row, client = written.draft(), signed_in(written.author)
    text = " ".join(client.get(page(row)).content.decode().split())
    assert ("<details >" in text, "۲۱:۰۰ تا ۷:۳۰" in text, "چیزی با این نام" in text) == (True, True, False)
    look = client.post(page(row, "save/"), typed(row, find="زغال‌اخته", look="1", whom="some", age_from="60"))
    text = " ".join(look.content.decode().split())
    assert ("<details open>" in text, "چیزی با این نام" in text) == (True, True)
    city.delete()
    forget()


@pytest.mark.parametrize(("hour", "is_said"), [(dt.time(23), True), (dt.time(12), False)])
def test_the_log_says_why_nothing_moves_at_night(
    hour: dt.time, *, is_said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Writing()
    row = written.out(channels=["inbox", "sms"])
    told_all()
    assert Delivery.objects.filter(channel="sms", state="queued").exists()
    now = clock.at(clock.today(), hour)
    monkeypatch.setattr(clock, "now", lambda: now)
    text = signed_in(written.author).get(f"/fa/city/deliveries/{row.pk}/").content.decode()
    assert ("حالا شب است" in text) is is_said


def test_a_way_by_which_nothing_left_shows_no_progress() -> None:
    written = Writing()
    row = written.out(channels=["inbox", "sms"])
    told_all()
    services.withdraw(actor=written.author, announcement=row, reason=REASON)
    ways = signed_in(written.author).get(f"/fa/city/deliveries/{row.pk}/").context["ways"]
    assert {way.label: (way.sent > 0, way.share) for way in ways} == {"صفحهٔ من": (True, 100), "پیامک": (False, 0)}


def test_a_rejected_form_keeps_what_was_typed() -> None:
    written = Writing()
    row = written.draft()
    late = {"publish_at": "۱۴۰۵/۱۲/۱ ۹:۰۰", "ends_at": "۱۴۰۵/۱۱/۱"}
    answer = signed_in(written.author).post(page(row, "save/"), typed(row, title_fa="عنوان تازه", **late))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "عنوان تازه" in text
    assert "۱۴۰۵/۱۱/۱" in text
    assert f'hreflang="en" href="/en/city/announcements/{row.slug}/"' in " ".join(text.split())


def test_what_was_not_saved_is_not_said_to_be() -> None:
    written = Writing()
    row = written.draft()
    client = signed_in(written.author)
    past = client.post(page(row, "save/"), typed(row, publish_at="۱۴۰۴/۱/۱ ۹:۰۰"))
    text = past.content.decode()
    assert (past.status_code, "هنوز ذخیره نشده" in text, "ذخیره شد؛" in text) == (409, True, False)
    lacking = client.post(page(row, "submit/"), typed(row, title_en=""))
    text = lacking.content.decode()
    assert (lacking.status_code, "هنوز ذخیره نشده" in text, "ذخیره شد؛" in text) == (409, False, True)


def test_two_writers_at_once_lose_nothing() -> None:
    written = Writing()
    row = written.draft()
    old = row.version
    written.edit(row, texts={"fa": {"title": "عنوان او"}})
    answer = signed_in(written.author).post(page(row, "save/"), typed(row, version=old, title_fa="عنوان من"))
    text = answer.content.decode()
    assert (answer.status_code, "عنوان من" in text, "عنوان او" in text) == (409, True, True)


def test_the_script_gets_the_panel_alone() -> None:
    written = Writing()
    row = written.draft()
    answer = signed_in(written.author).post(page(row, "save/"), typed(row), headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="ready"' in text
    assert "<html" not in text


def test_a_course_is_found_and_linked() -> None:
    town, written = Town(), Writing()
    course, row = town.course(), written.draft()
    client = signed_in(written.author)
    found = client.post(page(row, "save/"), typed(row, find="عکاسی", look="1")).content.decode()
    assert f'value="{course.slug}"' in found
    row.refresh_from_db()
    client.post(page(row, "save/"), typed(row, courses=[course.slug], programs=[town.program.slug]))
    assert (list(row.courses.all()), list(row.programs.all())) == ([course], [town.program])


def test_what_is_out_is_corrected_from_the_same_page() -> None:
    written = Writing()
    row = written.out()
    told_all()
    before = Delivery.objects.count()
    signed_in(written.author).post(page(row, "save/"), typed(row, body_fa="از یکشنبه", tells="1"))
    row.refresh_from_db()
    told_all()
    assert row.corrected_at is not None
    assert Delivery.objects.count() == 2 * before
    assert "اصلاح شد" in Client().get(f"/fa/announcements/{row.slug}/").content.decode()


def test_the_desk_of_staff_is_not_there_for_coordinators_and_theirs_shows_their_own() -> None:
    town, other = Town(), Town()
    member = Writing(town.workgroup)
    coordinator = signed_in(coordinator_of(town))
    mine, foreign = member.begin(), Writing(other.workgroup).begin()
    city = Writing().begin()
    assert coordinator.get("/fa/city/announcements/").status_code == 404
    text = coordinator.get("/fa/work/announcements/").content.decode()
    assert (f"/{mine.slug}/" in text, f"/{foreign.slug}/" in text, f"/{city.slug}/" in text) == (True, False, False)
    assert [coordinator.get(page(row, desk="work")).status_code for row in (mine, foreign, city)] == [200, 404, 404]


def coordinator_of(town: Town) -> Member:
    member = builders.make_member()
    builders.appoint(member, Appointment.Role.COORDINATOR, town.workgroup)
    return member


def test_an_appointment_that_ended_opens_nothing() -> None:
    """P5."""
    town = Town()
    member = coordinator_of(town)
    row = Writing(town.workgroup, member).begin()
    member.appointments.update(until_on=clock.today())
    assert signed_in(member).get(page(row, desk="work")).status_code == 404


def test_messages_are_stopped_go_on_and_are_tried_again() -> None:
    written = Writing()
    row = written.out(channels=["inbox", "email"])
    told_all()
    client, steer = signed_in(written.author), f"/fa/city/deliveries/{row.pk}/steer/"
    for to, verb in (("pause", "pause"), ("resume", "resume")):
        assert client.post(steer, {"to": to}).status_code == 302
        assert Audit.objects.filter(verb=verb, object_id=row.pk).count() == 1
    Delivery.objects.filter(notice=row.notice).update(state="failed", error="refused 550")
    text = client.get(f"/fa/city/deliveries/{row.pk}/").content.decode()
    assert "چنین نشانی یا شماره‌ای نیست" in text
    assert written.author.phone not in text
    client.post(steer, {"to": "resend"})
    assert not Delivery.objects.filter(notice=row.notice, state="failed").exists()


# What it carries


def drawing(kind: str = "PNG") -> SimpleUploadedFile:
    found = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(found, kind)
    return SimpleUploadedFile("picture.png", found.getvalue())


def test_a_picture_is_drawn_anew_and_shown_with_its_words(settings: Any, tmp_path: Any) -> None:
    """T22."""
    settings.MEDIA_ROOT = tmp_path
    written = Writing()
    row = written.draft()
    alt = {"alt_fa": "میزی زیر درخت", "alt_en": "A table under a tree"}
    signed_in(written.author).post(page(row, "files/picture/"), alt | {"picture": drawing()})
    picture = row.pictures.get()
    assert picture.file.endswith(".webp")
    row = services.submit(actor=written.author, announcement=row)
    services.approve(actor=staff(), announcement=row, version=row.version)
    assert 'alt="A table under a tree"' in Client().get(f"/en/announcements/{row.slug}/").content.decode()
    assert Client().get(f"/files/{picture.file}").status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload=alert(1)>", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"x" * 100],
    ids=["empty", "svg", "cut", "broken"],
)
def test_what_is_no_picture_is_refused_and_nothing_is_lost(content: bytes, settings: Any, tmp_path: Any) -> None:
    """T22."""
    settings.MEDIA_ROOT = tmp_path
    written = Writing()
    row = written.draft()
    data = {"alt_fa": "میزی زیر درخت", "alt_en": "A table", "picture": SimpleUploadedFile("p.png", content)}
    answer = signed_in(written.author).post(page(row, "files/picture/"), data)
    assert (answer.status_code, row.pictures.count()) == (422, 0)
    assert "میزی زیر درخت" in answer.content.decode()


def test_an_audience_of_all_is_typed_as_a_rule() -> None:
    written = Writing()
    row = written.draft()
    signed_in(written.author).post(page(row, "save/"), typed(row, age_from="۱۳", age_to="۱۷"))
    row.refresh_from_db()
    assert row.audience == {"all": [EVERYONE, {"age": [13, 17]}]}
