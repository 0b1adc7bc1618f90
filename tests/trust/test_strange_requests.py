"""F3: every page and form, and every address of the API, with what nobody would type: no answer is a fault of ours.

`FUZZ_REQUESTS` is the number of requests (default 400); `make fuzz` sends 20,000. The seed of a run is in its failure.
"""

from __future__ import annotations

import json
import os
import random
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from learningcity.rights import PEOPLE, RIGHTS
from tests.trust.test_matrix import WRITABLE, World, address_of, world

if TYPE_CHECKING:
    from learningcity.rights import Right

pytestmark = pytest.mark.django_db
assert world  # the fixture
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "400"))
LONGEST_LINE = 4000  # servers refuse longer ones
A_WORLD = 200  # requests that share one
SEED = int(os.environ.get("FUZZ_SEED", "14050907"))
FAULT = 500
METHODS = ("GET", "POST", "POST", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
NAMES = re.compile(r'<(?:input|select|textarea)[^>]*?\sname="([^"]+)"')
DEEP = "[" * 1000 + "]" * 1000
STRANGE: tuple[bytes, ...] = (
    b"",
    b" ",
    b"0",
    b"-1",
    b"1e309",
    b"NaN",
    b"99999999999999999999",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"\x00",
    b"a\x00b",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"%",
    b"%zz",
    b"' OR 1=1 --",
    b"<script>alert(1)</script>",
    b"{{ 7*7 }}",
    b"../../../etc/passwd",
    b"\r\nX-Injected: 1",
    b"2026-02-30",
    b"25:99",
    b"0000-00-00",
    b"9999-12-31",
    b"09181234567",
    b"a@b",
    b"a" * 1_000_000,
    *(
        text.encode()
        for text in (
            "۱۲۳",
            "١٢٣",
            "۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹",
            "۱۴۰۵/۱۲/۳۰",
            "۱۴۰۳/۱۲/۳۰",
            "۱/۱/۱",
            "۲۵:۹۹",
            "\u202eمعکوس",
            "ي ك ى",
            "\u200c" * 400,
            "\u200f\u200e",
            "٫٬",
            "²",
            "𝟘",
            "İ",
            "😀" * 200,
        )
    ),
)
TYPES = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "text/plain",
    "",
)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {},
    {"HX-Request": "true"},
    {"Accept": "application/json"},
    {"Accept": "nonsense/;;q=x"},
    {"Accept-Language": "xx,*;q=9"},
    {"If-None-Match": 'W/"\u00e9"'},
    {"If-Modified-Since": "yesterday"},
    {"Idempotency-Key": "x" * 300},
    {"Authorization": "Bearer \u00ff"},
    {"Range": "bytes=9-1"},
    {"Cookie": "session=\u00ff; csrf=; language=xx"},
)


class Strange:
    """Makes strange requests out of one seed."""

    def __init__(self, made: World, seed: int) -> None:
        self.made, self.chance = made, random.Random(seed)
        self.known: dict[str, list[str]] = {}

    def value(self) -> bytes:
        return self.chance.choice(STRANGE)

    def fields(self, client: Client, address: str) -> list[str]:
        """Names of the fields of the page's forms, or of the page that its address leads to."""
        if address not in self.known:
            answer = client.get(address, follow=True)
            page = b"" if answer.streaming else answer.content
            found = NAMES.findall(page.decode(errors="replace"))
            self.known[address] = list(dict.fromkeys(found)) or ["q", "page", "lang"]
        return self.known[address]

    def pairs(self, names: list[str]) -> bytes:
        some = self.chance.sample(names, self.chance.randint(0, min(8, len(names))))
        return b"&".join(quote_from_bytes(one.encode()).encode() + b"=" + self.encoded() for one in some)

    def encoded(self) -> bytes:
        value = self.value()
        return value if self.chance.random() < 0.1 else quote_from_bytes(value).encode()

    def tree(self, names: list[str], depth: int = 0) -> Any:
        if depth > 2 or self.chance.random() < 0.5:
            plain = (None, True, 0, -1, 1.5, 10**30, [], {}, "")
            return self.chance.choice([*plain, self.value()[:3000].decode(errors="replace")])
        return {self.chance.choice(names): self.tree(names, depth + 1) for _ in range(self.chance.randint(0, 5))}

    def body(self, names: list[str]) -> tuple[bytes, str]:
        kind = self.chance.choice(TYPES)
        if "json" in kind:
            return (DEEP.encode() if self.chance.random() < 0.1 else json.dumps(self.tree(names)).encode()), kind
        if "boundary" in kind:
            head = b'--x\r\nContent-Disposition: form-data; name="' + self.chance.choice(names).encode()
            cut = self.chance.choice([b'"\r\n\r\n', b'"; filename="\x00.csv"\r\n\r\n', b""])
            return head + cut + self.value() + self.chance.choice([b"\r\n--x--\r\n", b""]), kind
        return self.pairs(names), kind

    def ask(self, name: str, right: Right) -> tuple[int, str]:
        """The status of a strange request, everything as it was before, and what was asked."""
        who, method = self.chance.choice(PEOPLE), self.chance.choice(METHODS)
        client = Client(raise_request_exception=False)
        if self.made.people[who]:
            client.force_login(self.made.people[who])
        address = address_of(self.made, name, right)
        names = API_NAMES if address.startswith("/api/") else self.fields(client, address)
        query = self.pairs([*names, "page", "cursor", "lang", "sort"]).decode("latin-1")[:LONGEST_LINE]
        content, kind = self.body(names)
        headers = self.chance.choice(HEADERS)
        with transaction.atomic():
            how = {"content_type": kind, "headers": headers, "QUERY_STRING": query}
            answer = client.generic(method, address, content, **how)
            transaction.set_rollback(True)
        return answer.status_code, f"{who} {method} {address}?{query[:200]} {kind} {headers} {content[:300]!r}"


API_NAMES = [*sorted({field for fields in WRITABLE.values() for field in fields}), "lang", "page_size", "cursor"]
LINES = [(name, right) for name, rights in RIGHTS.items() for right in rights]


@pytest.mark.parametrize("part", range(-(-REQUESTS // A_WORLD)))
def test_f3_no_strange_request_is_a_fault_of_ours(world: World, part: int) -> None:
    cache.clear()
    strange = Strange(world, SEED + part)
    wrong = {}
    for _ in range(min(A_WORLD, REQUESTS - part * A_WORLD)):
        cache.clear()
        status, asked = strange.ask(*strange.chance.choice(LINES))
        if status >= FAULT:
            wrong[asked] = status
    assert wrong == {}, f"FUZZ_SEED={SEED + part}: {json.dumps(wrong, indent=1)}"


def test_f3_the_walk_sees_a_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that breaks at any field is found."""

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("programs.views.catalogue.render", breaks)
    strange = Strange(world, SEED)
    right = RIGHTS["programs:course_list"][0]
    assert FAULT in {strange.ask("programs:course_list", right)[0] for _ in range(20)}
