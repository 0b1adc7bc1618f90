"""Announcements as those see them who write them: the list, the form, its review, its hour, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from announcements import services
from announcements.forms import NewAnnouncementForm, WithdrawForm
from announcements.listing import in_turn
from announcements.models import Announcement
from announcements.views.shared import answer, context_of, form_for, previews, row_at, rows_at, workgroups_at
from base.persian import latin_digits
from base.refusal import Refused
from members.sessions import member_of
from programs.models import Course, Program
from programs.views.work.desk import done_or_told, posted, rejected, tried
from workgroups.models import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from announcements.forms import AnnouncementForm

A_PAGE = 30
State = Announcement.State
both = require_http_methods(["GET", "HEAD", "POST"])
ROW = ("desk", "slug")
PAGE = "announcements:desk_row"


@login_required
@require_safe
def announcement_list(request: HttpRequest, desk: str) -> HttpResponse:
    """All of them by state: what waits for somebody first, then what went out last."""
    rows, state = rows_at(request, desk), request.GET.get("state", "")
    shown = rows.filter(state=state) if state in State.values else rows
    page = Paginator(in_turn(shown), A_PAGE).get_page(latin_digits(request.GET.get("page", "1")))
    context = {"page": page, "at": desk, "states": State.choices, "state": state}
    return render(request, "announcements/desk/list.html", context)


@login_required
@require_safe
def calendar(request: HttpRequest, desk: str) -> HttpResponse:
    """What goes out when: what is scheduled, then what went out of late."""
    rows = rows_at(request, desk)
    context = {
        "at": desk,
        "ahead": rows.filter(state=State.SCHEDULED).order_by("publish_at")[:A_PAGE],
        "wanted": rows.filter(state__in=[State.DRAFT, State.REVIEW], publish_at__isnull=False).order_by("publish_at")[
            :A_PAGE
        ],
        "ending": rows.filter(state=State.PUBLISHED, ends_at__isnull=False).order_by("ends_at")[:A_PAGE],
        "behind": rows.filter(state=State.PUBLISHED).order_by("-published_at")[:A_PAGE],
    }
    return render(request, "announcements/desk/calendar.html", context)


@login_required
@require_safe
def announcement_new(request: HttpRequest, desk: str) -> HttpResponse:
    """The first lines of a new announcement."""
    form = NewAnnouncementForm(workgroups=workgroups_at(request, desk), is_city=desk == "city")
    context = {"form": form, "at": desk, "decision": _decision(request, request.GET)}
    return render(request, "announcements/desk/new.html", context)


def _decision(request: HttpRequest, data: Any) -> Decision | None:
    """The decision that leads to it, if one does that this person runs."""
    pk = data.get("decision", "")
    mine = Decision.objects.run_by(member_of(request)).prefetch_related("translations")
    return mine.filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 19 else None  # noqa: PLR2004


@posted("announcements:desk_new", "desk")
def announcement_create(request: HttpRequest, desk: str) -> HttpResponse:
    """Begins it and leads to its form."""
    mine = workgroups_at(request, desk)
    form = NewAnnouncementForm(request.POST, workgroups=mine, is_city=desk == "city")
    decision = _decision(request, request.POST)
    context = {"form": form, "at": desk, "decision": decision}
    if not form.is_valid():
        return rejected(request, "announcements/desk/new.html", context, "announcements:desk_new", desk=desk)
    pk = form.cleaned_data["workgroup"]
    workgroup = get_object_or_404(mine, pk=pk) if pk else None
    try:
        row = services.begin(
            actor=member_of(request), workgroup=workgroup, texts=form.typed_texts, kind=form.cleaned_data["kind"]
        )
    except Refused as refused:
        form.add_error("kind", str(refused.refusal.message))
        return rejected(request, "announcements/desk/new.html", context, "announcements:desk_new", desk=desk)
    if decision is not None:
        services.link(actor=member_of(request), announcement=row, decisions=[decision])
    return redirect(PAGE, desk=desk, slug=row.slug)


@login_required
@require_safe
def announcement(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """An announcement in both languages, with what keeps it from publication beside it."""
    row = row_at(request, desk, slug=slug)
    return render(request, "announcements/desk/row.html", context_of(desk, row, **_reading(row)))


def _reading(row: Announcement) -> dict[str, Any]:
    """A reader before approval sees how it reads; the writer asks for it."""
    return previews(row) if row.state in {State.REVIEW, State.SCHEDULED} else {}


def _save(
    request: HttpRequest, desk: str, slug: str, then: Callable[[Announcement], object] | None = None, said: str = ""
) -> HttpResponse:
    """Saves what was typed, then does what the button says."""
    row = row_at(request, desk, slug=slug)
    form = form_for(row, request.POST)
    if not form.is_valid():
        return answer(request, desk, context_of(desk, row, form))
    is_unsaved = True
    try:
        row = _write(request, row, form)
        is_unsaved = False
        if then is not None:
            then(row)
    except Refused as refused:
        fresh = row_at(request, desk, slug=slug)
        return answer(request, desk, context_of(desk, fresh, form, is_unsaved=is_unsaved), refused.refusal)
    if said:
        messages.success(request, said)
    fresh = row_at(request, desk, slug=slug)
    return answer(request, desk, context_of(desk, fresh, form if form.cleaned_data["find"] else None), said=said)


def _write(request: HttpRequest, row: Announcement, form: AnnouncementForm) -> Announcement:
    """A draft is edited, what is out is corrected; then its links are set."""
    actor, version = member_of(request), form.cleaned_data["version"] or 0
    typed: dict[str, Any] = {
        "facts": form.facts,
        "texts": form.typed_texts,
        "version": version,
        "announcement": row,
        "actor": actor,
    }
    if row.state == State.PUBLISHED:
        row = services.correct(**typed, tells=request.POST.get("tells") == "1")
    else:
        row = services.edit(**typed)
    chosen = form.cleaned_data
    return services.link(
        actor=actor,
        announcement=row,
        programs=Program.objects.filter(slug__in=chosen["programs"]),
        courses=Course.objects.filter(slug__in=chosen["courses"]),
    )


@posted(PAGE, *ROW)
def announcement_save(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Keeps what was typed; what is out is corrected by it."""
    return _save(request, desk, slug, said="" if request.POST.get("look") else gettext("Saved"))


@posted(PAGE, *ROW)
def announcement_preview(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Keeps what was typed and shows how it will read, whom it reaches and by which ways. Nothing is sent."""
    row = row_at(request, desk, slug=slug)
    form = form_for(row, request.POST)
    if not form.is_valid():
        return answer(request, desk, context_of(desk, row, form))
    if row.state in {State.DRAFT, State.REVIEW}:
        try:
            _write(request, row, form)
        except Refused as refused:
            fresh = row_at(request, desk, slug=slug)
            return answer(request, desk, context_of(desk, fresh, form, is_unsaved=True), refused.refusal)
    fresh = row_at(request, desk, slug=slug)
    return answer(request, desk, context_of(desk, fresh, **previews(fresh)))


@posted(PAGE, *ROW)
def announcement_submit(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Keeps what was typed and asks a second person to read it; what needs none is let out."""
    actor = member_of(request)

    def pass_on(row: Announcement) -> None:
        if row.needs_second:
            services.submit(actor=actor, announcement=row)
        else:
            services.approve(actor=actor, announcement=row, version=row.version)

    said = gettext("It waits for a second member of staff, who reads it and lets it out")
    needs_second = row_at(request, desk, slug=slug).needs_second
    return _save(request, desk, slug, pass_on, said if needs_second else gettext("It is out, or goes out at its hour"))


@posted(PAGE, *ROW)
def announcement_approve(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Lets out what was read, in the very version that was read."""
    row = row_at(request, desk, slug=slug)
    version = latin_digits(request.POST.get("version", ""))
    try:
        row = services.approve(
            actor=member_of(request), announcement=row, version=int(version) if version.isdecimal() else 0
        )
    except Refused as refused:
        return answer(request, desk, context_of(desk, row, **_reading(row)), refused.refusal)
    done = {State.SCHEDULED: gettext("It goes out at its hour"), State.PUBLISHED: gettext("It is out")}
    messages.success(request, done.get(State(row.state), gettext("Saved")))
    return redirect(PAGE, desk=desk, slug=slug)


@posted(PAGE, *ROW)
def announcement_send_back(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Makes it a draft again."""
    row = row_at(request, desk, slug=slug)
    done_or_told(
        request,
        lambda: services.send_back(actor=member_of(request), announcement=row),
        gettext("It is a draft again"),
    )
    return redirect(PAGE, desk=desk, slug=slug)


@login_required
@require_safe
def announcement_withdraw_form(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Asks why it is taken back."""
    context = {"row": row_at(request, desk, slug=slug), "at": desk, "form": WithdrawForm()}
    return render(request, "announcements/desk/withdraw.html", context)


@posted("announcements:desk_withdraw_form", *ROW)
def announcement_withdraw(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Takes it back."""
    row, form = row_at(request, desk, slug=slug), WithdrawForm(request.POST)
    if form.is_valid() and not tried(
        form, lambda: services.withdraw(actor=member_of(request), announcement=row, reason=form.reason)
    ):
        messages.success(request, gettext("It is taken back; messages that had not left stay here"))
        return redirect(PAGE, desk=desk, slug=slug)
    context = {"row": row, "at": desk, "form": form}
    page = "announcements:desk_withdraw_form"
    return rejected(request, "announcements/desk/withdraw.html", context, page, desk=desk, slug=slug)


@posted(PAGE, *ROW)
def announcement_test(request: HttpRequest, desk: str, slug: str) -> HttpResponse:
    """Sends it to myself."""
    row = row_at(request, desk, slug=slug)
    done_or_told(
        request,
        lambda: services.send_test(actor=member_of(request), announcement=row),
        gettext("On its way to you, by the ways that you have chosen for announcements"),
    )
    return redirect(PAGE, desk=desk, slug=slug)
