"""Catalogues of partners in other formats: the real files where they are at hand, and the traps that each format knows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from defusedxml import ElementTree

from base import clock
from base.calendar import parse_day, weekday_of
from programs import services
from programs.imports import PROFILES, Unusable, contents, read
from programs.models import Course, Program
from tests.programs import world
from tests.programs.feed import REAL, everything, many, needs_real, run

if TYPE_CHECKING:
    from pathlib import Path

    from workgroups.models import Workgroup

pytestmark = pytest.mark.django_db
FILES = {
    "gangnam_standard_2026.csv": ("korea_standard", 322, 0),
    "korea_2026-07-09.json": ("korea", 1201, 1),
    "korea_2026-07-10.json": ("korea", 1182, 1),
    "cornwall_xcri_2017-05-01.xml": ("xcri", 589, 0),
    "cornwall_xcri_2017-05-16.xml": ("xcri", 576, 0),
    "madrid_agenda_2022-12.csv": ("madrid", 940, 1),
}


@pytest.fixture
def workgroup() -> Workgroup:
    return world.workgroup()


# Real files


@needs_real
@pytest.mark.parametrize("name", FILES)
def test_a_real_file_is_read_row_by_row(name: str) -> None:
    profile, rows, rejected = FILES[name]
    found = read(contents(REAL / name), PROFILES[profile])
    assert (len(found.rows), len(found.rejected)) == (rows - rejected, rejected)
    assert rejected / rows < 0.02
    texts = [text for row in found.rows.values() for text in row if isinstance(text, str) and text != row.partner_url]
    assert [text for text in texts if re.search(r"</?[a-z]+[ />]|&(?:nbsp|lt|gt|amp);", text)] == []


@needs_real
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (None, "gangnam_standard_2026.csv"),
        ("korea_2026-07-09.json", "korea_2026-07-10.json"),
        ("cornwall_xcri_2017-05-01.xml", "cornwall_xcri_2017-05-16.xml"),
        (None, "madrid_agenda_2022-12.csv"),
    ],
)
def test_a_second_run_of_a_real_file_writes_nothing(workgroup: Workgroup, first: str | None, second: str) -> None:
    profile, rows, rejected = FILES[second]
    if first:
        assert run(REAL / first, workgroup, profile=profile).startswith(f"created={FILES[first][1] - FILES[first][2]} ")
    assert f"rejected={rejected}" in run(REAL / second, workgroup, profile=profile)
    before = everything()
    line = run(REAL / second, workgroup, profile=profile)
    assert line == f"created=0 updated=0 unchanged={rows - rejected} missing=0 rejected={rejected}"
    assert everything() == before


@needs_real
def test_what_is_no_web_address_and_what_is_too_long_are_the_true_reasons() -> None:
    korea = json.loads((REAL / "korea_2026-07-09.json").read_text(encoding="utf-8"))["courses"]
    wrong = [one for one in korea if one["homepageUrl"] and not one["homepageUrl"].startswith("http")]
    (rejected,) = read(contents(REAL / "korea_2026-07-09.json"), PROFILES["korea"]).rejected
    assert (len(wrong), rejected.code) == (1, "address_unreadable")
    with (REAL / "madrid_agenda_2022-12.csv").open(encoding="cp1252", newline="") as file:
        long = [row["TITULO"] for row in csv.DictReader(file, delimiter=";") if len(row["TITULO"]) > 200]
    (rejected,) = read(contents(REAL / "madrid_agenda_2022-12.csv"), PROFILES["madrid"]).rejected
    assert (len(long), rejected.line, rejected.code) == (1, 633, "text_long")


@needs_real
def test_days_in_words_are_right_where_digits_are_a_day_off() -> None:
    found = read(contents(REAL / "cornwall_xcri_2017-05-01.xml"), PROFILES["xcri"]).rows
    days = {}
    mlo, xcri, dc = (
        "{http://purl.org/net/mlo}",
        "{http://xcri.org/profiles/1.2/catalog}",
        "{http://purl.org/dc/elements/1.1/}",
    )
    for one in ElementTree.parse(REAL / "cornwall_xcri_2017-05-01.xml").iter(f"{xcri}presentation"):
        if one.find(f"{mlo}start") is not None:
            days[one.findtext(f"{dc}identifier")] = one.find(f"{mlo}start")
    assert len(days) == 107
    assert {key: found[key].starts_on for key in days} == {key: parse_day(one.text) for key, one in days.items()}
    off = [key for key, one in days.items() if str(found[key].starts_on - dt.timedelta(days=1)) == one.get("dtf")]
    assert len(off) > 50
    assert len({row.program_key for row in found.values()}) == 415


@needs_real
def test_weekdays_and_days_of_a_real_file_agree() -> None:
    with (REAL / "gangnam_standard_2026.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = dict(enumerate(csv.DictReader(file), start=2))
    found = read(contents(REAL / "gangnam_standard_2026.csv"), PROFILES["korea_standard"])
    for key, row in found.rows.items():
        words = lines[found.lines[key]]["운영요일"]
        assert sorted("토일월화수목금"[hour.weekday] for hour in row.hours) == sorted(re.findall("(.)요일", words))
    once = [row for row in found.rows.values() if row.starts_on == row.ends_on]
    assert len(once) > 3
    assert sum(weekday_of(row.starts_on) in {hour.weekday for hour in row.hours} for row in once) == len(once)


# What a row becomes


def xcri(presentation: str, course: str = "") -> bytes:
    return f"""<?xml version="1.0"?>
<catalog xmlns="http://xcri.org/profiles/1.2/catalog" xmlns:mlo="http://purl.org/net/mlo"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><provider><course>
<dc:identifier>c1</dc:identifier><dc:title>Silver &amp; gold</dc:title>{course}
<dc:description><![CDATA[<p>One</p><script>alert(1)</script><ul><li>Two</li></ul>]]></dc:description>
<presentation><dc:identifier>p1</dc:identifier><dc:title>Evening</dc:title>
{presentation}</presentation></course></provider></catalog>""".encode()


def test_a_presentation_becomes_a_course_and_its_course_a_program(workgroup: Workgroup, tmp_path: Path) -> None:
    raw = xcri('<mlo:start dtf="2027-05-09">10 May 2027</mlo:start><age>16-18</age><mlo:cost>0</mlo:cost>')
    run(raw, workgroup, tmp_path=tmp_path, profile="xcri")
    course = Course.objects.get()
    assert (course.starts_on, course.age_min, course.age_max, course.fee_max) == (dt.date(2027, 5, 10), 16, 18, 0)
    program = Program.objects.language("en").get()
    assert (program.title, program.description) == ("Silver & gold", "One\nTwo")
    assert course.translations.get(language_code="en").title == "Evening"


def test_korean_windows_seats_and_selection_are_taken_over(
    workgroup: Workgroup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC))
    names = PROFILES["korea_standard"].columns
    row = dict.fromkeys(names, "") | {
        "강좌명": "<금융> 과정",
        "교육시작일자": "2026-05-21",
        "교육종료일자": "2026-08-06",
        "교육시작시각": "10:00",
        "교육종료시각": "12:00",
        "운영요일": "화요일+목요일",
        "강좌정원수": "16",
        "수강료": "72000",
        "접수시작일자": "2026-04-28",
        "접수종료일자": "2026-05-12",
        "선정방법구분": "추첨",
        "홈페이지주소": "www.longlearn.go.kr",
    }

    def file(**changes: str) -> str:
        out = io.StringIO()
        writer = csv.DictWriter(out, names)
        writer.writeheader()
        writer.writerow(row | changes)
        return out.getvalue()

    run(file(), workgroup, tmp_path=tmp_path, profile="korea_standard")
    course = Course.objects.get()
    assert course.opens_at == clock.at(dt.date(2026, 4, 28), dt.time())
    assert course.closes_at == clock.at(dt.date(2026, 5, 13), dt.time())
    assert (course.selection, course.source_capacity, course.partner_url) == (
        "lottery",
        16,
        "https://www.longlearn.go.kr",
    )
    assert list(course.slots.values_list("weekday", flat=True)) == [3, 5]
    assert Program.objects.language("ko").get().title == "<금융> 과정"
    run(file(접수종료일자="2026-05-20"), workgroup, tmp_path=tmp_path, profile="korea_standard")
    course.refresh_from_db()
    assert course.closes_at == clock.at(dt.date(2026, 5, 21), dt.time())


def test_a_place_that_was_mapped_becomes_the_venue(workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(1), workgroup, tmp_path=tmp_path)
    course = Course.objects.get()
    venue = world.venue()
    course.feed.mapping = {"places": {"نارمک": venue.pk}}
    course.feed.save()
    assert run(many(1), workgroup, tmp_path=tmp_path).startswith("created=0 updated=1 ")
    course.refresh_from_db()
    assert (course.venue, course.district) == (venue, venue.district)
    assert run(many(1), workgroup, tmp_path=tmp_path).startswith("created=0 updated=0 unchanged=1")


# Pins


def test_what_was_edited_here_is_pinned_and_left(workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(1), workgroup, tmp_path=tmp_path)
    course = Course.objects.get()
    assert services.pin(course, ["note", "starts_on"]) is True
    assert services.pin(course, ["note"]) is False
    assert services.pin(course.program, ["title"]) is True
    run(many(1, center="تهران", start_date="2026-02-27", title="نامی دیگر"), workgroup, tmp_path=tmp_path)
    course = Course.objects.get()
    assert (course.pinned, course.starts_on, course.note[:4]) == (["note", "starts_on"], dt.date(2026, 2, 20), "شعبه")
    assert ("نارمک" in course.note, course.program.title) == (True, "مبانی عکاسی")


def test_a_course_of_our_own_needs_no_pin() -> None:
    course = world.course()
    assert services.pin(course, ["note"]) is False
    assert course.pinned == []


# Files that are none

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>"""
UNUSABLE = [
    ("xcri", BOMB, "markup_forbidden"),
    ("xcri", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "markup_forbidden"),
    ("xcri", xcri("")[:-30], "markup_broken"),
    ("xcri", b"\xef\xbb\xbf", "file_empty"),
    ("xcri", b"<x>" * 100, "markup_large"),
    ("xcri", xcri("<a/>" * 6000), "markup_large"),
    ("xcri", b"<x " + b'a="b" ' * 50_000 + b"/>", "markup_large"),
    ("xcri", b"<x/>", "rows_none"),
    ("xcri", xcri("").replace(b'"1.0"', b'"1.0" encoding="no-such"'), "markup_broken"),
    ("korea", b"", "file_empty"),
    ("korea", b'{"courses": [{"lctreNm": "a"', "document_broken"),
    ("korea", b'{"courses": [{"lctreNm": "a"}]', "document_broken"),
    ("korea", b'{"courses": [{"lctreNm": a}]}', "document_broken"),
    ("korea", b"[" * 100_000, "document_broken"),
    ("korea", b'["' + b'\\"' * 1_000_000, "record_large"),
    ("korea", b"[" + b"[]," * 500_000 + b"[]]", "record_large"),
    ("korea", b'[{"a": "' + b"x" * 2_000_000 + b'"}]', "record_large"),
    ("korea", b'[{"a": ' + b"9" * 10_000 + b"}]", "document_broken"),
    ("korea", b"[]", "rows_none"),
    ("korea", b'[{"lctreNm": "a"}]', "rows_rejected"),
    ("korea", '[{"lctreNm": "é"}]'.encode("latin-1"), "letters_unreadable"),
]


@pytest.mark.parametrize(("profile", "raw", "code"), UNUSABLE)
def test_a_document_that_is_none_is_refused(profile: str, raw: bytes, code: str) -> None:
    """T17."""
    with pytest.raises(Unusable) as unusable:
        read(raw, PROFILES[profile])
    assert unusable.value.code == code
    assert "\n" not in str(unusable.value)


def test_a_broken_document_names_its_line() -> None:
    with pytest.raises(Unusable) as unusable:
        read(b'[\n{"lctreNm": "a"},\n{"b": }\n]', PROFILES["korea"])
    assert unusable.value.line == 3
    with pytest.raises(Unusable) as unusable:
        read(xcri("").replace(b"</course>", b""), PROFILES["xcri"])
    assert unusable.value.line == 7
