"""The pages of a member's messages, and the outbox of one's own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from notifications import inbox as reading
from notifications import links, rules, services, texts
from notifications.channels import outbox, reports
from notifications.forms import PreferencesForm, known_language

if TYPE_CHECKING:
    from django.http import HttpRequest

    from members.models import Member

PER_PAGE = 20
either = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """My messages, newest first."""
    member = cast("Member", request.user)
    group = request.GET.get("about", "")
    page = Paginator(reading.messages_of(member, group=group), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "items": reading.shown(page.object_list, get_language() or "fa"),
        "groups": reading.groups_of(member),
        "about": group,
        "new": reading.messages_of(member).filter(read_at__isnull=True).count(),
        "newest": reading.messages_of(member).values_list("pk", flat=True).first(),
    }
    return render(request, "notifications/inbox.html", context)


@login_required
@either
def inbox_read(request: HttpRequest) -> HttpResponse:
    """I have read them, up to the one that the page showed first."""
    until = request.POST.get("until", "")
    if request.method == "POST" and until.isascii() and until.isdigit():
        services.mark_read(member=cast("Member", request.user), until=min(int(until), 2**62))
    return redirect("notifications:inbox")


@login_required
@require_safe
def preferences(request: HttpRequest) -> HttpResponse:
    """How I want to hear about each thing, in which language and colours."""
    member = cast("Member", request.user)
    initial = {"language": known_language(member.language), "theme": member.theme}
    form = _form(member, initial=initial | reading.wishes_of(member) | reading.rhythm_of(member))
    return _show(request, form)


@login_required
@either
def preferences_save(request: HttpRequest) -> HttpResponse:
    """Keeps what I chose and answers in the language of my choice."""
    if request.method != "POST":
        return redirect("notifications:preferences")
    member = cast("Member", request.user)
    form = _form(member, request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    language, theme = form.cleaned_data["language"], form.cleaned_data["theme"]
    services.set_preferences(
        actor=member,
        language=language,
        theme=theme,
        wishes=form.wishes(),
        quiet=form.quiet(),
        digest=form.cleaned_data["digest"],
    )
    with override(language):
        messages.success(request, gettext("Saved"))
        response = redirect("notifications:preferences")
    _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    _remember(response, "theme", theme)
    return response


@require_safe
def opened(request: HttpRequest, code: str) -> HttpResponse:
    """Leads from a short link to what it is about, in its reader's language."""
    row = links.opened(code)
    if row is None:
        raise Http404
    if request.method == "GET":
        services.mark_opened(delivery=row)
    return redirect(texts.render(row.notice.kind, row.notice.values | {"items": []}, row.member.language).path)


@require_safe
def unsubscribe(request: HttpRequest, secret: str) -> HttpResponse:
    """What the reader of an e-mail may stop, without signing in."""
    row = links.unsubscribing(secret)
    if row is None:
        raise Http404
    group = rules.group_of(row.notice.kind)
    context = {"group": group, "secret": secret, "is_done": row.unsubscribed_at is not None}
    return _unkept(render(request, "notifications/unsubscribe.html", context))


@csrf_exempt
@either
def unsubscribe_now(request: HttpRequest, secret: str) -> HttpResponse:
    """Stops it. A mail program posts here by itself (RFC 8058); the secret in the address is what may do so."""
    row = links.unsubscribing(secret)
    if row is None:
        raise Http404
    if request.method == "POST":
        services.unsubscribe(delivery=row, everything=request.POST.get("what") == "everything")
    return _unkept(redirect("notifications:unsubscribe", secret=secret))


@csrf_exempt
@either
def sms_reports(request: HttpRequest) -> HttpResponse:
    """What the provider of text messages says of one: signed with SMS_REPORT_SECRET, else there is no such page."""
    report = reports.read(request.body, request.headers.get("X-Signature", "")) if request.method == "POST" else None
    if report is None:
        raise Http404
    services.note_receipt(reference=report.reference, state=report.state)
    return HttpResponse(status=204)


def _unkept(response: HttpResponse) -> HttpResponse:
    """An address that holds a secret is kept nowhere and told to nobody."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _form(member: Member, *arguments: Any, **more: Any) -> PreferencesForm:
    return PreferencesForm(*arguments, channels=reading.reachable(member), groups=reading.groups_of(member), **more)


def _show(request: HttpRequest, form: PreferencesForm, status: int = 200) -> HttpResponse:
    stopped = reading.is_email_stopped(cast("Member", request.user))
    with override("en" if get_language() == "fa" else "fa"):
        twin = redirect("notifications:preferences")["Location"]
    context = {"form": form, "is_email_stopped": stopped, "twin_url": twin}
    return render(request, "notifications/preferences.html", context, status=status)


def _remember(response: HttpResponse, name: str, value: str) -> None:
    if not value:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(
        name, value, max_age=settings.LANGUAGE_COOKIE_AGE, secure=settings.SECURE, httponly=True, samesite="Lax"
    )


@require_safe
def dev_outbox(request: HttpRequest) -> HttpResponse:
    """What would have been sent, on one's own machine; elsewhere there is no such page."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "notifications/outbox.html", {"items": outbox.latest(), "site": settings.SITE_URL})
