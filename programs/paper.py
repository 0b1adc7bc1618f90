"""Draws pages for paper as PDF; the only module that knows the drawing library, which needs Pango on the machine."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

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


def drawn(template: str, context: dict[str, Any]) -> bytes:
    """The template as PDF for people and screen readers (PDF/UA), with our own letters embedded and nothing fetched."""
    html = render_to_string(template, context)
    address, library = FONTS.as_uri() + "/", _library()
    document = library.HTML(string=html, base_url=address, url_fetcher=_fetch)
    sheet = library.CSS(string=SHEET.read_text(encoding="utf-8"), base_url=address, url_fetcher=_fetch)
    content: bytes = document.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1")
    return content


def _fetch(url: str, *arguments: Any, **more: Any) -> Any:
    """Gives our own fonts and nothing else."""
    if not url.startswith(FONTS.as_uri() + "/") or ".." in url:
        raise ValueError(url)
    return _library().default_url_fetcher(url, *arguments, **more)
