"""What the city says, for everyone: the list, one announcement, the feed, the list for other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from announcements.listing import Choice, chosen, latest, speakers, with_texts
from announcements.models import Announcement
from base.pages import public_page
from base.persian import latin_digits
from members.city import present
from programs.catalogue import public as public_courses
from programs.listing import listed
from programs.models import Program
from programs.views.embed import embedded, framed

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest, HttpResponse

PER_PAGE, IN_FEED, EMBEDDED, SHOWN_COURSES = 20, 30, 10, 12


def language() -> str:
    """The page's language."""
    return "fa" if get_language() == "fa" else "en"


@require_safe
@public_page
def announcement_list(request: HttpRequest) -> HttpResponse:
    """News, newest first."""
    choice = Choice.read(request.GET)
    page = Paginator(chosen(choice), PER_PAGE).get_page(latin_digits(request.GET.get("page", "1")))
    context = {"page": page, "choice": choice, "kinds": Announcement.Kind.choices, "speakers": speakers()}
    return render(request, "announcements/announcement_list.html", context)


@require_safe
@public_page
def announcement_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One announcement with what it leads to; one that was taken back says why."""
    row = get_object_or_404(with_texts(Announcement.objects.visible_to(request.user)), slug=slug)
    if row.state == Announcement.State.WITHDRAWN:
        return render(request, "announcements/withdrawn.html", {"row": row})
    return render(request, "announcements/announcement_detail.html", {"row": row, **led_to(row)})


def led_to(row: Announcement) -> dict[str, Any]:
    """What an announcement leads to and carries: the public part of it."""
    return {
        "courses": listed(
            public_courses().filter(announcements=row).order_by("sort_on"), language(), slice(SHOWN_COURSES)
        ),
        "programs": row.programs.filter(state=Program.State.PUBLISHED).prefetch_related("translations"),
        "decisions": row.decisions.published().select_related("workgroup").prefetch_related("translations"),
        "pictures": row.pictures.prefetch_related("translations"),
        "documents": row.attachments.all(),
    }


class News(Feed[Any, Any]):
    """The latest announcements as an Atom feed, in the language of its address."""

    feed_type = Atom1Feed

    def title(self) -> str:
        """Whose news."""
        return gettext("Announcements of %(city)s") % {"city": present().names[language()]}

    def link(self) -> str:
        """Their page."""
        return settings.SITE_URL + reverse("announcements:announcement_list")

    def feed_url(self) -> str:
        """The feed's own address."""
        return settings.SITE_URL + reverse("announcements:feed")

    def items(self) -> list[Announcement]:
        """The latest."""
        return latest(IN_FEED)

    def item_title(self, item: Any) -> str:
        """Its title."""
        return str(item.title)

    def item_description(self, item: Any) -> str:
        """Its summary."""
        return str(item.summary)

    def item_link(self, item: Any) -> str:
        """Its page."""
        return settings.SITE_URL + reverse("announcements:announcement_detail", args=[item.slug])

    def item_guid(self, item: Any) -> str:
        """Stays the same whatever is corrected, and in each language."""
        return f"{settings.SITE_URL}/announcements/{item.slug}"

    def item_pubdate(self, item: Any) -> dt.datetime:
        """When it was published."""
        return cast("dt.datetime", item.published_at)

    def item_updateddate(self, item: Any) -> dt.datetime:
        """When it was last corrected."""
        return cast("dt.datetime", item.corrected_at or item.published_at)


@require_safe
@public_page
def feed(request: HttpRequest) -> HttpResponse:
    """The feed."""
    return News()(request)


@framed
def embed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - it must not ask who looks
    """The latest announcements for other people's sites."""
    path, more = "announcements/embed/", "announcements/"
    return embedded("announcements/embed.html", gettext("Announcements"), path, more, rows=latest(EMBEDDED))
