"""Reads pages as a person does: the words of a part, its headings, its language."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpResponse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNREAD = {"script", "style", "svg", "head"}


class Page(HTMLParser):
    """Every element with its attributes and words, in the order of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element."""
        words: list[str] = []
        self.elements.append((tag, {name: value or "" for name, value in attrs}, words))
        if tag not in VOID:
            self._open.append((tag, words))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        """Closes the element."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Adds words to all that is open."""
        if not {tag for tag, _ in self._open} & UNREAD:
            for _, words in self._open:
                words.append(data)

    def all(self, tag: str, **attributes: str) -> list[tuple[dict[str, str], str]]:
        """Attributes and words of the elements of that kind which have those attributes (`class_`, `aria_label`)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            (found, squeezed(words))
            for name, found, words in self.elements
            if name == tag and all(found.get(key) == value for key, value in wanted.items())
        ]

    def text(self, id_: str) -> str:
        """The words of the element with that id.

        Raises:
            KeyError: there is none.
        """
        for _, found, words in self.elements:
            if found.get("id") == id_:
                return squeezed(words)
        raise KeyError(id_)


def squeezed(words: list[str]) -> str:
    """The words in one line."""
    return re.sub(r"\s+", " ", "".join(words)).strip()


def page_of(response: HttpResponse) -> Page:
    """The page that was answered."""
    return Page(response.content.decode())
