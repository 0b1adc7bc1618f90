"""The people of organisations for whom courses are: their lists, and the codes that the organisations hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from base.templatetags.city import digits
from members.sessions import member_of
from programs import services
from programs.forms.rolls import LinesForm, RollForm
from programs.models import Roll
from programs.names import names
from programs.views.work.desk import done_or_told, posted, rejected, tried
from programs.views.work.planning import workgroups_of
from workgroups.models import Organisation

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _mine(request: HttpRequest) -> Any:
    rows = Roll.objects.visible_to(member_of(request)).select_related("workgroup")
    return rows.annotate(people=Count("lines", distinct=True), shown=Count("proofs", distinct=True))


def _named(rows: Any) -> list[Any]:
    """The lists, each with the `name` of its organisation."""
    found = list(rows)
    known = names(get_language() or "fa", [("organisation", one.organisation_id) for one in found])["organisation"]
    for one in found:
        one.name = known[one.organisation_id].name
    return found


def _list(request: HttpRequest, form: RollForm) -> dict[str, Any]:
    return {"rolls": _named(_mine(request).order_by("-pk")), "form": form}


@login_required
@require_safe
def roll_list(request: HttpRequest) -> HttpResponse:
    """The lists there are, and a form for another."""
    form = RollForm(workgroups=workgroups_of(request))
    return render(request, "work/roll_list.html", _list(request, form))


@posted("programs:work_rolls")
def roll_open(request: HttpRequest) -> HttpResponse:
    """Begins a list, or gives the one there is another last day."""
    mine = workgroups_of(request)
    form, made = RollForm(request.POST, workgroups=mine), list[Roll]()
    if form.is_valid():
        facts = form.cleaned_data
        workgroup = get_object_or_404(mine, pk=facts["workgroup"])
        organisation = get_object_or_404(Organisation, pk=facts["organisation"])
        kind, until_on = facts["kind"], facts["until_on"]
        tried(
            form,
            lambda: made.append(
                services.open_roll(
                    actor=member_of(request),
                    workgroup=workgroup,
                    organisation=organisation,
                    kind=kind,
                    until_on=until_on,
                )
            ),
        )
    if not made:
        return rejected(request, "work/roll_list.html", _list(request, form), "programs:work_rolls")
    return redirect("programs:work_roll", pk=made[0].pk)


def _shown(request: HttpRequest, pk: int, **more: Any) -> dict[str, Any]:
    get_object_or_404(_mine(request), pk=pk)
    (row,) = _named(_mine(request).filter(pk=pk))
    return {"roll": row, "form": LinesForm()} | more


@login_required
@require_safe
def roll(request: HttpRequest, pk: int) -> HttpResponse:
    """How many are on it, and what can be done."""
    return render(request, "work/roll.html", _shown(request, pk))


@posted("programs:work_roll", "pk")
def roll_lines(request: HttpRequest, pk: int) -> HttpResponse:
    """Replaces the list."""
    row, form = get_object_or_404(_mine(request), pk=pk), LinesForm(request.POST, request.FILES)
    kept = list[int]()
    if form.is_valid():
        text = form.cleaned_data["text"]
        tried(form, lambda: kept.append(services.write_lines(actor=member_of(request), roll=row, text=text)))
    if not kept:
        return rejected(request, "work/roll.html", _shown(request, pk, form=form), "programs:work_roll", pk=pk)
    messages.success(request, gettext("The list has %(number)s people now") % {"number": digits(kept[0])})
    return redirect("programs:work_roll", pk=pk)


@posted("programs:work_roll", "pk")
def roll_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a code and shows it, this once."""
    row = get_object_or_404(_mine(request), pk=pk)
    code = services.make_code(actor=member_of(request), roll=row)
    answer = render(request, "work/roll.html", _shown(request, pk, code=code))
    answer["Cache-Control"] = "private, no-store"
    return answer


@posted("programs:work_roll", "pk")
def roll_forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Erases the list now."""
    row = get_object_or_404(_mine(request), pk=pk)
    done_or_told(
        request,
        lambda: services.forget_roll(actor=member_of(request), roll=row),
        gettext("The list and its code are erased"),
    )
    return redirect("programs:work_roll", pk=pk)
