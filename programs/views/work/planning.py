"""What the forms of programs and courses share: whose they are, and how they answer a save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from base.pages import is_htmx
from base.refusal import Refused
from members.sessions import member_of
from programs.models import Course, Program
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from base.refusal import Refusal


def workgroups_of(request: HttpRequest) -> QuerySet[Workgroup]:
    """The workgroups whose programs this person writes; there must be one."""
    mine = Workgroup.objects.coordinated_by(member_of(request)).prefetch_related("translations")
    if not mine.exists():
        raise Http404
    return mine


def program_of(request: HttpRequest, slug: str) -> Program:
    """A program that this person writes."""
    mine = Program.objects.answered_for_by(request.user)
    return get_object_or_404(mine.select_related("workgroup").prefetch_related("translations"), slug=slug)


def course_of(request: HttpRequest, slug: str) -> Course:
    """A course that this person writes."""
    mine = Course.objects.answered_for_by(request.user).select_related("program__workgroup")
    return get_object_or_404(mine.prefetch_related("translations", "program__translations"), slug=slug)


def twin_of(page: str) -> str:
    """The page in the other language."""
    language, other = ("fa", "en") if page.startswith("/fa/") else ("en", "fa")
    return page.replace(f"/{language}/", f"/{other}/", 1)


def answer(
    request: HttpRequest, name: str, context: dict[str, Any], refusal: Refusal | None = None, said: str = ""
) -> HttpResponse:
    """After a save: the panel for the script, the page for everyone else; what was refused or is wrong stays as typed.

    `name` is the page (`program` or `course`); `context` has its `form` and its `row`.
    """
    form: Form = context["form"]
    row = context["row"]
    status = 409 if refusal else 422 if form.errors else 200
    page = reverse(f"programs:work_{name}", args=[row.slug])
    whole = context | {"refused": refusal, "twin_url": twin_of(page), "differing": differing(form, context["stored"])}
    if is_htmx(request):
        return render(request, f"work/_{name}_panel.html", whole, status=status)
    if status != 200:  # noqa: PLR2004 - HTTP
        return render(request, f"work/{name}.html", whole, status=status)
    messages.success(request, said or gettext("Saved"))
    return redirect(page)


def attempt(request: HttpRequest, act: Callable[[], object]) -> None:
    """Does it, and says at the top of the next page what came of it."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused.refusal.message))
    else:
        messages.success(request, gettext("Saved"))


def differing(form: Form, stored: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Label and stored text of the fields in which what was typed is not what is stored now."""
    if not form.is_bound:
        return []
    plain = {name: form.fields[name].prepare_value(value) for name, value in stored.items() if name in form.fields}
    rows = [(form[name], "" if value is None else str(value)) for name, value in plain.items()]
    return [
        (field.label, text) for field, text in rows if not field.is_hidden and str(field.value() or "").strip() != text
    ]
