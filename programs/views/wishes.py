"""What residents would like to learn: the list that everybody reads, and the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from base.pages import public_page
from base.persian import latin_digits
from base.refusal import Refused
from members.forms import refuse
from members.models import District
from members.sessions import member_of
from programs import services
from programs.demand import at_least, wishes
from programs.family import cares_of, own_of
from programs.forms.demand import WishForm
from programs.models import Support, Wish
from programs.views.work.desk import posted, rejected
from workgroups.models import LiteracyArea

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE_SIZE = 20
LATEST_ANSWERED = 5
LONGEST_QUERY = 200


def _context(request: HttpRequest, form: WishForm) -> dict[str, Any]:
    page = Paginator(wishes(), PAGE_SIZE).get_page(latin_digits(request.GET.get("page", "1")))
    rows = list(page.object_list)
    mine = Support.objects.filter(member=request.user.pk or 0, wish__in=rows)
    answered = Wish.objects.filter(state=Wish.State.ANSWERED).select_related("program", "course")
    return {
        "form": form,
        "page": page,
        "rows": [(row, at_least(row.supporters)) for row in rows],
        "shared": set(mine.values_list("wish", flat=True)) if request.user.is_authenticated else set(),
        "answered": answered.order_by("-answered_at")[:LATEST_ANSWERED],
    }


@require_safe
@public_page
def wish_list(request: HttpRequest) -> HttpResponse:
    """The wishes, most shared first; with `q` the form is filled in, as from a search that found nothing."""
    form = WishForm(initial={"text": request.GET.get("q", "")[:LONGEST_QUERY]})
    return render(request, "programs/wish_list.html", _context(request, form))


@posted("programs:wishes")
def wish(request: HttpRequest) -> HttpResponse:
    """Wishes for a course; whoever wished the same before is joined."""
    form = WishForm(request.POST)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            _row, is_new = services.wish(
                actor=member_of(request),
                text=facts["text"],
                language=get_language() or "fa",
                area=LiteracyArea.objects.filter(slug=facts["area"]).first(),
                district=District.objects.filter(slug=facts["district"]).first(),
            )
        except Refused as refused:
            refuse(form, refused.refusal)
        else:
            said = (
                gettext("Your wish is on the list")
                if is_new
                else gettext("Others wished the same; you are with them now")
            )
            messages.success(request, said)
            return redirect("programs:wishes")
    return rejected(request, "programs/wish_list.html", _context(request, form), "programs:wishes")


@posted("programs:wishes")
def wish_support(request: HttpRequest, pk: int) -> HttpResponse:
    """Shares a wish."""
    found = get_object_or_404(Wish.objects.public(), pk=pk)
    own = own_of(cares_of(member_of(request)))
    try:
        services.support(actor=member_of(request), wish=found, district=own.district if own else None)
        messages.success(request, gettext("You share this wish; when there is a course, we tell you"))
    except Refused as refused:
        messages.error(request, str(refused.refusal.message))
    return redirect("programs:wishes")
