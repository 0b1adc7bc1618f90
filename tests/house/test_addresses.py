"""Every address answers, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.addresses import Address, all_addresses

if TYPE_CHECKING:
    from django.http import HttpResponse

ALL = all_addresses()
PAGES = [one for one in ALL if one.is_page]
PLAIN = [one for one in PAGES if not one.has_parameters]


def test_each_page_has_its_twin() -> None:
    persian = {one.path[3:] for one in PAGES if one.path.startswith("/fa/")}
    english = {one.path[3:] for one in PAGES if one.path.startswith("/en/")}
    assert persian == english != set()


def strange_to_its_language(address: Address, response: HttpResponse) -> list[str]:
    """What a page lacks of its language; nothing where no page is shown."""
    if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
        return []
    language, direction, other = ("fa", "rtl", "en") if address.path.startswith("/fa/") else ("en", "ltr", "fa")
    text = response.content.decode()
    start = text[: text.index("<head>")]
    wanted = {
        f'lang="{language}"': start.count(f'lang="{language}"') > 0,
        f'dir="{direction}"': start.count(f'dir="{direction}"') > 0,
        "one heading": text.count("<h1") == 1,
        f'hreflang="{other}"': f'hreflang="{other}"' in text,
    }
    return [what for what, is_there in wanted.items() if not is_there]


@pytest.mark.django_db
def test_a_visitor_gets_an_answer_and_a_page_speaks_its_language() -> None:
    answers = {one: Client(raise_request_exception=False).get(one.path) for one in ALL}
    assert {one.path: answer.status_code for one, answer in answers.items() if answer.status_code >= 500} == {}
    amiss = {one.path: strange_to_its_language(one, answers[one]) for one in PLAIN}
    assert {path: lacks for path, lacks in amiss.items() if lacks} == {}
    assert sum(answers[one].status_code == 200 for one in PLAIN) > 20


@pytest.mark.django_db
def test_the_look_at_languages_can_fail(client: Client) -> None:
    """A Persian page at an English address."""
    answer = client.get("/fa/help/")
    assert strange_to_its_language(Address("/en/help/", "en/help/"), answer) == ['lang="en"', 'dir="ltr"']
