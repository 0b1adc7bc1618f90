"""Files that a partner might send by accident or malice, mutated from good ones in each format (F4, T17).

50 files; with `TRUST_FULL` set, as `make fuzz` does, 1,000. Real catalogues are mutated where they are at hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from openpyxl import Workbook

from programs.imports import PROFILES, workbooks
from programs.imports.catalogue import Unusable
from programs.models import Feed
from tests.programs import world
from tests.programs.feed import GOOD, REAL, everything, table
from tests.programs.test_import_profiles import xcri

if TYPE_CHECKING:
    from collections.abc import Callable

    from workgroups.models import Workgroup

pytestmark = pytest.mark.django_db
FULL = "TRUST_FULL" in os.environ
FILES = 1000 if FULL else 50
PARTS = 20
MOST_MEMORY, OF_DJANGO = 300 * 1024 * 1024, 100 * 1024 * 1024
FORMATS = {
    "mft": "mft_2026-02-24.csv",
    "korea": "korea_2026-07-09.json",
    "xcri": "cornwall_xcri_2017-05-01.xml",
    "madrid": "madrid_agenda_2022-12.csv",
}


def seed(profile: str, chance: random.Random) -> bytes:
    """A small good file of the format: a stretch of the real one, or one of ours."""
    path = REAL / FORMATS[profile]
    if not path.exists():
        return _ours(profile)
    if profile == "korea":
        rows = json.loads(path.read_text(encoding="utf-8"))["courses"]
        return json.dumps({"courses": chance.sample(rows, 20)}, ensure_ascii=False, indent=1).encode()
    if profile == "xcri":
        parts = path.read_bytes().split(b"<course>")
        return b"<course>".join([parts[0], *chance.sample(parts[1:-1], 10)]) + b"</provider></catalog>"
    lines = path.read_bytes().split(b"\n")
    return b"\n".join([lines[0], *chance.sample(lines[1:-1], 30)])


def _ours(profile: str) -> bytes:
    if profile == "xcri":
        return xcri("<mlo:start>10 May 2027</mlo:start>")
    if profile == "mft":
        return table(*({"id": str(number)} for number in range(9))).encode()
    row = dict.fromkeys(PROFILES[profile].columns, "") | {"lctreNm": "a", "TITULO": "a", "ID-EVENTO": "1"}
    if profile == "korea":
        return json.dumps({"courses": [row]}).encode()
    out = io.StringIO()
    writer = csv.DictWriter(out, PROFILES[profile].columns, delimiter=";", extrasaction="ignore")
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue().encode()


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def _flip(raw: bytes, chance: random.Random) -> bytes:
    found = bytearray(raw)
    for _ in range(chance.randrange(1, 20)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def _recode(raw: bytes, chance: random.Random) -> bytes:
    coding = chance.choice(["utf-16", "cp1256", "cp1252", "utf-32", "latin-1"])
    return raw.decode("utf-8", "replace").encode(coding, "replace")


def _quote(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + chance.choice([b'"', b"'", b"<", b"&", b"]]>", b"{", b"\x00", b"\r\n", b"\\"]) + raw[at:]


def _double(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.split(b"\n")
    return b"\n".join(lines + chance.choices(lines, k=5))


def _swap(raw: bytes, chance: random.Random) -> bytes:
    head, _, rest = raw.partition(b"\n")
    cells = head.split(b",")
    chance.shuffle(cells)
    return b",".join(cells) + b"\n" + rest


def _esfand(raw: bytes, chance: random.Random) -> bytes:
    return raw.replace(b"2026-0", "۳۰ اسفند ۱۴۰۴ ".encode(), chance.randrange(1, 5))


def _grow(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + chance.choice([b"9" * 50_000, b"<p>" * 50_000, b"[" * 50_000, b"\n" * 50_000]) + raw[at:]


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    _cut, _flip, _recode, _quote, _double, _swap, _esfand, _grow,
]  # fmt: skip


def checksum() -> str:
    return hashlib.sha256(repr(everything()).encode()).hexdigest()


def answer(path: Path, profile: str, workgroup: Workgroup, *options: str) -> tuple[int, str]:
    """Exit code and the last line that was said."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(
            "import_courses",
            str(path),
            "--profile",
            profile,
            "--workgroup",
            workgroup.slug,
            *options,
            stdout=out,
            stderr=err,
        )
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue().splitlines()[-1]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutated_file_is_taken_or_refused_and_never_breaks_anything(part: int, tmp_path: Path) -> None:
    """F4: exit 0 or 2, one line, and exit 2 leaves every table byte for byte."""
    chance = random.Random(part)
    workgroup = world.workgroup()
    path = tmp_path / "file"
    for number in range(max(1, FILES // PARTS) + (part < FILES % PARTS)):
        profile = list(FORMATS)[(part + number) % len(FORMATS)]
        raw = seed(profile, chance)
        for mutation in chance.sample(MUTATIONS, chance.randrange(1, 3)):
            raw = mutation(raw or b"\n", chance)
        path.write_bytes(raw)
        before, started = checksum(), time.monotonic()
        code, line = answer(path, profile, workgroup, "--accept-missing")
        assert (code in {0, 2}, bool(line), "\n" in line) == (True, True, False), (mutation, line)
        assert code == 0 or checksum() == before
        assert time.monotonic() - started < 60


# Spreadsheets, whose columns a person has mapped

MAPPED = {
    "title": "عنوان", "key": "کد", "starts_on": "شروع", "ends_on": "پایان", "weekdays": "روزها", "starts": "ساعت",
    "place": "محل", "fee": "هزینه", "capacity": "ظرفیت",
}  # fmt: skip
DAYS = ["1405/9/3", "۱۴۰۵/۱۲/۳۰", "30 Esfand 1404", "2026-02-31", "دیروز", "0000-00-00", "=1+1", "9999999"]


def _lines_of(chance: random.Random) -> list[list[Any]]:
    hours = ["۱۶ تا ۱۸", "16:00-18:00", "۹", dt.time(9)]
    return [list(MAPPED.values())] + [
        [f"دورهٔ {n}", f"k{n}", "1405/9/3", dt.date(2027, 3, 1), "شنبه و دوشنبه", chance.choice(hours), "نارمک", 0, n]
        for n in range(1, 20)
    ]


def _swapped(lines: list[list[Any]], chance: random.Random) -> None:
    chance.shuffle(lines[0])


def _doubled(lines: list[list[Any]], chance: random.Random) -> None:
    lines += chance.choices(lines, k=5)


def _misdated(lines: list[list[Any]], chance: random.Random) -> None:
    for line in chance.choices(lines[1:], k=5):
        line[chance.randrange(2, 4)] = chance.choice(DAYS)


def _garbled(lines: list[list[Any]], chance: random.Random) -> None:
    strange = ["\u202ex", "x" * 32_000, "<script>", "=cmd()", -1, 1e300, True, None, dt.date(1900, 1, 1), "۱۲تا"]
    for _ in range(chance.randrange(1, 15)):
        line = chance.choice(lines)
        line[chance.randrange(len(line))] = chance.choice(strange)


def _headless(lines: list[list[Any]], chance: random.Random) -> None:
    del lines[0]
    del lines[chance.randrange(len(lines)) :]


CONTENTS = [_swapped, _doubled, _misdated, _garbled]


def _damaged(raw: bytes, chance: random.Random) -> bytes:
    """One part of the archive, mutated inside, dropped, or under another name."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    name = chance.choice(["xl/worksheets/sheet1.xml", *parts])
    content = parts.pop(name)
    what = chance.randrange(6)
    if what > 1:
        parts[name] = chance.choice([_cut, _flip, _quote, _grow])(content or b" ", chance)
    elif what == 1:
        parts[f"{name}x"] = content
    return _xlsx(parts)


def spoilt_sheet(chance: random.Random) -> bytes:
    """A spreadsheet with wrong cells, wrong parts, or both; cut or flipped as a whole now and then."""
    book, lines = Workbook(), _lines_of(chance)
    for content in chance.sample(CONTENTS, chance.randrange(3)):
        content(lines, chance)
    if not chance.randrange(8):
        _headless(lines, chance)
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    raw = out.getvalue()
    for mutation in chance.sample([_damaged, _cut, _flip, _quote], chance.randrange(2)):
        raw = mutation(raw, chance)
    return raw


def peak_of(work: Callable[[], tuple[int, str]]) -> tuple[tuple[int, str], int]:
    """The answer, and by how many bytes this process grew at most meanwhile."""
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    found = work()
    return found, _memory("VmHWM") - before


def _memory(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutated_spreadsheet_is_taken_or_refused_and_never_breaks_anything(part: int, tmp_path: Path) -> None:
    """F4: exit 0 or 2, one line, and exit 2 leaves every table byte for byte."""
    chance = random.Random(part)
    workgroup = world.workgroup()
    Feed.objects.create(workgroup=workgroup, profile="generic", mapping={"columns": MAPPED, "language": "fa"})
    path = tmp_path / "file.xlsx"
    for _ in range(max(1, FILES // PARTS) + (part < FILES % PARTS)):
        path.write_bytes(spoilt_sheet(chance))
        before, started = checksum(), time.monotonic()
        (code, line), grown = peak_of(lambda: answer(path, "generic", workgroup, "--accept-missing"))
        assert (code in {0, 2}, bool(line), "\n" in line) == (True, True, False), line
        assert code == 0 or checksum() == before
        assert time.monotonic() - started < 60
        assert grown < MOST_MEMORY - OF_DJANGO


def test_a_good_spreadsheet_is_taken_by_the_command(tmp_path: Path) -> None:
    workgroup = world.workgroup()
    path = tmp_path / "file.xlsx"
    book = Workbook()
    for line in _lines_of(random.Random(1)):
        book.active.append(line)
    book.save(path)
    assert answer(path, "generic", workgroup)[0] == 2
    Feed.objects.create(workgroup=workgroup, profile="generic", mapping={"columns": MAPPED, "language": "fa"})
    assert answer(path, "generic", workgroup) == (0, "created=19 updated=0 unchanged=0 missing=0 rejected=0")


# Memory: each bomb in a process of its own

READER = """
import os, re, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
import django
django.setup()
from pathlib import Path
from programs.imports import PROFILES, Unusable, contents, read, workbooks
started = time.monotonic()
try:
    raw = contents(Path(sys.argv[1]))
    found = list(workbooks.records(raw)) if sys.argv[2] == "xlsx" else read(raw, PROFILES[sys.argv[2]])
    said = "read"
except Unusable as unusable:
    said = unusable.code
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(said, peak * 1024, round(time.monotonic() - started))
"""


def _xlsx(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(rows: int = 3) -> bytes:
    """A small good spreadsheet."""
    book = Workbook()
    book.active.append(["عنوان", "شروع"])
    for number in range(rows):
        book.active.append([f"دوره {number}", "1405/9/3"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(name: str, content: bytes) -> bytes:
    """The good spreadsheet with one part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(sheet())) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    return _xlsx(parts | {name: content})


MB = 1024 * 1024
FAR = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
    b'<row r="1000000000"><c r="XFD1000000000"><v>1</v></c></row></sheetData></worksheet>'
)
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + FAR.replace(
    b">a<", b">&b;<"
)
BOMBS: dict[str, tuple[str, Callable[[], bytes], set[str]]] = {
    "zip bomb": ("xlsx", lambda: repacked("xl/worksheets/sheet1.xml", b" " * (190 * MB)), {"archive_large"}),
    "many zip bombs": ("xlsx", lambda: _xlsx({f"{n}": b" " * MB for n in range(250)}), {"archive_large"}),
    "styles bomb": (
        "xlsx",
        lambda: repacked("xl/styles.xml", random.Random(1).randbytes(11 * MB).hex().encode()),
        {"archive_large"},
    ),
    "a name that leads out": ("xlsx", lambda: repacked("../../evil.xml", b"x"), {"archive_path"}),
    "far cell": ("xlsx", lambda: repacked("xl/worksheets/sheet1.xml", FAR), {"read", "archive_broken"}),
    "entities in a sheet": ("xlsx", lambda: repacked("xl/worksheets/sheet1.xml", ENTITIES), {"archive_broken"}),
    "no archive": ("xlsx", lambda: b"PK\x03\x04" + b"x" * 1000, {"archive_broken"}),
    "cut archive": ("xlsx", lambda: sheet(1000)[:-100], {"archive_broken"}),
    "many tags": ("xcri", lambda: xcri("<a/>" * (4 * MB)), {"markup_large"}),
    "many attributes": (
        "xcri",
        lambda: b"<x " + b" ".join(b'a%d=""' % n for n in range(MB)) + b"/>",
        {"markup_large"},
    ),
    "long text": ("xcri", lambda: xcri(f"<age>{'x' * 19 * MB}</age>"), {"rows_rejected"}),
    "deep": ("xcri", lambda: b"<x>" * (6 * MB), {"markup_large"}),
    "many objects": ("korea", lambda: b"[" + b"{}," * (6 * MB) + b"{}]", {"rows_many", "file_slow"}),
    "many arrays": ("korea", lambda: b"[" + b"[]," * (6 * MB) + b"[]]", {"record_large"}),
    "wide object": ("korea", lambda: b'[{"a":[' + b"[]," * (6 * MB) + b"[]]}]", {"record_large"}),
    "wide table": ("mft", lambda: "ب,".encode() * (6 * MB), {"columns_many"}),
    "many lines": ("mft", lambda: ",".join(GOOD).encode() + b"\na" * (9 * MB), {"rows_many"}),
    "open quote": ("mft", lambda: ",".join(GOOD).encode() + b'\n"' + b"x\n" * (9 * MB), {"table_broken"}),
    "100 MB": ("mft", lambda: b"x" * (100 * MB), {"file_large"}),
}


@pytest.mark.skipif(connection.vendor == "postgresql", reason="read before any row: the run on SQLite shows it")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_memory_and_time(name: str, tmp_path: Path) -> None:
    """T17: the process that reads it stays under 300 MB and 60 s."""
    profile, make, codes = BOMBS[name]
    path = tmp_path / "bomb"
    path.write_bytes(make())
    found = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", READER, str(path), profile], capture_output=True, text=True, check=True, timeout=120
    )
    code, memory, seconds = found.stdout.split()
    assert code in codes
    assert int(memory) < MOST_MEMORY
    assert int(seconds) < 60


def test_a_spreadsheet_is_read_sheet_by_sheet() -> None:
    book = Workbook()
    book.active.append(["برنامهٔ زمستان"])
    book.active.append(["عنوان", "شروع"])
    book.active.append(["خط", 1405])
    other = book.create_sheet("دوم")
    other.append(["نام", "روز"])
    other.append(["سفال", None])
    out = io.BytesIO()
    book.save(out)
    found = [
        (one.line, one.names, one.cells) for one in workbooks.records(out.getvalue()) if one.cells is not one.names
    ]
    assert found == [(3, ["عنوان", "شروع"], ["خط", "1405"]), (2, ["نام", "روز"], ["سفال", ""])]
    with pytest.raises(Unusable):
        list(workbooks.records(out.getvalue()[:-40]))
