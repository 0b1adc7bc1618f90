"""Certificates: one's own and those of one's family, on paper; and the page on which anybody checks a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from base.pages import too_many
from members.limits import allow, client_of, retry_after
from members.sessions import member_of
from programs import paper
from records import badges, codes, papers
from records.forms import BadgeForm
from records.models import Certificate

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_A_MINUTE, A_MINUTE = 30, 60
SHEET = paper.FONTS.parent.parent / "records" / "certificate.css"


@login_required
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """All of mine and of those I care for, the latest first."""
    rows = Certificate.objects.visible_to(member_of(request)).select_related("enrolment")
    shown = [papers.shown(one) for one in rows.order_by("-issued_on", "-pk")]
    return render(request, "records/certificates.html", {"certificates": shown})


def own(request: HttpRequest, code: str) -> Certificate:
    """A certificate of the member or of somebody they care for.

    Raises:
        Http404: there is none of theirs with this code.
    """
    mine = Certificate.objects.visible_to(member_of(request)).select_related("enrolment__learner", "enrolment__course")
    found = mine.filter(code=codes.read(code)).first() if codes.read(code) else None
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """One certificate, to print and to share."""
    row = own(request, code)
    context = {"one": papers.shown(row), "is_revoked": row.is_revoked, "has_badge": badges.key() is not None}
    return render(request, "records/certificate.html", context)


@login_required
@require_safe
def certificate_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate as PDF in the page's language; where nothing can draw it (503), the way to print it."""
    row = own(request, code)
    if row.is_revoked:
        raise Http404
    one = papers.shown(row)
    if not paper.can_draw():
        return render(request, "records/no_paper.html", {"one": one}, status=503)
    context = {"one": one, "LANGUAGE_CODE": get_language()}
    answer = HttpResponse(paper.drawn("records/certificate_paper.html", context, SHEET), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{one["code"]}-{get_language()}.pdf"'
    return answer


def limited(request: HttpRequest) -> HttpResponse | None:
    """The answer to who checks too much: thirty a minute from one place."""
    if allow(f"verify:{client_of(request)}", MOST_A_MINUTE, A_MINUTE):
        return None
    return too_many(request, retry_after(A_MINUTE))


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Asks for the code."""
    typed = request.GET.get("code", "").strip()[: codes.SHOWN]
    if not typed:
        return render(request, "records/verify.html", {"form": BadgeForm()})
    return limited(request) or _to_answer(request, typed)


def _to_answer(request: HttpRequest, typed: str) -> HttpResponse:
    code = codes.read(typed)
    if code:
        return redirect("records:verified", code=codes.spelt(code))
    return render(request, "records/verified.html", {"state": "unknown", "typed": typed})


@require_safe
def verified(request: HttpRequest, code: str) -> HttpResponse:
    """Says whether a code is that of a genuine certificate, of a revoked one, or of none; and no more than its paper does."""
    refused = limited(request)
    if refused is not None:
        return refused
    rows = Certificate.objects.select_related("enrolment__learner")
    row = rows.filter(code=codes.read(code)).first() if codes.read(code) else None
    state = papers.state_of(row)
    context = {"state": state, "typed": code[: codes.SHOWN], "one": papers.shown(row) if row else None}
    answer = render(request, "records/verified.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer
