"""Every address answers, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.addresses import Address, all_addresses

if TYPE_CHECKING:
    from django.test import Client

ALL = all_addresses()
PAGES = [one for one in ALL if one.is_page]
PLAIN = [one for one in PAGES if not one.has_parameters]


def test_each_page_has_its_twin() -> None:
    persian = {one.path[3:] for one in PAGES if one.path.startswith("/fa/")}
    english = {one.path[3:] for one in PAGES if one.path.startswith("/en/")}
    assert persian == english != set()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ALL, ids=lambda one: one.path)
def test_a_visitor_gets_an_answer(client: Client, address: Address) -> None:
    assert client.get(address.path).status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize("address", PLAIN, ids=lambda one: one.path)
def test_a_page_speaks_its_language(client: Client, address: Address) -> None:
    response = client.get(address.path)
    if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
        return
    language, direction = ("fa", "rtl") if address.path.startswith("/fa/") else ("en", "ltr")
    text = response.content.decode()
    start = text[: text.index("<head>")]
    assert f'lang="{language}"' in start
    assert f'dir="{direction}"' in start
    assert text.count("<h1") == 1
    assert f'hreflang="{"en" if language == "fa" else "fa"}"' in text
