"""Every page in the browser, in both languages: axe finds nothing, nothing scrolls sideways, nothing is too small to touch,
nothing is loaded that may not be, no word stands in the wrong language, and the first visit is light.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING

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
COLOURS = ["cat.color"]  # at night also the contrast of the highest level
RULES = {"light": EVERYTHING, "dark": EVERYTHING + COLOURS}
PHONE, DESK, NARROW = 390, 1280, 320
PARTS = 4  # of the walk through members' pages, so that no worker waits for another
KB = 1024

RUN_AXE = """async (only) => {
  const options = {runOnly: only, resultTypes: ["violations"], preload: false};  // no rule of these asks for files
  const {violations} = await axe.run(document, options);
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id} ${node.target}`));
}"""
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
        self.loaded: list[Loaded] = []
        page.on("console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._look)

    def begin(self) -> None:
        """Forgets the page before."""
        self.complaints, self.loaded = [], []

    def _look(self, loaded: Loaded) -> None:
        self.loaded.append(loaded)
        if loaded.status >= 400 and loaded.request.resource_type != "document":
            self.complaints.append(f"{loaded.status} {loaded.url}")


def strange_words(page: Page, language: str) -> list[str]:
    """Passages that hold letters of the other language although nothing marks them as such."""
    said = page.evaluate(WORDS, FOREIGN[language].replace("\\\\", "\\"))
    letters = re.compile(FOREIGN[language].replace("\\\\", "\\"))
    return [text for text in said if letters.search(ALLOWED[language].sub("", text))]


SCHEMES = {"fa": ("light", "dark"), "en": ("dark", "light")}  # of a phone and of a desk: four pairs in two languages


def opened(page: Page, place: Place, language: str) -> None:
    """Opens the page at a phone, by day in one language and by night in the other."""
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.emulate_media(color_scheme=SCHEMES[language][0])
    assert page.goto(place.address(language), wait_until="load") is not None


def faults(page: Page, watch: Watch, place: Place, language: str) -> list[str]:
    """What is wrong with the page that was just opened, at a phone and at a desk."""
    found = looked_over(page, language, is_variant=place.is_variant)
    told = [one for one in watch.complaints if place.name != "not found" or "404" not in one]
    return found + [f"the browser complains: {one}" for one in told]


def looked_over(page: Page, language: str, *, is_variant: bool = False) -> list[str]:
    """What is wrong with the page that is open, which has the width of a phone and knows axe."""
    at_phone, at_desk = SCHEMES[language]
    page.emulate_media(color_scheme=at_phone)
    found = [f"a phone, {at_phone}: {one}" for one in page.evaluate(RUN_AXE, RULES[at_phone])]
    found += [f"smaller than 44 px: {one}" for one in page.evaluate(SMALL)]
    found += [f"the other language: {one}" for one in strange_words(page, language)]
    for width in (PHONE, NARROW, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"scrolls sideways at {width}")
    page.emulate_media(color_scheme=at_desk)
    if is_variant and at_desk == "light":
        return found
    rules = COLOURS if is_variant else RULES[at_desk]
    return found + [f"a desk, {at_desk}: {one}" for one in page.evaluate(RUN_AXE, rules)]


def watched(context: BrowserContext) -> tuple[Page, Watch]:
    """A page in which axe is at hand wherever it goes, and what it complains about."""
    context.add_init_script(AXE)
    page = context.new_page()
    return page, Watch(page)


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_a_member_is_without_fault(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    part: int,
    language: str,
) -> None:
    """One page goes through all of them and becomes one member after the other: to open one takes as long as to look it over."""
    context = window()
    page, watch = watched(context)
    found: dict[str, list[str]] = {}
    for place in guide().member[part::PARTS]:
        assert place.member
        context.clear_cookies()
        sign_in(context, place.member)
        watch.begin()
        opened(page, place, language)
        found[place.name] = faults(page, watch, place, language)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


BROKEN = """<html lang="fa" dir="rtl"><head><title>x</title></head><body style="margin:0">
<main><h1 style="width:2000px">Hello</h1><img src="data:,"><button style="width:9px">a</button>
<p style="color:#999">کم‌رنگ</p></main></body></html>"""
FOREIGN_SCRIPT = """() => {
  const bad = document.createElement("script");
  bad.src = "https://elsewhere.example/x.js";
  document.head.append(bad);
}"""


def test_each_of_the_checks_can_fail(window: Callable[..., BrowserContext]) -> None:
    page, watch = watched(window())
    page.set_content(BROKEN)
    kinds = {one.split(" ")[0] for one in page.evaluate(RUN_AXE, EVERYTHING)}
    assert kinds >= {"image-alt", "color-contrast"}
    assert page.evaluate(SIDEWAYS) > 0
    assert [one.split(" ")[0] for one in page.evaluate(SMALL)] == ["BUTTON."]
    assert strange_words(page, "fa") == ["x", "Hello", "a"]
    watch.begin()
    page.goto("/fa/help/")
    page.evaluate(FOREIGN_SCRIPT)
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in one for one in watch.complaints)


# The weight of a first visit


def weighed(loaded: Loaded) -> int:
    """How much of it travels: fonts as they are, all else compressed as production does."""
    body = loaded.body()
    return len(body) if loaded.url.endswith(".woff2") else len(gzip.compress(body, 6))


def weight_of(page: Page, watch: Watch) -> dict[str, int]:
    """Bytes by kind of a visit with nothing kept from before."""
    page.evaluate("() => document.fonts.ready.then(() => true)")
    found: dict[str, int] = {}
    for one in watch.loaded:
        kind = one.request.resource_type
        found[kind] = found.get(kind, 0) + weighed(one)
    return found


LIMITS = {"stylesheet": 12 * KB, "script": 20 * KB, "font": 44 * KB}


def too_heavy(page: Page, watch: Watch, place: Place) -> list[str]:
    """What of a first visit weighs more than it may."""
    weight = weight_of(page, watch)
    page_limit = (16 if place.name.startswith("catalogue") else 10) * KB
    over = {kind: n for kind, n in weight.items() if n > LIMITS.get(kind, page_limit)}
    over |= {"all": total} if (total := sum(weight.values())) > 120 * KB else {}
    return [f"{kind} weighs {n} bytes" for kind, n in over.items()]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_page_of_a_visitor_is_without_fault_and_its_first_visit_light(
    window: Callable[..., BrowserContext], language: str
) -> None:
    found: dict[str, list[str]] = {}
    for place in guide().visitor:
        context = window()
        page, watch = watched(context)
        opened(page, place, language)
        found[place.name] = too_heavy(page, watch, place) + faults(page, watch, place, language)
        context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_persian_page_fetches_no_latin_letters(window: Callable[..., BrowserContext]) -> None:
    """One word in Latin letters costs a font file."""
    page, watch = watched(window())
    page.goto("/fa/help/", wait_until="load")
    assert 0 < weight_of(page, watch)["font"] <= 28 * KB
