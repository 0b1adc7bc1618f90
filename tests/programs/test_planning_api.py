"""Planning through the API: the rows, versions and refusals of its pages (P1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from members.models import Audit
from programs import services
from programs.api import drafts, runs, translations
from programs.api.shapes import page_of
from programs.forms.planning import CourseForm, ProgramForm
from programs.models import Course, Program
from tests.programs.test_api import misfits
from tests.programs.test_planning import TEXTS, coordinator_of, draft, pattern, ready, saturday
from tests.programs.test_rosters import signed_in
from tests.programs.town import DAY, Town, crowd

if TYPE_CHECKING:
    from django.http import HttpResponse

    from members.models import Member

pytestmark = pytest.mark.django_db
WORK = "/api/v1/work"


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def desk(town: Town) -> Member:
    return coordinator_of(town)


def send(member: Member, method: str, path: str, data: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
    address = path if path.startswith("/api/") else f"{WORK}/{path}"
    content = json.dumps(data or {})
    return signed_in(member).generic(method, address, content, content_type="application/json", headers=headers)


def read(member: Member, path: str) -> Any:
    answer = send(member, "GET", path)
    assert answer.status_code == 200, answer.content
    return answer.json()


# Shapes


def test_what_is_read_is_what_the_schema_says(town: Town, desk: Member) -> None:
    program = draft(town, desk)
    course = ready(town, desk, program)
    services.create_course(actor=desk, program=program)
    services.remark(actor=desk, program=program, text="خوب است")
    program.refresh_from_db()
    services.edit_program(actor=desk, program=program, version=1, facts={}, texts={"en": {"title": "Gelim"}})
    Program.objects.exclude(pk=program.pk).update(state="archived")
    town.new_program("سفالگری", None)
    shapes = {
        "programs/": page_of(drafts.ProgramLineOut),
        f"programs/{program.pk}/": drafts.ProgramWorkOut(),
        f"programs/{program.pk}/remarks/": page_of(drafts.RemarkOut),
        f"programs/{program.pk}/courses/": page_of(drafts.CourseLineOut),
        f"programs/{program.pk}/versions/": drafts.VersionOut(many=True),
        f"courses/{course.pk}/": runs.CourseWorkOut(),
        f"courses/{course.pk}/meetings/": page_of(runs.ClassMeetingOut),
        "translations/": translations.TranslationOut(many=True),
    }
    for language in ("fa", "en"):
        found = {path: read(desk, f"{path}?lang={language}") for path in shapes}
        assert [wrong for path, shape in shapes.items() for wrong in misfits(found[path], shape, path)] == []
        assert all(one["results"] if isinstance(one, dict) and "results" in one else one for one in found.values())


def test_a_text_may_be_as_long_as_on_the_page() -> None:
    for form, sent in ((ProgramForm, drafts.ProgramTextIn), (CourseForm, runs.CourseTextIn)):
        by_page = {name: options["max_length"] for name, (_label, options) in form.texts.items()}
        assert {name: field.max_length for name, field in sent().fields.items()} == by_page


def test_lists_ask_the_same_number_of_queries_for_one_and_for_many(town: Town, desk: Member) -> None:
    program = draft(town, desk)
    course = services.create_course(actor=desk, program=program)
    paths = [
        "programs/", "translations/", f"programs/{program.pk}/remarks/", f"programs/{program.pk}/courses/",
        f"programs/{program.pk}/versions/", f"courses/{course.pk}/meetings/",
    ]  # fmt: skip

    def counted() -> dict[str, int]:
        found = {}
        for path in paths:
            client = signed_in(desk)
            client.get(f"{WORK}/{path}?page_size=100")
            with CaptureQueriesContext(connection) as asked:
                assert client.get(f"{WORK}/{path}?page_size=100").status_code == 200
            found[path] = len(asked)
        return found

    def grow(many: int) -> None:
        for number in range(many):
            town.new_program("سفالگری", None)
            services.create_course(actor=desk, program=program)
            services.remark(actor=desk, program=program, text="خوب است")
            current = Program.objects.get(pk=program.pk)
            texts = {"en": {"title": f"Kilim {number}"}}
            services.edit_program(actor=desk, program=current, version=current.version, facts={}, texts=texts)
            starts = clock.now() + (40 + number) * DAY
            course.meetings.create(starts_at=starts, ends_at=starts + DAY / 24)

    grow(1)
    few = counted()
    grow(29)
    assert counted() == few


# Writing


def test_a_program_is_begun_written_reviewed_and_shown(town: Town, desk: Member) -> None:
    data = {"workgroup": town.workgroup.slug, "area": town.area.slug, "title": {"fa": " گليم‌بافي "}}
    made = send(desk, "POST", "programs/?lang=en", data)
    found = made.json()
    path = f"programs/{found['id']}/"
    assert (made.status_code, found["state"], found["texts"]["fa"]["title"]) == (201, "draft", "گلیم‌بافی")
    assert found["why_not_publish"] == {"code": "texts_fa", "message": "First write title and summary in Persian"}
    assert send(desk, "POST", f"{path}publish/").json()["code"] == "texts_fa"
    written = send(desk, "PATCH", path, {"version": 1, "level": "beginner", "texts": TEXTS}).json()
    assert (written["version"], written["level"], written["texts"]["en"]["title"]) == (2, "beginner", "Kilim weaving")
    assert [one["code"] for one in written["steps"] if not one["done"]] == ["dated_course"]
    ready(town, desk, Program.objects.get(pk=found["id"]))
    assert send(desk, "POST", f"{path}submit/").json()["state"] == "review"
    said = send(desk, "POST", f"{path}remarks/", {"text": "کوتاه‌تر", "send_back": True})
    assert (said.status_code, read(desk, path)["state"]) == (201, "draft")
    shown = send(desk, "POST", f"{path}publish/").json()
    assert (shown["state"], shown["why_not_publish"]) == ("published", None)
    assert [one["state"] for one in read(desk, f"{path}courses/")["results"]] == ["published"]
    assert send(desk, "POST", f"{path}archive/").json()["state"] == "archived"
    assert send(desk, "POST", f"{path}reopen/").json()["state"] == "draft"


def test_what_is_left_out_stays(town: Town, desk: Member) -> None:
    program = draft(town, desk)
    course = ready(town, desk, program)
    before = read(desk, f"programs/{program.pk}/"), read(desk, f"courses/{course.pk}/")
    texts = {"en": {"summary": "Short"}}
    after = send(desk, "PATCH", f"programs/{program.pk}/", {"version": 1, "texts": texts}).json()
    before[0]["texts"]["en"]["summary"] = "Short"
    assert after == before[0] | {"version": 2}
    changed = send(desk, "PATCH", f"courses/{course.pk}/", {"version": course.version, "rule": "women_only"}).json()
    assert changed == before[1] | {"version": course.version + 1, "rule": "women_only"}
    assert Course.objects.get(pk=course.pk).audience_words == " everyone women "
    back = {"version": course.version + 1, "rule": "", "capacity": 30, "fee": 50_000, "language": "ckb"}
    back |= {"venue": None, "online": True}
    found = send(desk, "PATCH", f"courses/{course.pk}/", back).json()
    assert {name: found[name] for name in back} == back | {"version": course.version + 2}
    assert found["waiting_size"] == before[1]["waiting_size"]


def test_an_earlier_version_comes_back(town: Town, desk: Member) -> None:
    program = draft(town, desk)
    path = f"programs/{program.pk}/"
    send(desk, "PATCH", path, {"version": 1, "texts": {"en": {"title": "Rug"}}})
    newest = read(desk, f"{path}versions/?lang=en")[0]
    changed = {"field": "title in English", "language": "en", "old": "Kilim weaving", "new": "Rug"}
    assert (newest["version"], newest["differences"]) == (2, [changed])
    late = send(desk, "POST", f"{path}versions/1/restore/", {"version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert send(desk, "POST", f"{path}versions/7/restore/", {"version": 2}).status_code == 404
    found = send(desk, "POST", f"{path}versions/1/restore/", {"version": 2}).json()
    assert (found["version"], found["texts"]["en"]["title"]) == (3, "Kilim weaving")


def test_class_meetings_are_made_from_a_rhythm_and_dropped(town: Town, desk: Member) -> None:
    course = services.create_course(actor=desk, program=draft(town, desk))
    path = f"courses/{course.pk}/meetings/"
    rhythm = {"weekdays": ["sat", "mon"], "first": "2027-03-13", "meetings": 4, "starts": "17:00", "ends": "19:00"}
    made = send(desk, "POST", path, rhythm)
    assert (made.status_code, made.json()["meetings"]) == (201, 4)
    assert "2027-03-20" in made.json()["skipped"]  # the last day of the year, Nationalisation of oil
    assert send(desk, "POST", path, rhythm | {"skips_holidays": False}).json() == {"meetings": 4, "skipped": []}
    first, *rest = read(desk, path)["results"]
    assert first["starts_at"].startswith("2027-03-13T")
    assert send(desk, "DELETE", f"{path}{first['id']}/").status_code == 204
    assert send(desk, "DELETE", f"{path}{first['id']}/").status_code == 404
    assert [one["id"] for one in read(desk, path)["results"]] == [one["id"] for one in rest]


def test_a_clash_is_told_with_the_meeting(town: Town, desk: Member) -> None:
    program = draft(town, desk)
    one, other = ready(town, desk, program), ready(town, desk, program)
    found = read(desk, f"courses/{one.pk}/meetings/")["results"]
    assert found[0]["clashes"] == [{"what": "venue", "course": other.pk, "slug": other.slug}]


def test_runs_are_copied_and_a_course_is_called_off(town: Town, desk: Member) -> None:
    course = ready(town, desk, draft(town, desk))
    firsts = [(saturday() + weeks * 7 * DAY).isoformat() for weeks in (20, 40)]
    made = send(desk, "POST", f"courses/{course.pk}/copies/", {"firsts": firsts})
    assert (made.status_code, [one["starts_on"] for one in made.json()]) == (201, firsts)
    assert send(desk, "POST", f"courses/{course.pk}/publish/").json()["state"] == "published"
    reason = {"fa": "برف", "en": "Snow"}
    found = send(desk, "POST", f"courses/{course.pk}/cancel/", {"reason": reason}).json()
    told = {language: own["cancel_reason"] for language, own in found["texts"].items()}
    assert (found["state"], told) == ("cancelled", reason)


def test_the_same_key_makes_one_program_and_one_run(town: Town, desk: Member) -> None:
    """T2."""
    data = {"workgroup": town.workgroup.slug, "area": town.area.slug, "title": {"en": "Kilim"}}
    made = [send(desk, "POST", "programs/", data, **{"Idempotency-Key": "k1"}).json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    runs_ = [send(desk, "POST", f"programs/{made[0]}/courses/", **{"Idempotency-Key": "k2"}).json() for _ in range(2)]
    assert runs_[0] == runs_[1]
    assert (Program.objects.filter(pk__gt=town.program.pk).count(), Course.objects.count()) == (1, 1)


# What is wrong, and what is not there

WRONG: dict[str, tuple[str, str, dict[str, Any]]] = {
    "no title": ("POST", "programs/", {"title": {"fa": "  "}}),
    "no version": ("PATCH", "program", {"level": "open"}),
    "a hidden sign": ("PATCH", "program", {"version": 1, "texts": {"en": {"title": "a\u202eb"}}}),
    "a long title": ("PATCH", "program", {"version": 1, "texts": {"en": {"title": "a" * 201}}}),
    "a third language": ("PATCH", "program", {"version": 1, "texts": {"ar": {"title": "a"}}}),
    "a state": ("PATCH", "program", {"version": 1, "state": "published"}),
    "an empty remark": ("POST", "program remarks/", {"text": " "}),
    "a window that closes first": ("PATCH", "course", {"version": 3, "closes_at": "2020-01-01T00:00Z"}),
    "crossed ages": ("PATCH", "course", {"version": 3, "age_min": 30, "age_max": 20}),
    "a far instant": ("PATCH", "course", {"version": 3, "opens_at": "0001-01-01T00:00Z"}),
    "seats taken": ("PATCH", "course", {"version": 3, "seats_taken": 1}),
    "no weekday": ("POST", "course meetings/", {"weekdays": []}),
    "a strange weekday": ("POST", "course meetings/", {"weekdays": ["someday"]}),
    "a far day": ("POST", "course meetings/", {"first": "9999-12-31"}),
    "an end before the beginning": ("POST", "course meetings/", {"ends": "16:00"}),
    "too many meetings": ("POST", "course meetings/", {"meetings": 201}),
    "no day": ("POST", "course copies/", {"firsts": []}),
    "thirteen days": ("POST", "course copies/", {"firsts": ["2027-01-01"] * 13}),
    "a reason in one language": ("POST", "course cancel/", {"reason": {"fa": "برف"}}),
}
RHYTHM = {"weekdays": ["sat"], "first": "2027-01-02", "meetings": 1, "starts": "17:00", "ends": "18:00"}


@pytest.mark.parametrize("case", WRONG)
def test_what_has_another_shape_is_400_and_changes_nothing(town: Town, desk: Member, case: str) -> None:
    """P6."""
    method, where, data = WRONG[case]
    program = draft(town, desk)
    course = ready(town, desk, program)
    kind, _gap, verb = where.partition(" ")
    path = {"program": f"programs/{program.pk}/", "course": f"courses/{course.pk}/"}.get(kind, kind) + verb
    if where == "programs/":
        data = {"workgroup": town.workgroup.slug, "area": town.area.slug} | data
    if verb == "meetings/":
        data = RHYTHM | data
    lines = Audit.objects.count()
    answer = send(desk, method, path, data)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer.content
    assert Audit.objects.count() == lines


def test_what_is_anothers_is_not_there(town: Town, desk: Member) -> None:
    """P3."""
    course = ready(town, desk, draft(town, desk))
    foreign, other = coordinator_of(Town()), services.create_course(actor=desk, program=town.program)
    data = {"workgroup": town.workgroup.slug, "area": town.area.slug, "title": {"fa": "گلیم"}}
    assert send(foreign, "POST", "programs/", data).status_code == 404
    assert send(foreign, "GET", f"courses/{course.pk}/").status_code == 404
    assert read(foreign, "programs/")["results"][0]["workgroup"] != town.workgroup.slug
    through = f"courses/{other.pk}/meetings/{course.meetings.first().pk}/"
    assert send(desk, "DELETE", through).status_code == 404
    assert course.meetings.count() == len(pattern().weekdays) * 6


def test_a_list_by_state(town: Town, desk: Member) -> None:
    mine = draft(town, desk)
    assert [one["id"] for one in read(desk, "programs/")["results"]] == [mine.pk, town.program.pk]
    assert [one["id"] for one in read(desk, "programs/?state=draft")["results"]] == [mine.pk]


def test_more_seats_go_to_those_who_wait(town: Town, desk: Member) -> None:
    course = town.course(capacity=1)
    crowd(course, 2)
    found = send(desk, "PATCH", f"courses/{course.pk}/", {"version": 1, "capacity": 2}).json()
    assert (found["capacity"], found["waiting"]) == (2, 0)
