"""Hands out what people uploaded: pictures to be shown, everything else to be saved, nothing to be run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.decorators import csp_replace
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from base.uploads import NAME, PICTURES, TYPES

if TYPE_CHECKING:
    from django.http import HttpRequest

FOREVER = "public, max-age=31536000, immutable"


@require_safe
@csp_replace({"sandbox": True})  # type: ignore[arg-type] # its hint leaves out directives without a value
def kept_file(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - a name that nobody guesses is enough
    """A kept file; its name never comes to mean another one."""
    if not NAME.fullmatch(name):
        raise Http404
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except OSError as error:
        raise Http404 from error
    ending = name.rpartition(".")[2]
    answer = HttpResponse(content, content_type=TYPES[ending])
    answer["Content-Disposition"] = f'{"inline" if ending in PICTURES else "attachment"}; filename="{name}"'
    answer["Cache-Control"] = FOREVER
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
