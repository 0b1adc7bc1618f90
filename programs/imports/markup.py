"""Partners' texts without the markup in which they come: what a reader would read, line by line."""

from __future__ import annotations

import html
import re

import nh3

from base.persian import normalise

_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr|/ul|/ol|/td)\b[^<>]*>", re.IGNORECASE)
_TWICE = 2


def plain(text: str) -> str:
    """The text without tags, scripts and entities; ends of paragraphs and list items become line ends.

    Markup that was escaped once more is taken off too. A sign like < before a foreign letter is no tag and stays.
    """
    if "<" not in text and "&" not in text:
        return text
    for _ in range(_TWICE):
        if _TAG.search(text):
            text = nh3.clean(_BREAK.sub(r"\g<0>" + "\n", text), tags=set(), attributes={})
        text = html.unescape(text)
    return _TAG.sub("‹", text)


def paragraphs(text: str) -> str:
    """The same, each line as it is stored, without empty ones."""
    return "\n".join(filter(None, (normalise(line) for line in plain(text).splitlines())))
