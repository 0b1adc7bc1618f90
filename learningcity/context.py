"""What every template may rely on. Of the database it asks the city's own row and the urgent notice, once in a few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from announcements import banner
from learningcity.shifts import COORDINATOR_SECONDS, KNOWN, STAFF_SECONDS
from members.city import present

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest

THEMES = ("light", "dark")
OTHER = {"fa": "en", "en": "fa"}
DESKS = {STAFF_SECONDS: "city", COORDINATOR_SECONDS: "work"}
LONG_NAMES = {"fa": "شهر یادگیرندهٔ {}", "en": "{} Learning City"}


@dataclass(frozen=True, slots=True)
class City:
    """The city whose portal this is: its names in the page's language, its help line, the address of its logo (or ""),
    whether its data are invented, when its night begins and ends.
    """

    name: str
    short_name: str
    phone: str
    logo: str
    is_demo: bool
    quiet_from: dt.time
    quiet_until: dt.time


def city(request: HttpRequest) -> dict[str, Any]:
    """The city, the page's twin in the other language, its lasting address, and the colours its reader chose.

    `twin_url` is "" where an address has no twin; a view whose address is not a page's gives its own.
    """
    language = "en" if (get_language() or "fa").startswith("en") else "fa"
    theme = request.COOKIES.get("theme", "")
    return {
        "city": city_in(language),
        "other_language": OTHER[language],
        "twin_url": twin_of(request.get_full_path() if request.method == "GET" else request.path),
        "canonical_url": settings.SITE_URL + request.path,
        "site_url": settings.SITE_URL,
        "theme": theme if theme in THEMES else "",
        "desk": lambda: desk_of(request),
        "banner": lambda: banner_in(language),
    }


def desk_of(request: HttpRequest) -> str:
    """Where who has signed in works, as their session remembers it: `city`, `work` or "". It shows a link and is no right.

    Templates ask it for signed-in people alone: it reads the session, and what visitors get is kept for everyone.
    """
    return DESKS.get(request.session.get(KNOWN, 0), "")


def banner_in(language: str) -> dict[str, Any] | None:
    """The urgent notice that stands on every page now, in that language."""
    found = banner.current()
    return found and {
        "slug": found.slug,
        "title": found.title.get(language, ""),
        "summary": found.summary.get(language, ""),
        "since": found.since,
        "until": found.until,
    }


def city_in(language: str) -> City:
    """The city as that language names it."""
    facts = present()
    short = facts.names[language]
    logo = reverse("file", kwargs={"name": facts.logo}) if facts.logo else ""
    night = facts.quiet_from, facts.quiet_until
    return City(LONG_NAMES[language].format(short), short, facts.phone, logo, settings.DEMO, *night)


def twin_of(address: str) -> str:
    """The same page in the other language; addresses differ by their first part alone, "" for those without one."""
    for language, other in OTHER.items():
        if address == f"/{language}" or address.startswith(f"/{language}/"):
            return f"/{other}{address[3:]}"
    return ""
