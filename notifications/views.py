"""The pages of a member's messages, and the outbox of one's own machine."""

from __future__ import annotations

from functools import lru_cache
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

from base.refusal import Refused
from members.sessions import device_words
from notifications import inbox as reading
from notifications import links, rules, services, texts
from notifications.channels import outbox, push, reports
from notifications.forms import PreferencesForm, known_language

if TYPE_CHECKING:
    from django.http import HttpRequest

    from base.refusal import Refusal
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
    return _show(request, _kept_form(cast("Member", request.user)))


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


@login_required
@either
def device_tell(request: HttpRequest) -> HttpResponse:
    """Tells me on the browser that asked its maker for an address; only a script can have done so."""
    if request.method != "POST":
        return redirect("notifications:preferences")
    member = cast("Member", request.user)
    address = push.Address(*(request.POST.get(name, "") for name in ("endpoint", "public_key", "shared_secret")))
    try:
        agent = device_words(request.headers.get("User-Agent", ""))
        services.tell_device(actor=member, address=address, agent=agent)
    except Refused as error:
        return _show(request, _kept_form(member), status=422, refusal=error.refusal)
    messages.success(request, gettext("From now on you are told on this device too"))
    return redirect("notifications:preferences")


@login_required
@either
def device_forget(request: HttpRequest) -> HttpResponse:
    """Tells me no more on one of my devices."""
    device = request.POST.get("device", "")
    if request.method == "POST" and device.isascii() and device.isdigit():
        services.forget_device(actor=cast("Member", request.user), device=min(int(device), 2**62))
        messages.success(request, gettext("That device is told no more"))
    return redirect("notifications:preferences")


@require_safe
def push_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The script that shows messages while no page is open; it stands at the root so that every page is in its reach."""
    answer = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@lru_cache
def _worker() -> bytes:
    return (settings.BASE_DIR / "static" / "js" / "push-worker.js").read_bytes()


@require_safe
def opened(request: HttpRequest, code: str) -> HttpResponse:
    """Leads from a short link to what it is about, in its reader's language."""
    row = links.opened(code)
    if row is None or row.notice.forgotten_at is not None:
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


def _kept_form(member: Member) -> PreferencesForm:
    initial = {"language": known_language(member.language), "theme": member.theme}
    return _form(member, initial=initial | reading.wishes_of(member) | reading.rhythm_of(member))


def _public_half(key: str) -> str:
    from notifications.channels import sealing  # cryptography is large, and few processes look at keys

    return sealing.public_key_of(key)


def _show(
    request: HttpRequest, form: PreferencesForm, status: int = 200, refusal: Refusal | None = None
) -> HttpResponse:
    member = cast("Member", request.user)
    key = settings.VAPID_PRIVATE_KEY
    with override("en" if get_language() == "fa" else "fa"):
        twin = redirect("notifications:preferences")["Location"]
    context = {
        "form": form,
        "is_email_stopped": reading.is_email_stopped(member),
        "twin_url": twin,
        "push_key": _public_half(key) if key else "",
        "devices": reading.devices_of(member) if key else [],
        "refusal": refusal,
    }
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
