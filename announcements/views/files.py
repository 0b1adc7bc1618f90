"""Pictures and documents of an announcement, for those who write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from announcements import services
from announcements.forms import AttachmentForm, PictureForm
from announcements.views.shared import row_at
from base.refusal import Refused
from members.forms import refuse
from members.sessions import member_of
from programs.views.work.desk import done_or_told, posted, rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from announcements.models import Announcement, Attachment, Picture

PAGE, TEMPLATE = "announcements:desk_files", "announcements/desk/files.html"
ROW = ("desk", "slug")


def _context(desk: str, row: Announcement, **forms: Any) -> dict[str, Any]:
    found = {
        "at": desk,
        "row": row,
        "pictures": row.pictures.prefetch_related("translations"),
        "documents": row.attachments.all(),
    }
    return found | {"picture_form": PictureForm(), "document_form": AttachmentForm()} | forms


@login_required
@require_safe
def files(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """What it carries."""
    return render(request, TEMPLATE, _context(desk, row_at(request, desk, slug=slug)))


@posted(PAGE, *ROW)
def picture_add(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Adds a picture."""
    row, form = row_at(request, desk, slug=slug), PictureForm(request.POST, request.FILES)
    return _kept(
        request,
        row,
        "picture",
        form,
        lambda: services.add_picture(
            actor=member_of(request), announcement=row, file=form.cleaned_data["picture"], alt=form.alt
        ),
        desk,
    )


@posted(PAGE, *ROW)
def document_add(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Adds a document."""
    row, form = row_at(request, desk, slug=slug), AttachmentForm(request.POST, request.FILES)
    return _kept(
        request,
        row,
        "document",
        form,
        lambda: services.attach(
            actor=member_of(request),
            announcement=row,
            file=form.cleaned_data["document"],
            name=form.cleaned_data["name"],
        ),
        desk,
    )


def _kept(
    request: HttpRequest, row: Announcement, name: str, form: Form, keep: Callable[[], object], desk: str
) -> HttpResponse:
    if form.is_valid():
        try:
            keep()
        except Refused as refused:
            refuse(form, refused.refusal, name)
        else:
            return redirect(PAGE, desk=desk, slug=row.slug)
    context = _context(desk, row, **{f"{name}_form": form})
    return rejected(request, TEMPLATE, context, PAGE, desk=desk, slug=row.slug)


@posted(PAGE, *ROW)
def picture_drop(request: HttpRequest, desk: str, slug: str, pk: int) -> HttpResponse:
    """Takes a picture away."""
    row = row_at(request, desk, slug=slug)
    return _taken(request, desk, row, get_object_or_404(row.pictures, pk=pk), gettext("The picture is gone"))


@posted(PAGE, *ROW)
def document_drop(request: HttpRequest, desk: str, slug: str, pk: int) -> HttpResponse:
    """Takes a document away."""
    row = row_at(request, desk, slug=slug)
    return _taken(request, desk, row, get_object_or_404(row.attachments, pk=pk), gettext("The file is gone"))


def _taken(
    request: HttpRequest, desk: str, row: Announcement, carried: Picture | Attachment, done: str
) -> HttpResponse:
    actor = member_of(request)
    done_or_told(request, lambda: services.take_away(actor=actor, announcement=row, carried=carried), done)
    return redirect(PAGE, desk=desk, slug=row.slug)
