"""Draws pages for paper as PDF; the only module that knows the drawing library, which needs Pango on the machine."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from pathlib import Path

FONTS = settings.BASE_DIR / "static" / "fonts"
SHEET = settings.BASE_DIR / "programs" / "paper.css"
logger = logging.getLogger(__name__)


@cache
def _library() -> Any:
    """The library, loaded at the first paper because that takes two seconds; None where the machine cannot draw."""
    try:
        return import_module("weasyprint")
    except OSError:
        logger.warning("no paper can be drawn: Pango is missing")
        return None


def can_draw() -> bool:
    """Whether this machine can make a PDF."""
    return _library() is not None


def drawn(template: str, context: dict[str, Any], sheet_file: Path = SHEET) -> bytes:
    """The template as PDF for people and screen readers (PDF/UA), with our own letters embedded and nothing fetched.

    `sheet_file` is the style; drawings may stand in the page itself as `data:`.
    """
    address, library = FONTS.as_uri() + "/", _library()
    known = {"base_url": address, "url_fetcher": _fetcher(library)}
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    sheet = library.CSS(string=sheet_file.read_text(encoding="utf-8"), font_config=fonts, **known)
    document = library.HTML(string=render_to_string(template, context), **known)
    content: bytes = document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
    return content


def _fetcher(library: Any) -> Any:
    """Gives our own fonts, and drawings that stand in the page, and nothing else."""
    usual = library.URLFetcher(allowed_protocols={"file", "data"}, allow_redirects=False)
    fetch = usual.fetch

    def own(url: str, headers: dict[str, str] | None = None) -> Any:
        if url.startswith("data:image/svg+xml"):
            return fetch(url, headers)
        if not url.startswith(FONTS.as_uri() + "/") or ".." in url:
            raise ValueError(url)
        return fetch(url, headers)

    usual.fetch = own
    return usual
