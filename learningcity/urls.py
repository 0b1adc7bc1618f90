"""Every address of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.contrib.sitemaps.views import sitemap
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import include, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from learningcity import files, health, home, metrics, views, wellknown
from learningcity.sitemaps import SITEMAPS
from notifications import views as notices
from programs.views.me import calendar_feed
from records.views.badges import badge_keys

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern, URLResolver

handler400 = "learningcity.problems.unreadable"
handler403 = "learningcity.problems.denied"
handler404 = "learningcity.problems.not_found"
handler500 = "learningcity.problems.failed"


def admin_signin(request: HttpRequest) -> HttpResponse:
    """Leads to the portal's own sign-in; who is signed in and still came here may not enter."""
    if request.user.is_authenticated:
        raise PermissionDenied
    target = request.GET.get("next", "")
    if not target.startswith("/") or not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("admin:index")
    return redirect_to_login(target)


def no_password(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Nobody has a password to change."""
    raise Http404


pages = i18n_patterns(
    path("", home.home, name="home"),
    path("help/", views.page, {"name": "help"}, name="help"),
    path("accessibility/", views.page, {"name": "accessibility"}, name="accessibility"),
    path("privacy/", views.page, {"name": "privacy"}, name="privacy"),
    path("about/", views.page, {"name": "about"}, name="about"),
    path("", include("members.urls")),
    path("", include("notifications.urls")),
    path("", include("announcements.urls")),
    path("", include("records.urls")),
    path("", include("privacy.urls")),
    path("", include("programs.urls")),
    prefix_default_language=True,
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("", wellknown.entry, name="entry"),
    path("api/v1/", include("learningcity.api")),
    path("admin/login/", admin_signin),
    path("admin/password_change/", no_password),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("calendar/<str:secret>.ics", calendar_feed, name="calendar"),
    path("files/<str:name>", files.kept_file, name="file"),
    path("l/<str:code>", notices.opened, name="opened"),
    path("push-worker.js", notices.push_worker, name="push_worker"),
    path("sms/reports/", notices.sms_reports, name="sms_reports"),
    path("dev/outbox/", notices.dev_outbox, name="outbox"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", wellknown.robots, name="robots"),
    path(".well-known/did.json", badge_keys, name="badge_keys"),
    path(".well-known/security.txt", wellknown.security, name="security"),
    *pages,
]
