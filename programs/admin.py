"""Repair of what there is to learn and who offers it; the tables of the enrolment engine are only shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from parler.admin import TranslatableAdmin

from members.admin import Shown
from programs.models import (
    ClassMeeting,
    Course,
    Enrolment,
    Feed,
    Import,
    ImportRow,
    Offer,
    Program,
    Question,
    Remark,
    Revision,
    Slot,
    Teaching,
    Wish,
)
from programs.services import save_repaired
from workgroups.models import (
    AgendaItem,
    Appointment,
    Attendance,
    Decision,
    LiteracyArea,
    Meeting,
    Organisation,
    Venue,
    Workgroup,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import ModelForm
    from django.http import HttpRequest

    from members.models import Member


class Repaired(admin.ModelAdmin[Any]):
    """Saves through a service, which leaves an audit line; rows are ended or archived, never removed."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:  # noqa: ARG002, FBT001 - Django's signature
        """Saves, writes the line, brings the search up to date."""
        save_repaired(actor=cast("Member", request.user), row=obj, fields=form.changed_data)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody deletes here."""
        return False


class Named(Repaired, TranslatableAdmin[Any]):
    """Rows with texts in several languages."""

    search_fields = ["slug"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With all texts, so that a list costs two queries."""
        return super().get_queryset(request).prefetch_related("translations")


@admin.register(Course)
class CourseAdmin(Named):
    """Runs; seats and places are changed by enrolling alone."""

    list_display = ["slug", "state", "starts_on", "capacity", "seats_taken", "waiting"]
    list_filter = ["state", "mode"]
    raw_id_fields = ["program", "venue", "feed"]
    readonly_fields = [
        "capacity",
        "waiting_size",
        "seats_taken",
        "seats_reserved",
        "reserves_until",
        "waiting",
        "next_place",
        "moves_until",
    ]
    exclude = ["search_text", "search_joined", "fingerprint"]


@admin.register(Program)
class ProgramAdmin(Named):
    """Programs."""

    list_display = ["slug", "state", "workgroup"]
    list_select_related = ["workgroup"]
    list_filter = ["state"]


@admin.register(Appointment)
class AppointmentAdmin(Repaired):
    """Who may do what, from when and before when."""

    list_display = ["member", "role", "workgroup", "organisation", "from_on", "until_on"]
    list_select_related = ["member", "workgroup", "organisation"]
    raw_id_fields = ["member"]


@admin.register(Slot, ClassMeeting, Teaching)
class PartAdmin(Repaired):
    """Parts of a course."""

    raw_id_fields = ["course"]


@admin.register(Enrolment, Offer)
class EngineAdmin(Shown):
    """Places and offers: services alone write them."""

    list_select_related = ["course"]


@admin.register(Import)
class ImportAdmin(Shown):
    """Partners' files; workers alone change them."""

    list_display = ["id", "name", "feed", "state", "made_at", "saved_at", "undone_at"]
    list_select_related = ["feed"]
    list_filter = ["state"]
    exclude = ["content", "before"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the files."""
        return super().get_queryset(request).defer("content", "before")


@admin.register(ImportRow)
class ImportRowAdmin(Shown):
    """What became of each row of a file."""

    list_display = ["run", "line", "key", "what", "stayed"]
    list_select_related = ["run"]
    list_filter = ["what"]
    exclude = ["before"]


@admin.register(Revision, Remark)
class TrailAdmin(Shown):
    """Versions and remarks: they are history."""

    raw_id_fields = ["program"]


@admin.register(Question)
class QuestionAdmin(Shown):
    """What residents asked, and the answers."""

    list_display = ["course", "asked_at", "answered_at"]
    list_select_related = ["course"]


@admin.register(Wish)
class WishAdmin(Repaired):
    """Wishes; who shares one is not shown."""

    list_display = ["text", "state", "made_at", "answered_at"]
    list_filter = ["state"]
    raw_id_fields = ["program", "course"]


@admin.register(Meeting, AgendaItem, Attendance, Decision)
class MeetingAdmin(Shown):
    """Meetings of workgroups and what they decided: approved minutes do not change."""


admin.site.register([Organisation, LiteracyArea, Venue, Workgroup], Named)
admin.site.register(Feed, Repaired)
