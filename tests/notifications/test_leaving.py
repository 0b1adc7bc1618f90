"""E-mails for many: in two shapes, with a way out that needs no sign-in, and links that tell what was opened (T15, D14)."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils.crypto import salted_hmac

from members.models import Member
from notifications import links, services, texts
from notifications.models import Delivery, Preference
from tests.notifications.test_broadcast import news, spread
from tests.notifications.test_deliver import mailed, texted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from email.message import EmailMessage

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from tests.notifications.servers import Gateway, MailHandler

    At = Callable[[dt.datetime], None]

pytestmark = pytest.mark.django_db(transaction=True)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.mark.parametrize("number", [1, 77, 10**12])
def test_links_in_letters_that_were_sent_long_ago_still_open(number: int) -> None:
    """They were sealed by Django's `salted_hmac`."""

    def seal(purpose: str) -> str:
        mark = salted_hmac(f"notifications.{purpose}", str(number), secret=settings.SECRET_KEY, algorithm="sha256")
        return base64.b32encode(mark.digest()).decode().lower()

    assert links.short(number).endswith(seal("opened")[:6])
    assert links.secret(number).endswith("-" + seal("unsubscribe")[:32])


def part(message: EmailMessage, kind: str) -> str:
    found: Any = message.get_body((kind,))
    return str(found.get_content())


def letter(mail: MailHandler, language: str = "en") -> EmailMessage:
    Member.objects.create(email="a@example.org", language=language)
    spread(news())
    services.deliver_due()
    return mail.received[-1]


@pytest.mark.parametrize(("language", "direction", "title"), [("fa", "rtl", "جشنوارهٔ"), ("en", "ltr", "festival")])
def test_an_email_has_text_and_html_in_its_readers_language(
    at: At, mail: MailHandler, language: str, direction: str, title: str
) -> None:
    message = letter(mail, language)
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
    html = part(message, "html")
    assert f'<html lang="{language}" dir="{direction}">' in " ".join(html.split())
    assert title in html
    assert title in part(message, "plain")
    assert title in message["Subject"]
    assert "<script" not in html
    assert 'src="' not in html


def test_what_was_typed_is_no_html(at: At, mail: MailHandler) -> None:
    """T10."""
    Member.objects.create(email="a@example.org", language="en")
    values = {"title": {"en": "<b>Tom & Jerry"}, "summary": {"en": "<script>alert(1)</script>"}, "slug": "x"}
    spread(services.open_notice(key="x", kind="announcements/news", values=values))
    services.deliver_due()
    (message,) = mail.received
    assert "&lt;script&gt;" in part(message, "html")
    assert "<b>Tom & Jerry" in part(message, "plain")


def test_a_mail_program_leaves_by_one_click(at: At, mail: MailHandler, client: Client) -> None:
    """RFC 8058: one POST without a session and without a page's token."""
    message = letter(mail)
    address = message["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    client.handler.enforce_csrf_checks = True
    assert client.post(address, ONE_CLICK).status_code == 302
    assert list(Preference.objects.values_list("kind", "channel", "wanted")) == [("news", "email", False)]
    assert services.progress(Delivery.objects.latest("pk").notice).unsubscribed == 1
    spread(news(key="later"))
    services.deliver_due()
    assert len(mail.received) == 1


def test_a_reader_leaves_by_the_page_for_one_group_or_for_all_but_their_own(
    at: At, mail: MailHandler, client: Client
) -> None:
    link = re.search(r"http://127\.0\.0\.1:8000(/en/unsubscribe/\S+)", part(letter(mail), "plain"))
    assert link
    page = client.get(link[1])
    assert page.status_code == 200
    assert "announcements" in page.content.decode().lower()
    assert not Preference.objects.exists()
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "private, no-store")
    assert client.post(link[1] + "now/", {"what": "everything"})["Location"] == link[1]
    assert set(Preference.objects.values_list("kind", flat=True)) == {"workgroups", "reminders", "organisers", "news"}
    assert "Done" in client.get(link[1]).content.decode()


def test_opening_the_page_stops_nothing(at: At, mail: MailHandler, client: Client) -> None:
    address = letter(mail)["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    assert client.get(address).status_code == 302
    assert not Preference.objects.exists()


def test_ones_own_enrolment_has_no_way_out(at: At, mail: MailHandler) -> None:
    """D14."""
    mailed()
    services.deliver_due()
    assert mail.received[0]["List-Unsubscribe"] is None
    assert "unsubscribe" not in part(mail.received[0], "html")


def test_a_secret_of_160_bits_cannot_be_guessed_or_moved(at: At, mail: MailHandler, client: Client) -> None:
    """T15."""
    letter(mail)
    row = Delivery.objects.get(channel="email")
    secret = links.secret(row.pk)
    assert len(secret.split("-")[1]) * 5 == 160
    assert links.unsubscribing(secret) == row
    tricks = [
        secret[:-1],
        secret[:-1] + "!",
        f"{row.pk + 1}-{secret.split('-')[1]}",
        "-" + secret,
        "x" * 300,
        "1-",
        "-",
    ]
    assert [links.unsubscribing(one) for one in tricks] == [None] * len(tricks)
    assert client.get("/en/unsubscribe/0-aaaa/").status_code == 404


def test_a_secret_outlives_a_change_of_the_key(at: At, mail: MailHandler, settings: SettingsWrapper) -> None:
    """T24."""
    letter(mail)
    row = Delivery.objects.get(channel="email")
    secret, code = links.secret(row.pk), links.short(row.pk).rsplit("/", 1)[1]
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 60
    assert links.unsubscribing(secret) == links.opened(code) == row
    settings.SECRET_KEY_FALLBACKS = []
    assert links.unsubscribing(secret) is None


def test_a_short_link_leads_to_the_page_and_is_counted_once(at: At, sms: Gateway, client: Client) -> None:
    Member.objects.create(phone="+989181234567", language="fa")
    notice = news()
    spread(notice)
    services.deliver_due()
    (text,) = sms.posts
    link = text["text"].split("\n")[1]
    assert len(link) <= len(links.sample())
    path = link.removeprefix("http://127.0.0.1:8000")
    client.head(path)
    assert services.progress(notice).opened == 0
    for _ in range(2):
        assert client.get(path)["Location"] == "/fa/announcements/festival/"
    assert services.progress(notice).opened == 1
    wrong = path[:-1] + ("a" if path[-1] != "a" else "b")
    assert client.get(wrong).status_code == 404


def test_a_persian_text_of_71_letters_arrives_whole(at: At, sms: Gateway) -> None:
    title = "آموزش رایگان قالی‌بافی برای همهٔ شهروندان، شنبه تا چهارشنبه، ساعت ۱۷"
    Member.objects.create(phone="+989181234567")
    values = {"title": {"fa": title}, "summary": {"fa": "س"}, "slug": "x"}
    spread(services.open_notice(key="x", kind="announcements/news", values=values))
    services.deliver_due()
    row = Delivery.objects.get(channel="sms")
    (post,) = sms.posts
    assert post["text"] == f"{title}\n{links.short(row.pk)}"
    assert texts.parts_of(post["text"][:70]) == 1
    assert texts.parts_of(post["text"][:71]) == 2


def test_an_own_enrolment_keeps_its_plain_link(at: At, sms: Gateway) -> None:
    texted()
    services.deliver_due()
    assert "/fa/courses/pottery/" in sms.posts[0]["text"]
