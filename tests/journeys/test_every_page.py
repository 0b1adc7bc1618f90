"""Every page in the browser, in both languages: axe finds nothing, nothing scrolls sideways, nothing is too small to touch,
nothing is loaded that may not be, no word stands in the wrong language, and the first visit is light.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.places import NAME, Place, guide

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page
    from playwright.sync_api import Response as Loaded

    from members.models import Member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VENDOR = Path(__file__).resolve().parents[1] / "vendor" / "axe-core-4.14.1"
AXE = (VENDOR / "axe.min.js").read_text(encoding="utf-8")
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESK, NARROW = 390, 1280, 320
PARTS = 4  # of the walk through members' pages, so that no worker waits for another
KB = 1024

RUN_AXE = """async (only) => (await axe.run(document, {runOnly: only, resultTypes: ["violations"]})).violations
  .flatMap((one) => one.nodes.map((node) => `${one.id} ${node.target}`))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
  .filter((element) => {
    const box = element.getBoundingClientRect();
    const inSentence = element.tagName === "A" && getComputedStyle(element).display === "inline";
    return box.width > 2 && !inSentence && !element.closest(".choice, .mark") && (box.width < 44 || box.height < 44);
  })
  .map((element) => `${element.tagName}.${element.className} ${element.textContent.trim()}`)"""
WORDS = """(letters) => {
  const own = document.documentElement.lang;
  const found = [];
  const isForeign = (element) =>
    element.closest("[lang]").lang !== own || element.closest("bdi, code, kbd, script, style");
  const isMixed = (element) => element.tagName === "TITLE" && document.querySelector("h1[lang]");
  const isOurs = (element) => element && !isForeign(element) && !isMixed(element);
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (isOurs(walker.currentNode.parentElement)) found.push(walker.currentNode.data);
  for (const name of ["aria-label", "placeholder", "title", "alt", "content"])
    for (const element of document.querySelectorAll(`[${name}]:not(meta:not([name=description]))`))
      if (isOurs(element)) found.push(element.getAttribute(name));
  return found.map((text) => text.trim()).filter((text) => new RegExp(letters).test(text));
}"""
FOREIGN = {"fa": "[A-Za-z]", "en": r"[\\u0600-\\u06ff]"}
ALLOWED = {
    "fa": re.compile(
        r"[\w.+-]+@[\w.-]+|https?://\S+|\b(?:API|iCalendar|Google|Outlook|WCAG|UNESCO|GAL|HTML|CSS|ID|SMS|CSV|JSON|XML|XCRI-CAP|JPEG|PDF|QR|PNG|WebP|GIF|ISCED-F)\b"
    ),
    "en": re.compile(rf"\b(?:{NAME})\b"),
}


class Watch:
    """Everything that a page complains about while it is open."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._look)

    def _look(self, loaded: Loaded) -> None:
        if loaded.status >= 400 and loaded.request.resource_type != "document":
            self.complaints.append(f"{loaded.status} {loaded.url}")


def strange_words(page: Page, language: str) -> list[str]:
    """Passages that hold letters of the other language although nothing marks them as such."""
    said = page.evaluate(WORDS, FOREIGN[language].replace("\\\\", "\\"))
    letters = re.compile(FOREIGN[language].replace("\\\\", "\\"))
    return [text for text in said if letters.search(ALLOWED[language].sub("", text))]


def faults(page: Page, place: Place, language: str) -> list[str]:
    """What is wrong with the page, at a phone and at a desk, by day and by night."""
    watch = Watch(page)
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.emulate_media(color_scheme="light")
    answer = page.goto(place.address(language), wait_until="load")
    if place.name == "not found":
        watch.complaints = [one for one in watch.complaints if "404" not in one]
    assert answer is not None
    found = looked_over(page, language, is_variant=place.is_variant)
    return found + [f"the browser complains: {one}" for one in watch.complaints]


def looked_over(page: Page, language: str, *, is_variant: bool = False) -> list[str]:
    """What is wrong with the page that is open, which has the width of a phone."""
    page.evaluate(AXE)
    found = [f"a phone: {one}" for one in page.evaluate(RUN_AXE, EVERYTHING)]
    found += [f"smaller than 44 px: {one}" for one in page.evaluate(SMALL)]
    found += [f"the other language: {one}" for one in strange_words(page, language)]
    for width in (PHONE, NARROW, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"scrolls sideways at {width}")
    if not is_variant:
        found += [f"a desk: {one}" for one in page.evaluate(RUN_AXE, EVERYTHING)]
    page.emulate_media(color_scheme="dark")
    found += [f"at night: {one}" for one in page.evaluate(RUN_AXE, ["cat.color"])]
    return found


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize(("who", "part"), [("visitor", 0), *(("member", part) for part in range(PARTS))])
def test_every_page_is_without_fault(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    who: str,
    part: int,
    language: str,
) -> None:
    contexts: dict[int | None, BrowserContext] = {}
    found: dict[str, list[str]] = {}
    for place in getattr(guide(), who)[part :: PARTS if who == "member" else 1]:
        key = place.member and place.member.pk
        if key not in contexts:
            contexts[key] = window()
            if place.member:
                sign_in(contexts[key], place.member)
        page = contexts[key].new_page()
        wrong = faults(page, place, language)
        page.close()
        if wrong:
            found[place.name] = wrong
    assert found == {}


BROKEN = """<html lang="fa" dir="rtl"><head><title>x</title></head><body style="margin:0">
<main><h1 style="width:2000px">Hello</h1><img src="data:,"><button style="width:9px">a</button>
<p style="color:#999">کم‌رنگ</p></main></body></html>"""
FOREIGN_SCRIPT = """() => {
  const bad = document.createElement("script");
  bad.src = "https://elsewhere.example/x.js";
  document.head.append(bad);
}"""


def test_each_of_the_checks_can_fail(window: Callable[..., BrowserContext]) -> None:
    page = window().new_page()
    page.set_content(BROKEN)
    page.evaluate(AXE)
    kinds = {one.split(" ")[0] for one in page.evaluate(RUN_AXE, EVERYTHING)}
    assert kinds >= {"image-alt", "color-contrast"}
    assert page.evaluate(SIDEWAYS) > 0
    assert [one.split(" ")[0] for one in page.evaluate(SMALL)] == ["BUTTON."]
    assert strange_words(page, "fa") == ["x", "Hello", "a"]
    watch = Watch(page)
    page.goto("/fa/help/")
    page.evaluate(FOREIGN_SCRIPT)
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in one for one in watch.complaints)


# The weight of a first visit


def weighed(loaded: Loaded) -> int:
    """How much of it travels: fonts as they are, all else compressed as production does."""
    body = loaded.body()
    return len(body) if loaded.url.endswith(".woff2") else len(gzip.compress(body, 6))


def first_visit(context: BrowserContext, address: str) -> dict[str, int]:
    """Bytes by kind of a visit with nothing kept from before."""
    page = context.new_page()
    loaded: list[Any] = []
    page.on("response", lambda one: loaded.append(one))  # noqa: PLW0108 - the driver takes no built-in
    page.goto(address, wait_until="load")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    found: dict[str, int] = {}
    for one in loaded:
        kind = one.request.resource_type
        found[kind] = found.get(kind, 0) + weighed(one)
    page.close()
    return found


LIMITS = {"stylesheet": 12 * KB, "script": 20 * KB, "font": 44 * KB}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_first_visit_is_light(window: Callable[..., BrowserContext], language: str) -> None:
    for place in guide().visitor:
        context = window()
        weight = first_visit(context, place.address(language))
        context.close()
        page_limit = (16 if place.name.startswith("catalogue") else 10) * KB
        over = {kind: n for kind, n in weight.items() if n > LIMITS.get(kind, page_limit)}
        assert (place.name, over) == (place.name, {})
        assert (place.name, sum(weight.values()) <= 120 * KB) == (place.name, True)


def test_a_persian_page_fetches_no_latin_letters(window: Callable[..., BrowserContext]) -> None:
    """One word in Latin letters costs a font file."""
    weight = first_visit(window(), "/fa/help/")
    assert weight["font"] <= 28 * KB
