"""The API: each app's addresses, its description, and the page that shows it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from csp.decorators import csp_update
from django.urls import path
from django.utils.module_loading import module_has_submodule
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

APPS = ("announcements", "records", "programs", "members", "notifications")


def addresses_of(app: str) -> list[URLPattern | URLResolver]:
    """What the app's `api` module serves; none where it has no such module."""
    if not module_has_submodule(import_module(app), "api"):
        return []
    found: list[URLPattern | URLResolver] = getattr(import_module(f"{app}.api"), "urlpatterns", [])
    return found


shown = csp_update({"style-src": ["'unsafe-inline'"]})(SpectacularSwaggerSplitView.as_view(url_name="schema"))
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", shown, name="docs"),
    *(one for app in APPS for one in addresses_of(app)),
]
