"""A message to a class: written once in two languages, seen as it will be sent, counted, then sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from base.refusal import Refused
from base.templatetags.city import digits
from members.forms import refuse
from members.sessions import member_of
from notifications.models import Channel
from notifications.services import reach
from notifications.texts import parts_of
from notifications.texts import render as words
from programs import services
from programs.forms.rosters import MessageForm
from programs.models import Course, Enrolment
from programs.services.rosters import GROUPS, KIND, message_values, receivers
from programs.views.work.desk import own_course, posted, rejected, shown_course

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TEMPLATE = "work/message.html"
PAGE = "programs:work_message"


def _context(course: Course, form: MessageForm, **more: Any) -> dict[str, Any]:
    states = list(Enrolment.objects.filter(course=course, state__in=GROUPS["all"]).values_list("state", flat=True))
    counts = {name: sum(state in group for state in states) for name, group in GROUPS.items()}
    chosen = form.chosen
    to = form.data.get("to") or ("chosen" if chosen else "seated")
    return {"course": shown_course(course), "form": form, "counts": counts, "chosen": chosen, "to": to, **more}


@login_required
@require_safe
def message(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; who was ticked in the roster is chosen already."""
    course = own_course(request, slug)
    form = MessageForm()
    form.chosen = MessageForm(request.GET).chosen
    return render(request, TEMPLATE, _context(course, form))


@posted(PAGE, "slug")
def message_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """What will be sent, made by the very template, and how many it reaches by which channel. Nothing is sent."""
    course = own_course(request, slug)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return rejected(request, TEMPLATE, _context(course, form), PAGE, slug=slug)
    return render(request, TEMPLATE, _context(course, form, **_preview(course, form)))


def _preview(course: Course, form: MessageForm) -> dict[str, Any]:
    values = message_values(course, form.texts)
    texts = {language: words(KIND, values, language) for language in ("fa", "en")}
    found = reach(KIND, receivers(course, form.cleaned_data["to"], form.chosen))
    return {
        "texts": texts,
        "parts": {language: parts_of(text.sms) for language, text in texts.items()},
        "reach": found,
        "channels": [(Channel(name).label, n) for name, n in found.channels.items() if n],
    }


@posted(PAGE, "slug")
def message_send(request: HttpRequest, slug: str) -> HttpResponse:
    """Sends what was seen."""
    course = own_course(request, slug)
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            count = services.message(
                actor=member_of(request),
                course=course,
                texts=form.texts,
                to=form.cleaned_data["to"],
                chosen=form.chosen,
            )
        except Refused as refused:
            refuse(form, refused.refusal)
        else:
            text = ngettext("The message goes to %(n)s person", "The message goes to %(n)s people", count)
            messages.success(request, text % {"n": digits(count)})
            return redirect("programs:work_roster", slug=slug)
    return rejected(request, TEMPLATE, _context(course, form), PAGE, slug=slug)
