"""The city's settings: its names, help line, night and logo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from members import city
from members.sessions import member_of
from programs.forms.city import CityForm, LogoForm
from programs.views.city.workgroups import governed
from programs.views.work.desk import posted, rejected, renewed, tried
from workgroups import services

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TEMPLATE = "city/settings.html"
PAGE = "programs:city_settings"


def filled() -> CityForm:
    """The form with what holds this very second: a version that was read seconds ago would only be refused."""
    city.forget()
    facts = city.present()
    names = {f"name_{language}": name for language, name in facts.names.items()}
    rest = {field: getattr(facts, field) for field in ("phone", "quiet_from", "quiet_until", "version")}
    return CityForm(initial=names | rest)


@login_required
@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """What the city says of itself."""
    governed(request)
    return render(request, TEMPLATE, {"form": filled(), "logo_form": LogoForm()})


@posted(PAGE)
def settings_save(request: HttpRequest) -> HttpResponse:
    """Changes names, line and night."""
    governed(request)
    form = CityForm(request.POST)
    refusal = (
        tried(form, lambda: services.set_city(actor=member_of(request), **form.facts())) if form.is_valid() else None
    )
    if form.is_valid():
        messages.success(request, gettext("Saved; every page shows it within half a minute"))
        return redirect(PAGE)
    context: dict[str, Any] = {"form": form, "logo_form": LogoForm(), "theirs": renewed(request, form, refusal)}
    return rejected(request, TEMPLATE, context, PAGE)


@posted(PAGE)
def logo_save(request: HttpRequest) -> HttpResponse:
    """Puts a picture into the header, or takes it out."""
    governed(request)
    if "remove" in request.POST:
        services.set_logo(actor=member_of(request), picture=None)
        messages.success(request, gettext("The drawn mark is back"))
        return redirect(PAGE)
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid() and not tried(
        form, lambda: services.set_logo(actor=member_of(request), picture=form.cleaned_data["picture"])
    ):
        messages.success(request, gettext("The logo stands in the header"))
        return redirect(PAGE)
    return rejected(request, TEMPLATE, {"form": filled(), "logo_form": form}, PAGE)
