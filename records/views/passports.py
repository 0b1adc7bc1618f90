"""The learning passport: one's own and one's family's, on screen and paper; and what anybody with its link reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from members.models import Learner
from members.sessions import member_of
from programs import paper
from programs.views.work.desk import posted
from records import passports, services
from records.models import PassportLink

if TYPE_CHECKING:
    from django.http import HttpRequest

SHEET = paper.FONTS.parent.parent / "records" / "passport.css"
PAGE = "records:passport"


@login_required
@require_safe
def passport(request: HttpRequest) -> HttpResponse:
    """Every course of everybody for whom I act."""
    found = passports.passports_of(passports.mine(member_of(request)))
    links = PassportLink.objects.open().filter(learner__in=[one.learner.pk for one in found])
    addresses = {one.learner_id: passports.address(one) for one in links}
    rows = [(one, addresses.get(one.learner.pk, "")) for one in found]
    return render(request, "records/passport.html", {"rows": rows, "is_family": len(rows) > 1})


def _own(request: HttpRequest, pk: int) -> Learner:
    return get_object_or_404(Learner.objects.visible_to(member_of(request)).distinct(), pk=pk)


@login_required
@require_safe
def passport_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """One passport as PDF in the page's language; where nothing can draw it (503), the way to print it."""
    learner = _own(request, pk)
    if not paper.can_draw():
        return render(request, "records/no_paper.html", status=503)
    (one,) = passports.passports_of([learner])
    context = {"passport": one, "LANGUAGE_CODE": get_language()}
    content = paper.drawn("records/passport_paper.html", context, SHEET)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="passport-{get_language()}.pdf"'
    return answer


@posted(PAGE)
def passport_share(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes the secret link."""
    services.share(actor=member_of(request), learner=_own(request, pk))
    messages.success(request, gettext("Whoever has the link now reads the completed courses"))
    return redirect(PAGE)


@posted(PAGE)
def passport_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends it."""
    services.end_sharing(actor=member_of(request), learner=_own(request, pk))
    messages.success(request, gettext("The link leads nowhere any more"))
    return redirect(PAGE)


@require_safe
def passport_shared(request: HttpRequest, secret: str) -> HttpResponse:
    """What the learner completed, for whoever has the link; robots are asked to stay away."""
    learner = passports.opened_by(secret)
    if learner is None:
        raise Http404
    (one,) = passports.passports_of([learner])
    answer = render(request, "records/passport_shared.html", {"passport": one})
    answer["X-Robots-Tag"] = "noindex"
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
