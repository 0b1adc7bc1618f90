"""What templates write: the page's own digits and days, money, icons, safe Markdown, addresses, form fields."""

from __future__ import annotations

import datetime as dt
import os
import re
from typing import TYPE_CHECKING

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from base import clock
from base.templatetags import city
from base.templatetags.icons import ICONS, SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "200"))
TUESDAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC))
    with override("fa"):
        yield


def shown(source: str, **values: object) -> str:
    return Template("{% load city %}" + source).render(Context(values))


def at(address: str) -> object:
    return RequestFactory().get(address)


CASES = [
    ("{{ value|digits }}", 1405, "۱۴۰۵", "1405"),
    ("{{ value|digits }}", "منطقهٔ 3", "منطقهٔ ۳", "منطقهٔ 3"),
    ("{{ value|digits }}", None, "", ""),
    ("{{ value|digits }}", "۰۹۱۸", "۰۹۱۸", "0918"),
    ("{{ value|num }}", 12480, "۱۲٬۴۸۰", "12,480"),
    ("{{ value|num }}", 7.5, "۷٫۵", "7.5"),
    ("{{ value|num }}", "12480", "۱۲۴۸۰", "12480"),
    ("{{ value|day }}", TUESDAY, "سه‌شنبه ۳ آذر", "Tuesday 24 November"),
    ("{{ value|day }}", None, "", ""),
    ("{{ value|day_full }}", TUESDAY, "سه‌شنبه ۳ آذر ۱۴۰۵", "Tuesday 24 November 2026"),
    ("{{ value|day_short }}", TUESDAY, "۳ آذر", "24 November"),
    ("{{ value|day_digits }}", TUESDAY, "۱۴۰۵/۹/۳", "2026-11-24"),
    ("{{ value|iso }}", TUESDAY, "2026-11-24", "2026-11-24"),
    ("{{ value|time }}", dt.time(9, 0), "۹:۰۰", "9:00"),
    ("{{ value|time }}", dt.time(0, 0), "۰:۰۰", "0:00"),
    ("{{ value|time }}", dt.datetime(2026, 11, 24, 14, 30, tzinfo=dt.UTC), "۱۸:۰۰", "18:00"),
    (
        "{{ value|instant }}",
        dt.datetime(2026, 11, 24, 14, 30, tzinfo=dt.UTC),
        "سه‌شنبه ۳ آذر، ساعت ۱۸:۰۰",
        "Tuesday 24 November, 18:00",
    ),
    ("{{ value.0|times:value.1 }}", (dt.time(16), dt.time(18)), "۱۶:۰۰ تا ۱۸:۰۰", "16:00–18:00"),
    ("{{ value.0|times:value.1 }}", (dt.time(16), None), "۱۶:۰۰", "16:00"),
    ("{{ value|weekday }}", 3, "سه‌شنبه", "Tuesday"),
    ("{{ value|weekdays }}", [1, 3], "یکشنبه‌ها و سه‌شنبه‌ها", "Sundays and Tuesdays"),
    ("{{ value|weekdays }}", 0b1010, "یکشنبه‌ها و سه‌شنبه‌ها", "Sundays and Tuesdays"),
    ("{{ value|together }}", ["a", "b", "c"], "a، b و c", "a, b and c"),
]


@pytest.mark.parametrize(("source", "value", "persian", "english"), CASES)
def test_values_speak_the_language_of_the_page(source: str, value: object, persian: str, english: str) -> None:
    assert shown(source, value=value) == persian
    with override("en"):
        assert shown(source, value=value) == english


@pytest.mark.parametrize(
    ("amount", "currency", "english"),
    [
        (2_500_000, "IRR", "250,000 toman"),
        (25, "IRR", "2.5 toman"),
        (0, "IRR", "Free"),
        (None, "IRR", ""),
        (450_000, None, "450,000"),
        (1250, "EUR", "12.5 EUR"),
        (30_000, "KRW", "30,000 KRW"),
    ],
)
def test_money_names_its_unit(amount: int | None, currency: str | None, english: str) -> None:
    with override("en"):
        assert city.money(amount, currency) == english


def test_icons_are_silent_drawings() -> None:
    drawing = city.icon("search")
    assert drawing.startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">')
    assert 'class="icon icon--turn"' in city.icon("chevron")
    assert city.icon("no such icon") == city.icon("arch")


AREA_ICONS = ["people", "lute", "book", "megaphone", "coins", "tools", "seedling", "oak", "heart", "phone", "home"]


@pytest.mark.parametrize("word", AREA_ICONS)
def test_every_area_has_its_own_icon(word: str) -> None:
    assert SYNONYMS.get(word, word) in ICONS


def test_synonyms_lead_to_drawings() -> None:
    assert set(SYNONYMS.values()) <= ICONS.keys()


def test_markdown_starts_at_the_third_heading() -> None:
    assert city.markdown("# الف\n## ب\n### پ") == "<h3>الف</h3>\n<h4>ب</h4>\n<h5>پ</h5>\n"


def test_markdown_links_are_marked_as_others_words() -> None:
    assert (
        city.markdown("[دانشگاه](https://example.org/?a=1&b=2)")
        == '<p><a href="https://example.org/?a=1&amp;b=2" rel="noopener nofollow ugc">دانشگاه</a></p>\n'
    )


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](https://example.org/pixel.gif)",
    "<svg><style><img src=x onerror=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '[x](https://example.org "onmouseover=alert(1)")',
    '<https://example.org/"onclick=alert(1)>',
    "`<b onclick=alert(1)>`",
]
ALLOWED = re.compile(
    r"</?(?:p|br|strong|em|ul|li|blockquote|code|pre|h3|h4|h5|hr|ol(?: start=\"\d+\")?|a(?: [^<>]*)?)\s*/?>"
)


def only_allowed(html: str) -> bool:
    return not re.search(r"<(?!/?\w)|<\w[^<>]*\bon\w+=", ALLOWED.sub("", html)) and "<" not in ALLOWED.sub("", html)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_lets_no_foreign_markup_through(text: str) -> None:
    html = city.markdown(text)
    assert only_allowed(html)
    assert set(re.findall(r'href="(\w+):', html)) <= {"http", "https", "mailto"}


@given(st.text("<>\"'&;:/()[]!`*#abjs script=onerror\n\\ا", max_size=80))
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_markdown_gives_allowed_tags_whatever_is_written(text: str) -> None:
    assert only_allowed(city.markdown(text))


def test_a_text_in_another_language_says_so() -> None:
    assert shown("<p{% lang_attrs language %}>", language="en") == '<p lang="en" dir="ltr">'
    assert shown("<p{% lang_attrs language %}>", language="fa") == "<p>"
    assert shown("<p{% lang_attrs language %}>", language="") == "<p>"
    with override("en"):
        assert shown("<p{% lang_attrs language %}>", language="fa") == '<p lang="fa" dir="rtl">'


def test_an_address_changes_one_parameter_and_begins_on_the_first_page() -> None:
    request = at("/fa/courses/?area=media&area=health&page=3&q=a")
    assert (
        shown('{% query sort="new" %}', request=request)
        == "/fa/courses/?area=media&amp;area=health&amp;q=a&amp;sort=new"
    )
    assert shown("{% query area=None q=None %}", request=request) == "/fa/courses/"
    assert shown("{% query page=4 area=None q=None %}", request=request) == "/fa/courses/?page=4"
    assert shown('{% query_without "area" "media" %}', request=request) == "/fa/courses/?area=health&amp;q=a"


def test_a_link_knows_that_it_is_here() -> None:
    request = at("/fa/courses/tanbur/")
    assert shown('{% here "/fa/courses/tanbur/" %}', request=request) == ' aria-current="page"'
    assert shown('{% here "/fa/courses/" %}', request=request) == ' aria-current="true"'
    assert shown('{% here "/fa/help/" %}', request=request) == ""


@pytest.mark.parametrize(
    ("pages", "number", "numbers"),
    [
        (1, 1, [1]),
        (2, 1, [1, 2]),
        (12, 1, [1, 2, None, 12]),
        (12, 6, [1, None, 5, 6, 7, None, 12]),
        (12, 12, [1, None, 11, 12]),
        (90, 50, [1, None, 49, 50]),
    ],
)
def test_a_long_list_shows_the_ends_and_the_neighbours(pages: int, number: int, numbers: list[int | None]) -> None:
    assert city.page_numbers(Paginator(range(pages * 20), 20).page(number)) == numbers


def test_the_pagination_says_when_to_narrow_the_search() -> None:
    html = render_to_string(
        "parts/_pagination.html", {"page": Paginator(range(1800), 20).page(50), "request": at("/fa/courses/")}
    )
    assert 'aria-current="page"' in html
    assert "page=49" in html
    assert "page=51" not in html
    assert '<p class="muted small">' in html


class Form(forms.Form):
    """One field of each kind."""

    phone = forms.CharField(
        label="Mobile", help_text="Eleven digits", widget=forms.TextInput(attrs={"class": "field__input--phone"})
    )
    who = forms.ChoiceField(label="Who?", choices=[("1", "Me"), ("2", "My child")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="I agree", required=False, help_text="As written")
    district = forms.ChoiceField(label="District", choices=[("1", "One")])


def field(form: Form, name: str) -> str:
    return render_to_string("parts/_field.html", {"field": form[name]})


def test_a_field_has_label_hint_and_input() -> None:
    html = field(Form(), "phone")
    assert '<label class="field__label" for="id_phone">Mobile</label>' in html
    assert '<p class="field__hint" id="id_phone_helptext">Eleven digits</p>' in html
    assert 'class="field__input field__input--phone"' in html
    assert 'aria-describedby="id_phone_helptext"' in html
    assert "aria-invalid" not in html


def test_a_wrong_field_names_its_error() -> None:
    html = field(Form({}), "phone")
    assert 'class="field field--error"' in html
    assert 'id="id_phone_error"' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert 'aria-invalid="true"' in html


def test_choices_stand_in_a_fieldset() -> None:
    html = field(Form({}), "who")
    assert '<legend class="field__label">Who?</legend>' in html
    assert html.count('type="radio"') == 2
    assert 'aria-describedby="id_who_error"' in html


def test_a_checkbox_is_its_own_label() -> None:
    html = field(Form(), "agree")
    assert '<label class="choice" for="id_agree">' in html
    assert '<span class="choice__hint" id="id_agree_helptext">As written</span>' in html


def test_a_select_keeps_its_class() -> None:
    assert '<select name="district" class="field__input"' in field(Form(), "district")


def test_the_error_summary_links_each_field() -> None:
    with override("en"):
        html = render_to_string("parts/_error_summary.html", {"form": Form({})})
    assert re.findall(r'href="#([\w-]+)"', html) == ["id_phone", "id_who_0", "id_district"]
    assert "There are 3 problems" in html
    assert render_to_string("parts/_error_summary.html", {"form": Form()}).strip() == ""


def test_a_title_of_several_lines_is_one_line_and_stays_escaped() -> None:
    source = "{% filter oneline %}\n  {{ name }}\n · شهر\n{% endfilter %}"
    assert shown(source, name="a & b") == "a &amp; b · شهر"


@pytest.mark.parametrize(
    ("ahead", "en", "fa"),
    [
        ({"days": 3}, "in 3 days", "۳ روز دیگر"),
        ({"hours": 25}, "in 1 day", "۱ روز دیگر"),
        ({"hours": 23, "minutes": 59}, "in 23 hours", "۲۳ ساعت دیگر"),
        ({"minutes": 61}, "in 1 hour", "۱ ساعت دیگر"),
        ({"minutes": 20}, "in 20 minutes", "۲۰ دقیقه دیگر"),
        ({"seconds": -5}, "in 1 minute", "۱ دقیقه دیگر"),
    ],
)
def test_how_long_it_is_until_then(ahead: dict[str, int], en: str, fa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.at(dt.date(2026, 11, 28), dt.time(9))
    monkeypatch.setattr(clock, "now", lambda: now)
    for language, words in (("en", en), ("fa", fa)):
        with override(language):
            assert city.countdown(now + dt.timedelta(**ahead)) == words


def test_a_field_left_empty_is_named_in_the_summary_and_beside_it() -> None:
    class Both(forms.Form):
        fa = forms.CharField(label="دلیل به فارسی")
        file = forms.FileField(label="تصویر")
        own = forms.CharField(error_messages={"required": "نامتان را بنویسید"})

    form = Both({})
    with override("fa"):
        found = [problem["text"] for problem in city.form_problems(form)]
        beside = [city.problem(field) for field in form]
    assert found == beside == ["بنویسید: دلیل به فارسی", "انتخاب کنید: تصویر", "نامتان را بنویسید"]


def test_a_page_begins_at_its_errors_but_a_panel_takes_no_focus_away() -> None:
    class One(forms.Form):
        name = forms.CharField()

    shown = [render_to_string("parts/_error_summary.html", {"form": One({}), "in_place": one}) for one in (False, True)]
    assert ["autofocus" in text for text in shown] == [True, False]
