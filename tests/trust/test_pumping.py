"""T8, second half: where few codes by text message are used, a sum stands before them, and staff are told."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from base import clock
from members import rules, services, sums
from members.models import Member, SignInCode
from members.sums import NOTHING, Answer, Verdict, judge, new_sum
from programs.city import needs_staff
from tests.members.conftest import hands, member
from tests.members.people import PHONE, Hands, refused

if TYPE_CHECKING:
    from django.http import HttpResponse

__all__ = ["hands", "member"]
pytestmark = pytest.mark.django_db
WORDS = {
    "fa": ("دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه"),
    "en": ("two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
QUESTION = {"fa": r"([آ-ی]+) به‌اضافهٔ ([آ-ی]+) چند می‌شود؟", "en": r"How much is (\w+) plus (\w+)\?"}
ADDRESS = "parnia@example.org"
LIFE = dt.timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def codes(number: int, *, used: int = 0, ago: dt.timedelta = LIFE, handed: bool = True, domain: str = "") -> None:
    """So many codes asked for so long ago; the first of them were used."""
    now, have = clock.now(), SignInCode.objects.count()
    SignInCode.objects.bulk_create(
        SignInCode(
            contact=f"p{have + index}@{domain}" if domain else f"+98917{have + index:07}",
            client="198.51.100.1",
            minute=have + index,
            asked_at=now - ago,
            expires_at=now - ago + LIFE,
            handed_at=now - ago if handed else None,
            used_at=now - ago if index < used else None,
        )
        for index in range(number)
    )


# The rule

CASES: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "none at all": ([], False),
    "one too few": ([{"number": 199}], False),
    "none used": ([{"number": 200}], True),
    "just too few used": ([{"number": 200, "used": 59}], True),
    "just enough used": ([{"number": 200, "used": 60}], False),
    "not handed over": ([{"number": 200, "handed": False}], False),
    "of which one not handed over": ([{"number": 199}, {"number": 1, "handed": False}], False),
    "by e-mail": ([{"number": 200, "domain": "example.org"}], False),
    "good ones by e-mail do not help": ([{"number": 200}, {"number": 200, "used": 200, "domain": "example.org"}], True),
    "still alive": ([{"number": 200, "ago": LIFE - dt.timedelta(seconds=1)}], False),
    "yesterday": ([{"number": 200, "ago": dt.timedelta(days=1)}], False),
    "a day but a second": ([{"number": 200, "ago": dt.timedelta(days=1, seconds=-1)}], True),
    "better lately": ([{"number": 200, "ago": 2 * LIFE}, {"number": 60, "used": 60}], False),
    "not yet much better": ([{"number": 200, "ago": 2 * LIFE}, {"number": 59, "used": 59}], True),
    "worse lately": ([{"number": 200, "used": 200, "ago": 2 * LIFE}, {"number": 141}], True),
    "not yet much worse": ([{"number": 200, "used": 200, "ago": 2 * LIFE}, {"number": 140}], False),
    "those alive do not push out": ([{"number": 200}, {"number": 200, "ago": LIFE / 2}], True),
}


@pytest.mark.parametrize(("rows", "is_low"), CASES.values(), ids=CASES)
def test_few_used_of_the_last_two_hundred(hands: Hands, rows: list[dict[str, Any]], *, is_low: bool) -> None:
    """T8."""
    for row in rows:
        codes(**row)
    assert rules.use_of_codes().is_low is is_low
    assert ask_for(PHONE) == ("challenge" if is_low else "")
    assert ask_for(ADDRESS) == ""


def ask_for(contact: str, client: str = "a", answer: Answer = NOTHING) -> str:
    return refused(lambda: services.ask_code(contact=contact, client=client, language="fa", answer=answer))


def test_it_ends_when_people_use_their_codes_again_and_without_anybody_after_a_day(hands: Hands) -> None:
    """T8."""
    codes(200)
    for index in range(60):
        assert ask_for(PHONE) == "challenge"
        hands.on(seconds=2)
        phone = f"+98916{index:07}"
        row = services.ask_code(contact=phone, client="a", language="fa", answer=solved(phone, "a"))
        SignInCode.objects.filter(pk=row.pk).update(handed_at=clock.now(), used_at=clock.now())
        hands.on(seconds=10)
    assert ask_for(PHONE) == ""
    SignInCode.objects.all().delete()
    codes(200)
    assert ask_for(PHONE) == "challenge"
    hands.on(days=1)
    assert ask_for(PHONE) == ""


def test_the_look_is_one_query_and_spared_for_email_and_right_answers(hands: Hands) -> None:
    """T8."""
    codes(200)

    def looks(contact: str, answer: Answer = NOTHING) -> int:
        with CaptureQueriesContext(connection) as seen:
            rules.why_not_text(contact=contact, client="a", answer=answer)
        return len(seen)

    assert [looks(PHONE), looks(ADDRESS), looks(PHONE, solved(PHONE, "a"))] == [1, 0, 0]


# The sum


def solved(contact: str, client: str) -> Answer:
    """A new sum and its answer."""
    with translation.override("en"):
        sealed, question = new_sum(contact=contact, client=client)
    return Answer(sealed, str(total(question, "en")))


def total(text: str, language: str) -> int:
    """What the question on the page comes to, read by its words."""
    found = re.search(QUESTION[language], text)
    assert found is not None
    return sum(WORDS[language].index(word) + 2 for word in found.groups())


def test_an_answer_is_worth_something_for_one_contact_from_one_client_for_ten_minutes(hands: Hands) -> None:
    """T8."""
    answer = solved(PHONE, "a")
    forged = signing.dumps([2, 2, 10**10], salt="other")
    cases = {
        "right": judge(answer, contact=PHONE, client="a"),
        "again": judge(answer, contact=PHONE, client="a"),
        "another number": judge(answer, contact="+989180000001", client="a"),
        "another client": judge(answer, contact=PHONE, client="b"),
        "forged": judge(Answer(forged, "4"), contact=PHONE, client="a"),
        "changed": judge(Answer("x" + answer.sealed, answer.typed), contact=PHONE, client="a"),
        "no seal": judge(Answer("", answer.typed), contact=PHONE, client="a"),
        "nothing typed": judge(Answer(answer.sealed, ""), contact=PHONE, client="a"),
        "wrong": judge(Answer(answer.sealed, "1"), contact=PHONE, client="a"),
    }
    hands.on(seconds=sums.LIFE)
    cases["at the last moment"] = judge(answer, contact=PHONE, client="a")
    hands.on(seconds=1)
    cases["too late"] = judge(answer, contact=PHONE, client="a")
    right, wrong, old = Verdict.RIGHT, Verdict.WRONG, Verdict.OLD
    assert list(cases.values()) == [right, right, old, old, old, old, Verdict.NONE, wrong, wrong, right, old]


@pytest.mark.parametrize("typed", ["12", " 12 ", "۱۲", "١٢", "۱ ۲", "\u200c۱۲"])
def test_any_digits_will_do(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sums.secrets, "randbelow", lambda _below: 4)
    sealed, _question = new_sum(contact=PHONE, client="a")
    assert judge(Answer(sealed, typed), contact=PHONE, client="a") is Verdict.RIGHT


@pytest.mark.parametrize("strange", ["a:b:c", "\x00", "۱" * 500, ":" * 9, "é:é:é"])
def test_strange_seals_and_answers_are_no_fault(hands: Hands, strange: str) -> None:
    """F3."""
    assert judge(Answer(strange, strange), contact=PHONE, client="a") is Verdict.OLD
    assert judge(Answer(solved(PHONE, "a").sealed, strange), contact=PHONE, client="a") is Verdict.WRONG


# The page


def send(client: Client, language: str = "fa", contact: str = "09181234542", **more: str) -> HttpResponse:
    return client.post(f"/{language}/accounts/signin/ask/", {"contact": contact, **more})


def answered(page: HttpResponse, language: str = "fa") -> dict[str, str]:
    """The fields of the sum with the right answer, as somebody without scripts sends them."""
    text = page.content.decode()
    sealed = re.search(r'name="sum" value="([^"]+)"', text)
    assert sealed is not None
    return {"sum": sealed[1], "answer": str(total(text, language))}


SAID = {
    "fa": ("پیش از فرستادن پیامک", "این جواب درست نبود", "آن پرسش قدیمی است"),
    "en": ("Before we send a text message", "That was not the right answer", "That sum is too old"),
}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_sum_by_page(hands: Hands, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """T8: asked, wrong, too old, right; what was typed stays, and each page has a sum of its own."""
    numbers = itertools.count()  # chance would say the same twice now and then
    monkeypatch.setattr(sums.secrets, "randbelow", lambda most: next(numbers) % most)
    codes(200)
    browser = Client()
    plain = browser.get(f"/{language}/accounts/signin/").content.decode()
    pages = [send(browser, language)]
    pages.append(send(browser, language, **{**answered(pages[-1], language), "answer": "1"}))
    late = answered(pages[-1], language)
    hands.on(minutes=11)
    pages.append(send(browser, language, **late))
    for page, said in zip(pages, SAID[language], strict=True):
        text = page.content.decode()
        assert page.status_code == 422
        assert said in text
        assert 'value="09181234542"' in text
        assert 'inputmode="numeric"' in text
        assert 'name="answer" value' not in text
    assert 'name="answer"' not in plain
    assert len({answered(page, language)["sum"] for page in pages}) == 3
    assert SignInCode.objects.filter(contact=PHONE).count() == 0
    assert send(browser, language, **answered(pages[-1], language)).status_code == 302
    assert SignInCode.objects.filter(contact=PHONE).count() == 1


def test_an_answer_for_one_number_sends_nothing_to_another(hands: Hands) -> None:
    """T8: nor from another client, nor a second time within the minute."""
    codes(200)
    browser, elsewhere = Client(), Client(REMOTE_ADDR="203.0.113.9")
    right = answered(send(browser))
    assert send(browser, contact="09181234543", **right).status_code == 422
    assert send(elsewhere, **right).status_code == 422
    assert send(browser, **right).status_code == 302
    assert send(browser, **right).status_code == 429
    assert SignInCode.objects.filter(contact__startswith="+98918").count() == 1


def test_a_repeated_answer_brings_no_more_codes_than_the_limits(hands: Hands) -> None:
    """T8: why an answer need not be used up."""
    codes(200)
    right = answered(send(Client()))
    for _ in range(30):
        send(Client(), **right)
        hands.on(seconds=61)
    assert 5 <= SignInCode.objects.filter(contact=PHONE).count() <= 10


def test_the_way_by_email_stays_open(hands: Hands) -> None:
    """T8: and the page of the sum says so."""
    codes(200)
    browser = Client()
    assert "کد با ایمیل" in send(browser).content.decode()
    assert send(browser, contact=ADDRESS).status_code == 302


def test_known_and_unknown_numbers_get_the_same_sum_page(hands: Hands, member: Member) -> None:
    """T6, T8."""
    codes(200)

    def page(contact: str) -> str:
        text = send(Client(), contact=contact).content.decode()
        text = re.sub(QUESTION["fa"], "", text).replace(contact, "")
        return re.sub(r'name="(csrfmiddlewaretoken|sum)" value="[^"]+"', "", text)

    assert page("09181234542") == page("09181234543")


def test_a_new_code_to_the_same_number_needs_an_answer_too(hands: Hands) -> None:
    """T8: on the page of the code, which goes on masking the number."""
    browser = Client()
    assert send(browser).status_code == 302
    hands.on(minutes=6)
    codes(200, ago=LIFE)
    page = browser.post("/fa/accounts/code/resend/")
    assert (page.status_code, "09181234542" in page.content.decode()) == (422, False)
    assert page.content.decode().count(SAID["fa"][0]) == 2
    assert "خطا" in page.content.decode().split("</title>")[0]
    assert browser.post("/fa/accounts/code/resend/", {"sum": "x", "answer": "3"}).status_code == 422
    assert browser.post("/fa/accounts/code/resend/", answered(page)).status_code == 302
    assert SignInCode.objects.filter(contact=PHONE).count() == 2


def test_who_is_signed_in_answers_too(hands: Hands, member: Member) -> None:
    """T8: an account by e-mail costs nothing, so that it frees nobody from the sum."""
    codes(200)
    browser = Client()
    browser.force_login(member)
    page = browser.post("/fa/me/contact/ask/", {"contact": "09187776655"})
    assert page.status_code == 422
    assert browser.post("/fa/me/contact/ask/", {"contact": ADDRESS}).status_code == 302
    right = {"contact": "09187776655", **answered(page)}
    assert browser.post("/fa/me/contact/ask/", right)["Location"] == "/fa/me/contact/code/"


def test_the_page_asks_no_more_questions_of_the_database_with_more_codes(hands: Hands) -> None:
    """T8."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            send(Client())
        return len(seen)

    codes(200)
    first = queries()
    codes(2000)
    assert queries() == first
    with CaptureQueriesContext(connection) as seen:
        Client().get("/fa/accounts/signin/")
    assert [query["sql"] for query in seen if "signincode" in query["sql"]] == []


# The flood


def test_once_the_sum_is_asked_a_flood_sends_nothing(hands: Hands, settings: Any) -> None:
    """T8: many addresses, a number each; what was sent before it was seen is within the budget."""
    settings.SMS_DAILY_BUDGET = 700
    answers = []
    for index in range(1_000):
        answers.append(ask_for(f"+98918{index:07}", f"10.0.{index // 250}.{index % 250}"))
        SignInCode.objects.filter(handed_at__isnull=True).update(handed_at=clock.now())
        hands.on(seconds=1)
    sent = SignInCode.objects.count()
    assert 200 <= sent <= 200 + LIFE.total_seconds() + 1
    assert set(answers[sent:]) == {"challenge"}
    assert ask_for(PHONE, "z", solved(PHONE, "z")) == ""
    assert ask_for(ADDRESS) == ""


# The alarm


def test_the_desk_says_so_in_both_languages_and_only_while_it_is_so(hands: Hands, staff: Member) -> None:
    """T8."""

    def said(language: str) -> list[str]:
        with translation.override(language):
            return [todo.text for todo in needs_staff(staff) if todo.url.endswith("#code")]

    assert said("fa") == []
    codes(200, used=25)
    assert "۲۰۰" in said("fa")[0]
    assert "۱۲٪" in said("fa")[0]
    assert "Of the last 200 sign-in codes by text message only 12 % were used." in said("en")[0]


def test_only_staff_see_it(hands: Hands, member: Member, staff: Member) -> None:
    """T8, P1."""
    codes(200)
    answers = []
    for who in (staff, member):
        browser = Client()
        browser.force_login(who)
        answers.append(browser.get("/en/city/"))
    assert "only 0 % were used" in answers[0].content.decode()
    assert answers[1].status_code == 404


def test_figures_tell_the_share_and_whether_a_sum_is_asked(hands: Hands, settings: Any) -> None:
    settings.METRICS_TOKEN = "t" * 40

    def figures() -> list[str]:
        text = Client().get("/metrics", headers={"Authorization": "Bearer " + "t" * 40}).content.decode()
        return re.findall(r"^city_codes_\w+ \S+$", text, re.MULTILINE)

    assert figures() == ["city_codes_used_ratio NaN", "city_codes_challenge 0.0"]
    codes(200, used=50)
    assert figures() == ["city_codes_used_ratio 0.25", "city_codes_challenge 1.0"]


def test_the_log_says_so_once_an_hour_and_names_nobody(hands: Hands, caplog: pytest.LogCaptureFixture) -> None:
    """V6."""
    codes(200)
    for minute in range(14):
        ask_for(f"+98918{minute:07}")
        hands.on(minutes=1)
    told = [one for one in caplog.records if one.name == "members.services.signin"]
    assert len(told) == 1
    assert not re.search(r"\d", told[0].getMessage())
    hands.on(hours=1)
    codes(200)
    ask_for(PHONE)
    assert len([one for one in caplog.records if one.name == "members.services.signin"]) == 2
