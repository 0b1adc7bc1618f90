"""A second guardian for a learner, and the learner's own account at eighteen: asking, answering, ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base.refusal import Refused
from members import rules
from members.forms import BirthForm
from members.models import Care, Invitation, Learner
from members.services import revoke_invitation
from members.sessions import member_of
from programs import services
from programs.family import of_age_of, with_account
from programs.forms.family import AcceptForm, InviteForm
from programs.services.families import care_of, given_name
from programs.views.family import kin_of, shown
from programs.views.work.desk import done_or_told, number_of, posted, rejected, tried
from workgroups.people import names_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest

ONE, OWN, ASKED = "programs:family_learner", "programs:family_own", "programs:invitation"


@posted(ONE, "pk")
def family_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks somebody by number or address to care for the learner too."""
    kin, form = kin_of(member_of(request), pk), InviteForm(request.POST)
    if _asked(request, kin.learner, form, is_own=False):
        return redirect(ONE, pk=pk)
    return rejected(request, "programs/family_learner.html", shown(request, kin, invite_form=form), ONE, pk=pk)


def _asked(request: HttpRequest, learner: Learner, form: InviteForm, *, is_own: bool) -> bool:
    """Whether somebody was asked; the form says else why not."""
    if not form.is_valid():
        return False
    member, typed = member_of(request), form.cleaned_data["contact"]
    ask = lambda: services.invite(actor=member, learner=learner, contact=typed, is_own=is_own)  # noqa: E731
    if tried(form, ask) is not None:
        return False
    sent = gettext("Asked. Whoever signs in with this number or address finds the question on the page “My family”")
    messages.success(request, sent)
    return True


@posted(ONE, "pk")
def family_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends the other guardian's care."""
    member = member_of(request)
    kin, guardian = kin_of(member, pk), number_of(request.POST.get("guardian", ""))
    end = lambda: services.dismiss_guardian(actor=member, learner=kin.learner, guardian=guardian)  # noqa: E731
    done_or_told(request, end, gettext("The other guardian no longer acts for this learner"))
    return redirect(ONE, pk=pk)


@posted("programs:family")
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one's own invitation back."""
    row = get_object_or_404(Invitation, pk=pk, made_by=member_of(request))
    revoke_invitation(actor=member_of(request), invitation=row)
    messages.success(request, gettext("The invitation is taken back"))
    return redirect(OWN if row.is_own else ONE, pk=row.learner_id)


# The learner's own account


def _handed(request: HttpRequest, pk: int) -> Care:
    """The care for a child who turns eighteen or just did.

    Raises:
        Http404: there is none, or the learner has an account already.
    """
    care = care_of(member_of(request), get_object_or_404(Learner, pk=pk, erased_at__isnull=True), is_own=True)
    if care is None or of_age_of(care) is None or with_account([pk]):
        raise Http404
    return care


@login_required
@require_safe
def family_own(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks with what a child who turns eighteen signs in."""
    return render(request, "programs/family_own.html", _handing(request, _handed(request, pk), InviteForm()))


def _handing(request: HttpRequest, care: Care, form: InviteForm) -> dict[str, Any]:
    waiting = Invitation.objects.open().filter(learner=care.learner_id, made_by=member_of(request), is_own=True)
    asked = [(row, rules.masked(row.contact)) for row in waiting.order_by("pk")]
    return {"learner": care.learner, "day": of_age_of(care), "form": form, "asked": asked}


@posted(OWN, "pk")
def family_own_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps with what the learner will sign in."""
    care, form = _handed(request, pk), InviteForm(request.POST)
    if _asked(request, care.learner, form, is_own=True):
        return redirect(OWN, pk=pk)
    return rejected(request, "programs/family_own.html", _handing(request, care, form), OWN, pk=pk)


# Answering


def _mine(request: HttpRequest, pk: int) -> Invitation:
    """An invitation for the number or address with which the member signs in; for everybody else it is not there."""
    mine = Invitation.objects.visible_to(member_of(request)).select_related("learner", "made_by")
    return get_object_or_404(mine, pk=pk)


@login_required
@require_safe
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Who asks, about whom, and what it means."""
    row = _mine(request, pk)
    form: Form = BirthForm() if row.is_own else AcceptForm(initial={"relation": Care.Relation.CHILD})
    return render(request, "programs/invitation.html", _asking(row, form))


def _asking(row: Invitation, form: Form) -> dict[str, Any]:
    """Before the answer no more than given names is told."""
    by = names_of([row.made_by_id])[row.made_by_id].partition(" ")[0]
    return {"invitation": row, "name": given_name(row.learner), "by": by, "form": form}


@posted(ASKED, "pk")
def invitation_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Cares for the learner too, or becomes the learner."""
    row, member = _mine(request, pk), member_of(request)
    form: AcceptForm | BirthForm = BirthForm(request.POST) if row.is_own else AcceptForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        accept: Callable[[], Any] = lambda: services.accept_invitation(actor=member, invitation=row, **typed)  # noqa: E731
        if row.is_own:
            accept = lambda: services.come_of_age(actor=member, invitation=row, birth_year=typed["birth"])  # noqa: E731
        if tried(form, accept) is None:
            done = gettext("Everything is yours now") if row.is_own else gettext("%(name)s is on your page now")
            messages.success(request, done % {"name": row.learner.name})
            return redirect("programs:me" if row.is_own else "programs:family")
    if not Invitation.objects.open().filter(pk=pk).exists():
        messages.error(request, str(rules.INVITATION_OVER.message))
        return redirect("programs:family")
    return rejected(request, "programs/invitation.html", _asking(row, form), ASKED, pk=pk)


@posted(ASKED, "pk")
def invitation_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Says no."""
    row = _mine(request, pk)
    try:
        services.decline_invitation(actor=member_of(request), invitation=row)
    except Refused as refused:
        messages.error(request, str(refused.refusal.message))
    else:
        messages.success(request, gettext("You have said no; nothing has changed"))
    return redirect("programs:family")
