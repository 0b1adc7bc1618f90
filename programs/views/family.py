"""The people for whom one acts: who they are, where they learn; adding, correcting and removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base.refusal import Refused
from base.templatetags.city import digits
from members.models import Care, Invitation
from members.services import care_for, edit_learner
from members.sessions import member_of
from members.views import after_of
from programs import services
from programs.family import Kin, cares_of, household, sharing, why_not_let_go, with_account
from programs.forms.family import InviteForm, LearnerForm
from programs.services.families import given_name
from programs.views.me import places_of, still_on
from programs.views.work.desk import posted, rejected, tried

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from members.models import Learner, Member

FIELDS = ("gender", "district")  # what a course may need to know of a learner and the form asks only if wanted


@login_required
@require_safe
def family(request: HttpRequest) -> HttpResponse:
    """Everybody for whom one may enrol, oneself first."""
    member = member_of(request)
    asked = Invitation.objects.visible_to(member).select_related("learner").order_by("pk")
    context = {
        "kin": household(member, still_on(places_of(member))),
        "asked": [(row, given_name(row.learner)) for row in asked],
    }
    return render(request, "programs/family.html", context)


def kin_of(member: Member, pk: int) -> Kin:
    """Somebody else for whom the member acts.

    Raises:
        Http404: it is nobody of theirs, or the member themself.
    """
    care = next((one for one in cares_of(member) if one.learner_id == pk), None)
    if care is None or care.relation == Care.Relation.SELF:
        raise Http404
    return Kin(care, has_account=bool(with_account([pk])))


@login_required
@require_safe
def family_new(request: HttpRequest) -> HttpResponse:
    """Asks who it is."""
    initial = {"relation": Care.Relation.CHILD}
    return render(request, "programs/family_new.html", _asking(request, LearnerForm(initial=initial)))


def _asking(request: HttpRequest, form: LearnerForm) -> dict[str, Any]:
    return {"form": form, "next": after_of(request), "opens": form.says_more or _asks(request) in FIELDS}


def _asks(request: HttpRequest) -> str:
    return request.POST.get("ask") or request.GET.get("ask") or ""


@posted("programs:family_new")
def family_add(request: HttpRequest) -> HttpResponse:
    """Adds somebody, and leads back to the course for which they came."""
    form, member = LearnerForm(request.POST), member_of(request)
    added: list[Learner] = []
    if form.is_valid():
        relation, consents = form.cleaned_data["relation"], form.cleaned_data["consents"]
        tried(
            form,
            lambda: added.append(care_for(actor=member, person=form.person, relation=relation, consents=consents)),
        )
    if not added:
        return rejected(request, "programs/family_new.html", _asking(request, form), "programs:family_new")
    messages.success(request, gettext("%(name)s is added") % {"name": added[0].name})
    return redirect(_for_them(after_of(request), added[0]) or "programs:family")


def _for_them(after: str, learner: Learner) -> str:
    """The address with the learner chosen there, "" for none."""
    path, _hash, part = after.partition("#")
    joint = "&" if "?" in path else "?"
    return f"{path}{joint}{urlencode({'learner': learner.pk})}" + (f"#{part}" if part else "") if path else ""


@login_required
@require_safe
def family_learner(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of somebody, to be corrected; and the way to remove them."""
    kin = kin_of(member_of(request), pk)
    return render(request, "programs/family_learner.html", shown(request, kin))


def _facts(kin: Kin) -> dict[str, Any]:
    learner, year = kin.learner, kin.birth_year
    return {
        "name": learner.name,
        "birth": digits(year) if year else "",
        "relation": kin.care.relation,
        "gender": learner.gender or "",
        "district": learner.district.slug if learner.district else "",
    }


def shown(
    request: HttpRequest, kin: Kin, form: LearnerForm | None = None, invite_form: InviteForm | None = None
) -> dict[str, Any]:
    """What the page of one learner shows, with what was typed in one of its forms."""
    form = form or LearnerForm(initial=_facts(kin), is_new=False)
    theirs = [row for row in places_of(member_of(request)) if row["enrolment"].learner_id == kin.learner.pk]
    places = {"open_places": still_on(theirs), "why_not": why_not_let_go(kin.care)}
    return (
        _asking(request, form) | places | sharing(kin.care) | {"kin": kin, "invite_form": invite_form or InviteForm()}
    )


@posted("programs:family_learner", "pk")
def family_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps what was corrected, and leads back to the course that needed it."""
    member = member_of(request)
    kin, form = kin_of(member, pk), LearnerForm(request.POST, is_new=False)
    if form.is_valid():
        relation = form.cleaned_data["relation"]
        work = lambda: edit_learner(actor=member, learner=kin.learner, person=form.person, relation=relation)  # noqa: E731
        if tried(form, work) is None:
            messages.success(request, gettext("Saved"))
            return redirect(_for_them(after_of(request), kin.learner) or "programs:family")
    context = shown(request, kin, form)
    return rejected(request, "programs/family_learner.html", context, "programs:family_learner", pk=pk)


@posted("programs:family_learner", "pk")
def family_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends the care at once; says what to do first where it cannot end."""
    member = member_of(request)
    kin = kin_of(member, pk)
    try:
        services.end_care(actor=member, learner=kin.learner)
    except Refused as refused:
        messages.error(request, str(refused.refusal.message))
        return redirect(reverse("programs:family_learner", args=[pk]))
    messages.success(request, gettext("%(name)s is removed from your page") % {"name": kin.learner.name})
    return redirect("programs:family")
