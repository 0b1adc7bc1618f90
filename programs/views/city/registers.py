"""The city's short lists, all in one shape: what stands in each, adding, changing, ordering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.sessions import member_of
from programs.forms.city import FORMS, EntryForm
from programs.views.city.workgroups import governed
from programs.views.work.desk import done_or_told, posted, rejected, renewed, tried
from workgroups import services
from workgroups.services.registers import ORDERED

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

LIST, FORM = "city/register.html", "city/entry.html"
PAGE, ENTRY = "programs:city_register", "programs:city_entry"


class Register(NamedTuple):
    """One of the lists: its words, its rows, its form."""

    kind: str
    title: StrOrPromise
    lead: StrOrPromise
    add: StrOrPromise
    model: Any
    form: type[EntryForm]

    @property
    def is_ordered(self) -> bool:
        """Whether staff choose the order in which residents read it."""
        return issubclass(self.model, ORDERED)


TITLES = {
    "districts": (_("Districts"), _("The municipal districts, in the order of every list."), _("Add a district")),
    "areas": (_("Literacy areas"), _("What the city wants its people to be literate in."), _("Add an area")),
    "venues": (_("Venues"), _("Where classes are held, and how one gets in."), _("Add a venue")),
    "organisations": (_("Organisations"), _("Who takes part: they carry workgroups and lend rooms."), _("Add one")),
}


def register_of(request: HttpRequest, kind: str) -> Register:
    """The list of that name, for staff.

    Raises:
        Http404: there is none, or it is not theirs.
    """
    governed(request)
    if kind not in FORMS:
        raise Http404
    return Register(kind, *TITLES[kind], *FORMS[kind])


@login_required
@require_safe
def entry_list(request: HttpRequest, kind: str) -> HttpResponse:
    """Everything in the list, with its names in both languages."""
    register = register_of(request, kind)
    rows = list(register.model.objects.prefetch_related("translations"))
    for row in rows:
        row.by_language = {one.language_code: one.name for one in row.translations.all()}
    return render(request, LIST, {"register": register, "rows": rows})


@login_required
@require_safe
def entry_new(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a new entry."""
    register = register_of(request, kind)
    return render(request, FORM, {"register": register, "form": register.form(is_new=True)})


@posted("programs:city_entry_new", "kind")
def entry_add(request: HttpRequest, kind: str) -> HttpResponse:
    """Adds it."""
    register = register_of(request, kind)
    form = register.form(request.POST, is_new=True)

    def work() -> None:
        row = register.model(slug=form.cleaned_data["slug"], **form.columns())
        services.add_entry(actor=member_of(request), row=row, texts_of=form.texts())

    if form.is_valid() and not tried(form, work):
        messages.success(request, gettext("Added; lists show it within a minute"))
        return redirect(PAGE, kind=kind)
    return rejected(request, FORM, {"register": register, "form": form}, "programs:city_entry_new", kind=kind)


@login_required
@require_safe
def entry(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """The form with what the entry says now."""
    register = register_of(request, kind)
    row = get_object_or_404(register.model, slug=slug)
    return render(request, FORM, {"register": register, "row": row, "form": register.form.of(row)})


@posted(ENTRY, "kind", "slug")
def entry_save(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Changes it."""
    register = register_of(request, kind)
    row = get_object_or_404(register.model, slug=slug)
    form = register.form(request.POST)

    def work() -> None:
        columns, stamp = form.columns(), form.cleaned_data["version"] or None
        if "access" in columns:  # what a partner or the demo said beyond the fields stays
            columns["access"] = row.access | columns["access"]
        services.edit_entry(actor=member_of(request), row=row, columns=columns, texts_of=form.texts(), stamp=stamp)

    refusal = tried(form, work) if form.is_valid() else None
    if form.is_valid():
        messages.success(request, gettext("Saved; lists show it within a minute"))
        return redirect(PAGE, kind=kind)
    context = {"register": register, "row": row, "form": form, "theirs": renewed(request, form, refusal)}
    return rejected(request, FORM, context, ENTRY, kind=kind, slug=slug)


@posted(PAGE, "kind")
def entry_move(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Moves it one place up or down."""
    register = register_of(request, kind)
    row = get_object_or_404(register.model, slug=slug)
    by = 1 if request.POST.get("to") == "down" else -1
    done_or_told(request, lambda: services.move_entry(actor=member_of(request), row=row, by=by))
    return redirect(PAGE, kind=kind)
