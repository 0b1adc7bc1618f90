"""Certificates as Open Badges: to take away, to check, and with which keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from programs.views.work.desk import rejected, twin_of_page
from records import badges, codes, papers
from records.forms import BadgeForm
from records.views.certificates import limited, own

if TYPE_CHECKING:
    from django.http import HttpRequest


@login_required
@require_safe
def certificate_badge(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate as a signed badge in the page's language; none where it is revoked or the city has no key."""
    row = own(request, code)
    if row.is_revoked or badges.key() is None:
        raise Http404
    language = get_language() or "fa"
    answer = JsonResponse(badges.badge(row, language), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{codes.spelt(row.code)}-{language}.json"'
    return answer


def verify_badge(request: HttpRequest) -> HttpResponse:
    """Says whether a badge is as the city signed it, and whether its certificate still holds."""
    if request.method in {"GET", "HEAD"}:
        return redirect("records:verify")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    refused = limited(request)
    if refused is not None:
        return refused
    form = BadgeForm(request.POST, request.FILES)
    if not form.is_valid():
        return rejected(request, "records/verify.html", {"form": form}, "records:verify")
    verdict, row = badges.judged(form.text)
    context = {"state": verdict, "typed": "", "one": papers.shown(row) if row else None, "is_badge": True}
    return render(request, "records/verified.html", context | {"twin_url": twin_of_page("records:verify")})


@require_safe
def badge_keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The city's public keys, as the name of the issuer in its badges promises them."""
    return JsonResponse(badges.controller(), content_type="application/did+json")
