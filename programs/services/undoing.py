"""What was before an import, kept so that the whole of it can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from base import clock
from programs.models import ClassMeeting, Course, Enrolment, Feed, Program, Slot
from programs.services.comparing import WRITTEN
from programs.services.imported import CourseText, ProgramText, places_in
from programs.services.indexing import batches, index
from programs.services.notices import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from programs.models import Import, ImportRow

FEED = ("mode", "default_area_id", "last_read_at")
_FIELDS = {field.name: field.attname for field in Course._meta.concrete_fields}  # noqa: SLF001 - Django's documented name
COLUMNS = [_FIELDS[name] for name in [*WRITTEN, "sort_on"]]
TEXTS = ("id", "language_code", "title", "note", "instructors", "written_at")
SLOTS = ("id", "weekday", "starts", "ends")
PROGRAM_TEXTS = ("id", "title", "keywords", "description", "written_at")


class Journal:
    """What an import found, written down while it is carried out, by course."""

    def __init__(self) -> None:
        self.courses: dict[int, dict[str, Any]] = {}
        self.whole: dict[str, Any] = {}

    def open(self, feed: Feed, course_ids: Iterable[int]) -> None:
        """Before anything is written: the feed, its programs, and the courses that will change."""
        known = Feed.objects.filter(pk=feed.pk).values(*FEED).first()
        texts = ProgramText.objects.filter(master__feed=feed).values(*PROGRAM_TEXTS)
        programs = Program.objects.filter(feed=feed).values_list("pk", flat=True)
        self.whole = {
            "feed": _named(known or {}),
            "programs": list(programs),
            "program_texts": list(map(_named, texts)),
        }
        for ids in batches(sorted(course_ids)):
            self._read(ids)

    def _read(self, ids: list[int]) -> None:
        for row in Course.objects.filter(pk__in=ids).values("pk", *COLUMNS):
            pk = row.pop("pk")
            self.courses[pk] = {"course": _named(row), "texts": [], "slots": []}
        for row in CourseText.objects.filter(master__in=ids).order_by("pk").values("master_id", *TEXTS):
            self.courses[row.pop("master_id")]["texts"].append(_named(row))
        for row in Slot.objects.filter(course__in=ids).order_by("pk").values("course_id", *SLOTS):
            self.courses[row.pop("course_id")]["slots"].append(_named(row))

    def close(self, feed: Feed) -> None:
        """After all is written: only what differs is kept."""
        now = {row["id"]: _named(row) for row in ProgramText.objects.filter(master__feed=feed).values(*PROGRAM_TEXTS)}
        changed = [row for row in self.whole["program_texts"] if now.get(row["id"]) != row]
        made = Program.objects.filter(feed=feed).exclude(pk__in=self.whole.pop("programs"))
        self.whole |= {"program_texts": changed, "made": list(made.values_list("pk", flat=True))}


def take_back(run: Import) -> list[ImportRow]:
    """Restores every row that an import wrote, within its transaction; those that stay are returned with the reason.

    A new course stays where people have enrolled since, or where it was edited or given class meetings (`enrolled`,
    `edited`); a changed one where it was edited since. Whoever has a place in a course whose days move back is told.
    """
    rows = list(run.rows.exclude(what="rejected").order_by("pk"))
    stayed = _remove([row for row in rows if row.what == "created"])
    kept = [row for row in rows if row.what != "created" and row.before and row.course_id]
    for some in batches(kept):
        stayed += _restore(run, some)
    _restore_programs(run.before)
    feed = run.before.get("feed") or {}
    Feed.objects.filter(pk=run.feed_id).update(**_parsed(Feed, feed))
    index(Course.objects.filter(feed=run.feed_id).values_list("pk", flat=True))
    return stayed


def _remove(rows: list[ImportRow]) -> list[ImportRow]:
    stayed = []
    for some in batches(rows):
        ids = [row.course_id for row in some if row.course_id]
        held = Exists(Enrolment.objects.filter(course=OuterRef("pk")))
        met = Exists(ClassMeeting.objects.filter(course=OuterRef("pk")))
        found = Course.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
        why = {}
        for pk, is_held, has_met, version, pinned in found.annotate(held=held, met=met).values_list(
            "pk", "held", "met", "version", "pinned"
        ):
            why[pk] = "enrolled" if is_held else "edited" if has_met or version > 1 or pinned else ""
        Course.objects.filter(pk__in=[pk for pk, reason in why.items() if not reason]).delete()
        for row in some:
            row.stayed = why.get(row.course_id or 0, "")
            if row.stayed:
                stayed.append(row)
            else:
                row.course = None
    return stayed


def _restore(run: Import, rows: list[ImportRow]) -> list[ImportRow]:
    befores = {row.course_id: row.before for row in rows if row.course_id}
    courses = list(Course.objects.filter(pk__in=befores).order_by("pk").select_for_update(no_key=True))
    untouched = {one.pk: one for one in courses if one.version == befores[one.pk]["course"]["version"] + 1}
    held = places_in(untouched)
    moved = []
    for pk, course in untouched.items():
        days = course.starts_on, course.ends_on
        version = course.version
        _set_back(course, _parsed(Course, befores[pk]["course"]))
        if pk in held:  # whoever keeps it in a calendar needs a later version
            course.version = version + 1
        if days != (course.starts_on, course.ends_on):
            moved.append((course, days))
    Course.objects.bulk_update(untouched.values(), [*WRITTEN, "sort_on"])
    _restore_parts({pk: befores[pk] for pk in untouched})
    for course, days in moved:
        _tell(run, course, days, held.get(course.pk, []))
    stayed = [row for row in rows if row.course_id not in untouched]
    for row in stayed:
        row.stayed = "edited"
    return stayed


def _set_back(course: Course, before: dict[str, Any]) -> None:
    """A file gives a course its first seats and changes none: those that were added or taken away since stay."""
    if before["capacity"] is not None:
        del before["capacity"]
    for name, value in before.items():
        setattr(course, name, value)


def _restore_parts(befores: Mapping[int, dict[str, Any]]) -> None:
    CourseText.objects.bulk_update(
        [_text(pk, before, text) for pk, before in befores.items() for text in before["texts"]], TEXTS[2:]
    )
    slots = {pk: [tuple(_plain(slot.values())) for slot in before["slots"]] for pk, before in befores.items()}
    now: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in befores}
    for pk, *slot in Slot.objects.filter(course__in=befores).order_by("pk").values_list("course", *SLOTS):
        now[pk].append(tuple(_plain(slot)))
    changed = [pk for pk in befores if slots[pk] != now[pk]]
    Slot.objects.filter(course__in=changed).delete()
    Slot.objects.bulk_create(
        Slot(course_id=pk, **_parsed(Slot, slot)) for pk in changed for slot in befores[pk]["slots"]
    )


def _text(pk: int, before: dict[str, Any], text: dict[str, Any]) -> Any:
    """A text as it was; journals from before texts were dated know when the course had changed."""
    dated = {"written_at": before["course"]["updated_at"]} | text
    return CourseText(master_id=pk, **_parsed(CourseText, dated))


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return dict(zip(row, _plain(row.values()), strict=True))


def _plain(values: Iterable[Any]) -> list[Any]:
    return [value.isoformat() if hasattr(value, "isoformat") else value for value in values]


def _restore_programs(before: dict[str, Any]) -> None:
    texts = [ProgramText(**_parsed(ProgramText, text)) for text in before.get("program_texts", [])]
    ProgramText.objects.bulk_update(texts, PROGRAM_TEXTS[1:])
    empty = Program.objects.filter(pk__in=before.get("made", []), courses__isnull=True)
    empty.delete()


def _tell(run: Import, course: Course, days: tuple[Any, Any], places: list[Enrolment]) -> None:
    if course.is_past(clock.today()):
        return
    names = ("old_starts_on", "old_ends_on", "new_starts_on", "new_ends_on")
    values = dict(zip(names, _plain([*days, course.starts_on, course.ends_on]), strict=True))
    tell(places, "moved", about=f"undo:{run.pk}", **values)


def _parsed(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Plain values as the columns hold them."""
    fields = {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's documented name
    return {name: value if value is None else fields[name].to_python(value) for name, value in values.items()}
