"""Lists for other people's sites: small pages of their own, without session and cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    from collections.abc import Callable

    from django.http import HttpRequest

    View = Callable[..., HttpResponse]

MOST = 20
KEPT_SECONDS = 300


def framed(view: View) -> View:
    """Lets any site frame a view that only reads."""
    freed: View = csp_replace({"frame-ancestors": "*"})(view)  # type: ignore[assignment] # it says less of what it gives
    return require_safe(xframe_options_exempt(freed))


def embedded(template: str, title: str, path: str, more: str, **context: Any) -> HttpResponse:
    """A list with that title, at that path of each language, of which the page `more` has the rest. It asks nothing of the
    visitor.
    """
    language = "fa" if get_language() == "fa" else "en"
    whole = context | {
        "title": title,
        "path": path,
        "more": more,
        "language": language,
        "other": "en" if language == "fa" else "fa",
        "city": present().names[language],
        "site": settings.SITE_URL,
    }
    answer = HttpResponse(render_to_string(template, whole))
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer


@framed
def workgroup_embed(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 - it must not ask who looks
    """The soonest courses of a workgroup that have not ended."""
    workgroup = get_object_or_404(Workgroup.objects.prefetch_related("translations"), slug=slug)
    courses = find(Filters(), public().filter(program__workgroup=workgroup))
    rows = listed(courses, "fa" if get_language() == "fa" else "en", slice(MOST))
    path, more = f"embed/{slug}/", f"workgroups/{slug}/"
    return embedded("programs/embed.html", workgroup.name, path, more, courses=rows)
