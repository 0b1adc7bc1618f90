"""A workgroup's courses for other people's sites: a small page of its own, without session and cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from members.city import present
from programs.catalogue import Filters, find, public
from programs.listing import listed
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST = 20
KEPT_SECONDS = 300


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": "*"})  # type: ignore[arg-type] # its hint leaves out what the address names
def workgroup_embed(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 - it must not ask who looks
    """The soonest courses of a workgroup that have not ended; anybody may frame it, and it asks nothing of the visitor."""
    workgroup = get_object_or_404(Workgroup.objects.prefetch_related("translations"), slug=slug)
    language = "fa" if get_language() == "fa" else "en"
    courses = find(Filters(), public().filter(program__workgroup=workgroup))
    context = {
        "workgroup": workgroup,
        "courses": listed(courses, language, slice(MOST)),
        "language": language,
        "other": "en" if language == "fa" else "fa",
        "city": present().names[language],
        "site": settings.SITE_URL,
    }
    answer = HttpResponse(render_to_string("programs/embed.html", context))
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer
