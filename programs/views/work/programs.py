"""Programs as their coordinators see them: the list, the form in which one is written, its review and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from base.pages import page_number
from base.refusal import Refused
from members.sessions import member_of
from programs import services
from programs.checklist import program_steps
from programs.forms.planning import NewProgramForm, ProgramForm, RemarkForm
from programs.history import compared, remarks_on, versions_of
from programs.listing import listed
from programs.models import Program, Revision
from programs.rules import why_not_publish
from programs.views.work.planning import answer, attempt, program_of, workgroups_of
from workgroups.models import LiteracyArea

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

A_PAGE = 50
both = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def program_list(request: HttpRequest) -> HttpResponse:
    """The programs of my workgroups, by state: what still wants work first."""
    mine = Program.objects.filter(workgroup__in=workgroups_of(request).values("pk"))
    state = request.GET.get("state", "")
    shown = mine.filter(state=state) if state in Program.State.values else mine.exclude(state=Program.State.ARCHIVED)
    number = page_number(request.GET.get("page", "1"))
    ordered = shown.order_by("-pk").prefetch_related("translations")
    found = list(ordered[(number - 1) * A_PAGE : number * A_PAGE + 1])
    context = {"programs": found[:A_PAGE], "states": Program.State.choices, "state": state, "number": number}
    return render(request, "work/program_list.html", context | {"has_next": len(found) > A_PAGE})


@login_required
@require_safe
def program_new(request: HttpRequest) -> HttpResponse:
    """The first lines of a new program."""
    form = NewProgramForm(workgroups=workgroups_of(request), initial={"area": request.GET.get("area")})
    return render(request, "work/program_new.html", {"form": form})


@login_required
@both
def program_create(request: HttpRequest) -> HttpResponse:
    """Begins a program and leads to its form."""
    if request.method != "POST":
        return redirect("programs:work_program_new")
    mine = workgroups_of(request)
    form = NewProgramForm(request.POST, workgroups=mine)
    if not form.is_valid():
        return render(request, "work/program_new.html", {"form": form}, status=422)
    program = services.create_program(
        actor=member_of(request),
        workgroup=get_object_or_404(mine, pk=form.cleaned_data["workgroup"]),
        area=get_object_or_404(LiteracyArea, pk=form.cleaned_data["area"]),
        texts=form.typed_texts,
    )
    return redirect("programs:work_program", slug=program.slug)


@login_required
@require_safe
def program_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """A program in both languages, with what keeps it from publication beside it."""
    return render(request, "work/program.html", _context(program_of(request, slug)))


def _context(program: Program, form: ProgramForm | None = None) -> dict[str, Any]:
    steps = program_steps(program)
    stored = ProgramForm.initial_of(program)
    return {
        "row": program,
        "form": form or ProgramForm(initial=stored),
        "stored": stored,
        "steps": steps,
        "missing": why_not_publish(steps),
        "courses": listed(program.courses.order_by("-pk"), get_language() or "fa", slice(A_PAGE)),
        "remarks": remarks_on(program, A_PAGE),
        "remark_form": RemarkForm(),
    }


def _save(
    request: HttpRequest, slug: str, then: Callable[[Program], object] | None = None, said: str = ""
) -> HttpResponse:
    """Saves what was typed, then does what the button says."""
    if request.method != "POST":
        return redirect("programs:work_program", slug=slug)
    program, form = program_of(request, slug), ProgramForm(request.POST)
    if not form.is_valid():
        return answer(request, "program", _context(program, form))
    version = form.cleaned_data["version"] or 0
    try:
        program = services.edit_program(
            actor=member_of(request), program=program, version=version, facts=form.facts, texts=form.typed_texts
        )
        if then is not None:
            then(program)
    except Refused as refused:
        return answer(request, "program", _context(program_of(request, slug), form), refused.refusal)
    return answer(request, "program", _context(program_of(request, slug)), said=said)


@login_required
@both
def program_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps what was typed."""
    return _save(request, slug)


@login_required
@both
def program_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps what was typed and shows the program, with its courses that lack nothing, to everyone."""
    return _save(
        request,
        slug,
        lambda program: services.publish(actor=member_of(request), program=program),
        gettext("Published: everyone can see it now"),
    )


@login_required
@both
def program_submit(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps what was typed and asks others to look it over."""
    return _save(
        request,
        slug,
        lambda program: services.submit(actor=member_of(request), program=program),
        gettext("Sent for review; the others of your workgroup have a message"),
    )


@login_required
@both
def program_turn(request: HttpRequest, slug: str) -> HttpResponse:
    """Archives a program, or makes it a draft again."""
    program = program_of(request, slug)
    verbs = {"archive": services.archive, "reopen": services.reopen}
    verb = verbs.get(request.POST.get("to", ""))
    if verb is not None:
        attempt(request, lambda: verb(actor=member_of(request), program=program))
    return redirect("programs:work_program", slug=slug)


@login_required
@both
def program_remark(request: HttpRequest, slug: str) -> HttpResponse:
    """Says something about a program to those who write it."""
    program, form = program_of(request, slug), RemarkForm(request.POST or None)
    if request.method == "POST" and not form.is_valid():
        return render(request, "work/program.html", _context(program) | {"remark_form": form}, status=422)
    if request.method == "POST":
        attempt(
            request,
            lambda: services.remark(
                actor=member_of(request),
                program=program,
                text=form.cleaned_data["text"],
                send_back="send_back" in request.POST and program.state == Program.State.REVIEW,
            ),
        )
    return redirect("programs:work_program", slug=slug)


@login_required
@both
def course_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Begins a run of the program and leads to its form."""
    program = program_of(request, slug)
    if request.method != "POST":
        return redirect("programs:work_program", slug=slug)
    course = services.create_course(actor=member_of(request), program=program)
    return redirect("programs:work_course", slug=course.slug)


@login_required
@require_safe
def program_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version of a program, each beside the one before it."""
    program = program_of(request, slug)
    context = {"row": program, "versions": versions_of(program), "kind": "program"}
    return render(request, "work/history.html", context)


@login_required
@both
def program_restore(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Shows what differs from an earlier version, and brings it back."""
    program = program_of(request, slug)
    revision = get_object_or_404(Revision, program=program, version=version)
    if request.method == "POST":
        attempt(
            request,
            lambda: services.restore(actor=member_of(request), revision=revision, version=program.version),
        )
        return redirect("programs:work_program", slug=slug)
    context = {"row": program, "revision": revision, "rows": compared(program, revision), "kind": "program"}
    return render(request, "work/restore.html", context)
