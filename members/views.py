"""Signing in and out, one's profile, one's devices and tokens."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from base.refusal import Refused
from base.templatetags.city import digits
from members import rules, services, sessions
from members.forms import BirthForm, CodeForm, ContactForm, ProfileForm, SumForm, TokenForm, refuse
from members.limits import client_of
from members.models import ApiToken, Care, Member, Session, SignInCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest, QueryDict

    from base.refusal import Refusal

    View = Callable[..., HttpResponse]

MY_PAGE = "/me/"
WAITING = 10 * 60  # seconds for which a browser remembers what it asked for
LONGEST_ADDRESS = 500


def posted(page: str) -> Callable[[View], View]:
    """Marks a view that changes something: it takes POST; whoever opens its address gets the page it belongs to."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method in {"GET", "HEAD"}:
                return redirect(_address(page, after_of(request)))
            return HttpResponseNotAllowed(["POST"])

        return guarded

    return decorate


def after_of(request: HttpRequest) -> str:
    """Where the person wanted to go: a path of this very site, else nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    plain = wanted.isprintable() and "\\" not in wanted and len(wanted) <= LONGEST_ADDRESS
    here = wanted[:1] == "/" != wanted[1:2] and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if plain and here else ""


def _address(page: str, after: str = "") -> str:
    return reverse(page) + (f"?{urlencode({'next': after})}" if after else "")


def _rejected(
    request: HttpRequest, page: str, template: str, context: dict[str, Any], refusal: Refusal | None = None
) -> HttpResponse:
    """The page again with what was typed: 422, or 429 where a limit spoke; its twin is the page, not this address."""
    with override("en" if get_language() == "fa" else "fa"):
        twin = _address(page, after_of(request))
    is_limit = refusal is not None and refusal.code == rules.TOO_MANY.code
    response = render(request, template, {**context, "twin_url": twin}, status=429 if is_limit else 422)
    if is_limit:
        response["Retry-After"] = str(rules.TOO_MANY.values["seconds"])
    return response


# Signing in


@require_safe
def signin(request: HttpRequest) -> HttpResponse:
    """Asks where the code shall go."""
    if request.user.is_authenticated:
        return redirect(after_of(request) or _my_page(sessions.member_of(request)))
    return render(request, "members/signin.html", {"form": ContactForm(), "next": after_of(request)})


@sensitive_post_parameters("contact")
@posted("members:signin")
def ask(request: HttpRequest) -> HttpResponse:
    """Asks for a code; the answer is the same whoever has that number or address."""
    form, refusal = ContactForm(request.POST), None
    if form.is_valid():
        who = {"contact": form.cleaned_data["contact"], "client": client_of(request)}
        try:
            row = services.ask_code(**who, language=get_language() or "fa", answer=form.answer())
            return _to_code_page(request, row)
        except Refused as refused:
            refusal = refused.refusal
            form.refuse(refusal, **who)
    return _rejected(
        request, "members:signin", "members/signin.html", {"form": form, "next": after_of(request)}, refusal
    )


def _to_code_page(request: HttpRequest, row: SignInCode) -> HttpResponse:
    """The browser, and no other, now holds the id of its asking; there is no session before someone is known."""
    return remember_asking(redirect(_address("members:code", after_of(request))), row, "signin")


def remember_asking(response: HttpResponse, row: SignInCode, purpose: str) -> HttpResponse:
    """Gives the browser the id of what it asked for, sealed for that purpose, for ten minutes."""
    response.set_signed_cookie(
        _cookie(purpose),
        str(row.pk),
        salt=purpose,
        max_age=WAITING,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def _cookie(purpose: str) -> str:
    return f"__Host-{purpose}" if settings.SESSION_COOKIE_SECURE else purpose


def asking_of(request: HttpRequest, purpose: str = "signin") -> SignInCode | None:
    """What this browser asked for in the last ten minutes, for that purpose."""
    held = request.get_signed_cookie(_cookie(purpose), default="", salt=purpose, max_age=WAITING)
    return SignInCode.objects.filter(pk=UUID(held)).first() if held else None


def forget_asking(response: HttpResponse, purpose: str) -> HttpResponse:
    """Takes it away again."""
    response.delete_cookie(_cookie(purpose), samesite="Lax")
    return response


@require_safe
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code that was sent."""
    row = asking_of(request)
    if row is None:
        return redirect(_address("members:signin", after_of(request)))
    return render(request, "members/code.html", _code_context(request, row, CodeForm()))


def _code_context(request: HttpRequest, row: SignInCode, form: CodeForm) -> dict[str, Any]:
    return {
        "form": form,
        "next": after_of(request),
        "signin_url": _address("members:signin", after_of(request)),
        "sent_to": rules.masked(row.contact),
        "is_email": "@" in row.contact,
        "asked_at": row.asked_at,
    }


@sensitive_post_parameters("code")
@posted("members:code")
def redeem(request: HttpRequest) -> HttpResponse:
    """Lets in whoever typed the right code."""
    row = asking_of(request)
    if row is None:
        return redirect(_address("members:signin", after_of(request)))
    form, refusal = CodeForm(request.POST), None
    if form.is_valid():
        try:
            member = services.redeem(pk=row.pk, typed=form.cleaned_data["code"], client=client_of(request))
            return _welcome(request, member)
        except Refused as refused:
            refusal = refused.refusal
            if refusal.code == rules.BIRTH_ASKED.code:
                return redirect(_address("members:known", after_of(request)))
            refuse(form, refusal, "code")
    return _rejected(request, "members:code", "members/code.html", _code_context(request, row, form), refusal)


def _welcome(request: HttpRequest, member: Member) -> HttpResponse:
    sessions.begin(request, member)
    response = redirect(after_of(request) or _my_page(member))
    forget_asking(response, "signin")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        member.language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@require_safe
def known(request: HttpRequest) -> HttpResponse:
    """Asks in which year somebody was born whose number nobody has used for a year."""
    if asking_of(request) is None:
        return redirect(_address("members:signin", after_of(request)))
    return render(request, "members/known.html", {"form": BirthForm(), "next": after_of(request)})


@posted("members:known")
def recognise(request: HttpRequest) -> HttpResponse:
    """Lets in whoever said the right year, and begins a new account for whoever is somebody else."""
    row, form, is_other = asking_of(request), BirthForm(request.POST), "other" in request.POST
    if row is not None and (is_other or form.is_valid()):
        try:
            year = None if is_other else form.cleaned_data["birth"]
            return _welcome(request, services.recognise(pk=row.pk, birth_year=year))
        except Refused as refused:
            if refused.refusal.code != rules.BIRTH_WRONG.code:
                row = None
            refuse(form, refused.refusal, "birth")
    if row is None:
        return redirect(_address("members:signin", after_of(request)))
    return _rejected(request, "members:known", "members/known.html", {"form": form, "next": after_of(request)})


def _my_page(member: Member) -> str:
    return f"/{member.language}{MY_PAGE}"


@posted("members:code")
def resend(request: HttpRequest) -> HttpResponse:
    """Asks for a new code to the same place."""
    row = asking_of(request)
    if row is None:
        return redirect(_address("members:signin", after_of(request)))
    form, who = SumForm(request.POST), {"contact": row.contact, "client": client_of(request)}
    try:
        fresh = services.ask_code(**who, language=row.language, answer=form.answer())
    except Refused as refused:
        form.refuse(refused.refusal, **who)
        context = {**_code_context(request, row, CodeForm()), "resending": form}
        return _rejected(request, "members:code", "members/code.html", context, refused.refusal)
    return _to_code_page(request, fresh)


@posted("home")
def signout(request: HttpRequest) -> HttpResponse:
    """Ends this session."""
    if request.user.is_authenticated:
        services.sign_out(actor=sessions.member_of(request), device=sessions.row_of(request))
    logout(request)
    answer = redirect("home")
    answer["Clear-Site-Data"] = '"storage"'  # what pages kept on this device for the account goes with it
    return answer


# Profile


@require_safe
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Asks for name and year of birth, once, before the first enrolment; shows them afterwards."""
    form = ProfileForm(initial=_own_facts(request), **_asks(request.GET))
    return render(request, "members/profile.html", {"form": form, "next": after_of(request)})


def _asks(sent: QueryDict) -> dict[str, bool]:
    """What is asked beyond name and year, because a course's rule needs it."""
    return {f"asks_{fact}": fact in sent.getlist("ask") for fact in ("gender", "district")}


def _own_facts(request: HttpRequest) -> dict[str, Any]:
    care = (
        Care.objects.select_related("learner")
        .filter(guardian=sessions.member_of(request), relation=Care.Relation.SELF)
        .first()
    )
    if care is None or care.learner.born_from is None:
        return {"name": care.learner.name if care else ""}
    return {"name": care.learner.name, "birth": digits(rules.typed_year(care.learner.born_from))}


@posted("members:profile")
@login_required
def profile_save(request: HttpRequest) -> HttpResponse:
    """Keeps name and year of birth, and leads back to where they were needed."""
    after, form = after_of(request), ProfileForm(request.POST, **_asks(request.POST))
    if not form.is_valid():
        context = {"form": form, "next": after}
        return _rejected(request, "members:profile", "members/profile.html", context)
    facts = form.cleaned_data
    services.save_profile(
        actor=sessions.member_of(request),
        name=facts["name"],
        birth_year=facts["birth"],
        gender=facts.get("gender"),
        district=facts.get("district"),
    )
    messages.success(request, gettext("Your name and year of birth are saved"))
    return redirect(after or "members:profile")


# Devices


@require_safe
@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    rows = list(Session.objects.alive().filter(member=sessions.member_of(request)).order_by("-seen_on", "-created_at"))
    return render(request, "members/devices.html", {"devices": rows, "this": sessions.row_of(request)})


@posted("members:devices")
@login_required
def device_end(request: HttpRequest) -> HttpResponse:
    """Signs one device out; this one too, if it is meant."""
    device = request.POST.get("device", "")
    if device == sessions.row_of(request):
        return signout(request)
    services.sign_out(actor=sessions.member_of(request), device=device)
    messages.success(request, gettext("That device is signed out"))
    return redirect("members:devices")


@posted("members:devices")
@login_required
def devices_end_others(request: HttpRequest) -> HttpResponse:
    """Signs every other device out."""
    member = sessions.member_of(request)
    services.sign_out_everywhere(actor=member, member=member, spare=sessions.row_of(request))
    messages.success(request, gettext("You are signed out everywhere else"))
    return redirect("members:devices")


# Tokens


@require_safe
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens, and a form for a new one."""
    return render(
        request, "members/tokens.html", _token_context(request, TokenForm(initial={"scope": ApiToken.Scope.ME}))
    )


def _token_context(request: HttpRequest, form: forms.Form, **more: Any) -> dict[str, Any]:
    live = ApiToken.objects.filter(member=sessions.member_of(request), revoked_at__isnull=True).order_by("-created_at")
    return {"form": form, "tokens": list(live), **more}


@posted("members:tokens")
@login_required
def token_make(request: HttpRequest) -> HttpResponse:
    """Makes a token and shows it this once, in the very answer, so that it is stored nowhere."""
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            made = services.make_token(actor=sessions.member_of(request), **form.cleaned_data)
            return render(request, "members/tokens.html", _token_context(request, TokenForm(), made=made), status=201)
        except Refused as refused:
            refuse(form, refused.refusal)
    return _rejected(request, "members:tokens", "members/tokens.html", _token_context(request, form))


@posted("members:tokens")
@login_required
def token_revoke(request: HttpRequest) -> HttpResponse:
    """Makes one token open nothing any more."""
    token = get_object_or_404(ApiToken, pk=_number(request.POST.get("token")), member=sessions.member_of(request))
    services.revoke_token(actor=sessions.member_of(request), token=token)
    messages.success(request, gettext("The token is revoked"))
    return redirect("members:tokens")


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - bigint
