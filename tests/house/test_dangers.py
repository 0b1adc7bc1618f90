"""Dangerous words stand where a reason is listed (S2), own SQL in few places (T19), HTTP in channels (T18)."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.house import code

if TYPE_CHECKING:
    from pathlib import Path

FILES = code.files()
TEMPLATES = sorted((code.ROOT / "templates").rglob("*"))
WORDS = {"mark_safe", "SafeString", "SafeText", "csrf_exempt", "eval", "exec", "pickle", "marshal", "RawSQL"}
METHODS = {"raw", "extra"}
MAIL = (
    code.ROOT / "templates/notices/_email.html"
)  # mail programs know no other styles, and no policy of ours holds there
ALLOWED = {
    ("base/templatetags/city.py", "mark_safe"): "Markdown after its allow-list, and our own icons",
    ("base/templatetags/city.py", "SafeString"): "the type of what it gives",
    ("notifications/views.py", "csrf_exempt"): "mail programs and the SMS provider post by a secret or a signature",
    ("programs/imports/profiles/mft.py", "raw"): "a cell of a partner's file, no queryset",
    ("programs/imports/profiles/korea_standard.py", "raw"): "a cell of a partner's file, no queryset",
    ("programs/imports/profiles/xcri.py", "raw"): "a cell of a partner's file, no queryset",
}
SQL_PLACES = {
    "base/clock.py:measure": "the database's clock",
    "members/services/signin.py:_one_at_a_time": "an advisory lock, so that a limit is counted by one at a time",
    "programs/catalogue.py:_sum": "all counts of the filters in one pass",
    "notifications/services/post.py:_insert": "a notice is said once, in one statement; only its number of rows varies",
    "notifications/services/beside.py:write": "the ORM knows no connection that is not waited for",
    "notifications/services/broadcast.py:_insert": "deliveries by the thousand: a query of the ORM becomes INSERT .. SELECT",
    "programs/services/seats.py:hold_open": "who applies shares the course's row: FOR SHARE is no verb of the ORM",
    "programs/services/seats.py:take": "the one guarded statement by which a seat or a place is taken",
    "learningcity/checks.py:letters": "what the database knows of Persian letters",
    "learningcity/health.py:_ask": "whether the database answers",
}
CLIENTS = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "smtplib", "socket", "ftplib"}


def words(module: ast.Module) -> set[str]:
    """The names that a module uses or imports."""
    found = {node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute)}
    found |= {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
    found = found - METHODS | {part for name in imports(module) for part in name.split(".")}
    return found | {
        last for call, last in code.calls(module) if last in METHODS and isinstance(call.func, ast.Attribute)
    }


def imports(module: ast.Module) -> set[str]:
    """The full names of what a module imports."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def sql_places(path: Path) -> set[str]:
    """The functions of a file that send SQL of their own."""
    found = set()
    for function in code.functions(code.tree(path)):
        if {"execute", "executemany"} & {last for _, last in code.calls(function)}:
            found.add(f"{code.name(path)}:{function.name}")
    return found


def unlisted(path: Path) -> set[str]:
    """The dangerous words of a file without a reason."""
    used = words(code.tree(path)) & (WORDS | METHODS)
    return {word for word in used if (code.name(path), word) not in ALLOWED}


def test_dangerous_words_are_listed() -> None:
    assert code.finds(FILES, unlisted) == {}


@pytest.mark.parametrize("line", ["mark_safe(x)", "rows.raw('x')", "import pickle", "from x import csrf_exempt"])
def test_the_guard_of_words_can_fail(line: str) -> None:
    assert words(ast.parse(line)) & (WORDS | METHODS)


UNSAFE = re.compile(r"\|\s*safe(?:seq)?\b|autoescape\s+off|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)(?![^>]*json)")


def unescaped(path: Path) -> list[str]:
    """What a template leaves unescaped, or says to the browser itself."""
    text = code.text(path)
    return UNSAFE.findall(re.sub(r"\sstyle=", " ", text) if path == MAIL else text)


def test_templates_escape_everything() -> None:
    assert code.finds([path for path in TEMPLATES if path.is_file()], unescaped) == {}


def test_own_sql_stands_in_listed_functions() -> None:
    """T19."""
    assert set().union(*(sql_places(path) for path in FILES)) == set(SQL_PLACES)


def test_only_channels_speak_to_other_machines() -> None:
    """T18."""
    others = [path for path in FILES if "channels" not in path.parts]
    assert code.finds(others, lambda path: imports(code.tree(path)) & CLIENTS) == {}
