"""With which number and address one signs in and is told: another one is proven by a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from base.refusal import Refused
from members import rules
from members.forms import CodeForm, ContactForm, refuse
from members.limits import client_of
from members.services import ask_code, end_contact
from members.sessions import member_of, row_of
from members.views import asking_of, forget_asking, remember_asking
from notifications.services import change_contact
from programs.views.work.desk import done_or_told, posted, rejected

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from members.models import SignInCode

PAGE, CODE, PURPOSE = "programs:contact", "programs:contact_code", "contact"


@login_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """The number and the address, and the way to another one."""
    return render(request, "programs/contact.html", _shown(request, _form()))


def _form(data: Any = None) -> ContactForm:
    form = ContactForm(data)
    form.fields["contact"].label = gettext("New mobile number or e-mail address")
    form.fields["contact"].help_text = gettext("We send a code there, to see that it is yours.")
    return form


def _shown(request: HttpRequest, form: ContactForm) -> dict[str, Any]:
    member = member_of(request)
    known = [(column, rules.spelt(getattr(member, column))) for column in ("phone", "email")]
    return {
        "form": form,
        "known": [one for one in known if one[1]],
        "can_end": rules.why_not_end_contact(member) is None,
    }


@sensitive_post_parameters("contact")
@posted(PAGE)
def contact_ask(request: HttpRequest) -> HttpResponse:
    """Sends a code to the new one; the answer is the same whoever has it."""
    form = _form(request.POST)
    if form.is_valid():
        who = {"contact": form.cleaned_data["contact"], "client": client_of(request)}
        try:
            row = ask_code(**who, language=get_language() or "fa", answer=form.answer())
            return remember_asking(redirect(CODE), row, PURPOSE)
        except Refused as refused:
            form.refuse(refused.refusal, **who)
    return rejected(request, "programs/contact.html", _shown(request, form), PAGE)


@login_required
@require_safe
def contact_code(request: HttpRequest) -> HttpResponse:
    """Asks for the code that came."""
    row = asking_of(request, PURPOSE)
    return redirect(PAGE) if row is None else render(request, "programs/contact_code.html", _asking(row, CodeForm()))


def _asking(row: SignInCode, form: CodeForm) -> dict[str, Any]:
    return {"form": form, "sent_to": rules.masked(row.contact)}


@sensitive_post_parameters("code")
@posted(CODE)
def contact_change(request: HttpRequest) -> HttpResponse:
    """Signs in with the new one from now on; every other device is signed out."""
    row, form = asking_of(request, PURPOSE), CodeForm(request.POST)
    if row is None:
        return redirect(PAGE)
    if form.is_valid():
        how = {"typed": form.cleaned_data["code"], "client": client_of(request), "spare": row_of(request)}
        member = member_of(request)
        try:
            change_contact(actor=member, pk=row.pk, **how)
        except Refused as refused:
            refuse(form, refused.refusal, "code")
        else:
            update_session_auth_hash(request, member)
            messages.success(request, gettext("Saved. From now on you sign in with it"))
            return forget_asking(redirect(PAGE), PURPOSE)
    return rejected(request, "programs/contact_code.html", _asking(row, form), CODE)


@posted(PAGE)
def contact_end(request: HttpRequest) -> HttpResponse:
    """Signs in with one of the two no more."""
    member = member_of(request)
    done_or_told(request, lambda: end_contact(actor=member, column=request.POST.get("which", "")), gettext("Removed"))
    update_session_auth_hash(request, member)
    return redirect(PAGE)
