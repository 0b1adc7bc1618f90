"""Joins the style sheets into the one file that is served."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

_IMPORT = re.compile(r'@import url\("([^"]+)"\)')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_AROUND_SIGNS = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+")


def css_folder() -> Path:
    """Where the sheets stand."""
    return Path(settings.BASE_DIR) / "static" / "css"


def parts() -> list[Path]:
    """The sheets in the order that `site.css` gives them."""
    folder = css_folder()
    return [folder / name for name in _IMPORT.findall((folder / "site.css").read_text(encoding="utf-8"))]


def bundled() -> str:
    """All sheets as one text without comments and blanks; the same parts give the same text."""
    text = "\n".join(part.read_text(encoding="utf-8") for part in parts())
    text = _BLANKS.sub(" ", _COMMENT.sub("", text))
    return _AROUND_SIGNS.sub(r"\1", text).replace(";}", "}").strip() + "\n"


class Command(BaseCommand):
    help = "Writes static/css/bundle.css from the sheets that static/css/site.css names."

    def handle(self, *_: Any, **__: Any) -> None:
        css = bundled()
        (css_folder() / "bundle.css").write_text(css, encoding="utf-8")
        self.stdout.write(f"static/css/bundle.css: {len(css.encode())} bytes from {len(parts())} sheets")
