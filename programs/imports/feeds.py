"""XML files, read one element at a time: no DTD, no entities of their own, no more depth or parts than a row needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder  # nosec B405 - builds only; the parser is defused

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext as _

from programs.imports.catalogue import Unusable

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 40
MOST_PARTS = 5_000
CHUNK = 64 * 1024
_LONG_TAG = re.compile(rb"<[^<>]{200000}")


def elements(raw: bytes, tag: str) -> Iterator[tuple[Element, dict[int, int]]]:
    """Each element of that name, whole, with the lines on which its parts begin (by `id` of the part).

    Raises:
        Unusable: `markup_broken`, `markup_forbidden`, `markup_large`.
    """
    if _LONG_TAG.search(raw):
        raise Unusable("markup_large", _("A tag of the file is too long"))
    target = _Target(tag)
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    target.parser = parser.parser
    try:
        for at in range(0, len(raw), CHUNK):
            parser.feed(raw[at : at + CHUNK])
            yield from target.taken()
        parser.close()
    except DefusedXmlException as error:
        reason = _("The file declares a document type or entities of its own; these are not read")
        raise Unusable("markup_forbidden", reason, line=target.line) from error
    except (ParseError, ValueError, LookupError) as error:
        line = error.position[0] if isinstance(error, ParseError) else target.line
        reason = _("From here on the file is no well-formed XML, or it was cut off")
        raise Unusable("markup_broken", reason, line=line) from error


class _Target:
    """Builds the elements of one name and forgets everything else."""

    def __init__(self, tag: str) -> None:
        self.tag, self.depth, self.parts = tag, 0, 0
        self.parser: Any = None
        self._builder: TreeBuilder | None = None
        self._inside = 0
        self._lines: dict[int, int] = {}
        self._found: list[tuple[Element, dict[int, int]]] = []

    @property
    def line(self) -> int:
        return int(self.parser.CurrentLineNumber)

    def taken(self) -> list[tuple[Element, dict[int, int]]]:
        found, self._found = self._found, []
        return found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unusable("markup_large", _("The file is nested too deeply"), line=self.line)
        if self._builder is None and tag == self.tag:
            self._builder, self._inside, self.parts = TreeBuilder(), self.depth, 0
        if self._builder is not None:
            self.parts += 1
            if self.parts > MOST_PARTS:
                raise Unusable(
                    "markup_large", _("A row has more than {most} parts").format(most=MOST_PARTS), line=self.line
                )
            self._lines[id(self._builder.start(tag, attributes))] = self.line

    def end(self, tag: str) -> None:
        if self._builder is not None:
            self._builder.end(tag)
            if self.depth == self._inside:
                self._found.append((self._builder.close(), self._lines))
                self._builder, self._lines = None, {}
        self.depth -= 1

    def data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def close(self) -> None:
        """Nothing is kept."""
