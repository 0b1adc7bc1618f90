"""What search engines should know of, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from programs.catalogue import public
from programs.models import Course, Program
from workgroups.models import Workgroup

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet


class Bilingual(Sitemap[Any]):
    """Addresses that stand in each language with links to the other; 5,000 a file."""

    i18n = alternates = x_default = True
    limit = 5000


class Fixed(Bilingual):
    """Pages without a row."""

    def items(self) -> list[str]:
        """Their names."""
        return ["home", "programs:course_list", "programs:workgroup_list", "help", "about", "privacy", "accessibility"]

    def location(self, item: str) -> str:
        """Their addresses."""
        return reverse(item)


class Courses(Bilingual):
    """Courses in the catalogue."""

    def items(self) -> QuerySet[Course]:
        """All of them, ended ones too: people look for what there was."""
        return public().only("slug", "updated_at").order_by("pk")

    def lastmod(self, item: Course) -> dt.datetime:
        """When its text or dates last changed."""
        return item.updated_at

    def location(self, item: Course) -> str:
        """Its page."""
        return reverse("programs:course_detail", args=[item.slug])


class Programs(Bilingual):
    """Published programs."""

    def items(self) -> QuerySet[Program]:
        """All of them."""
        return Program.objects.filter(state=Program.State.PUBLISHED).only("slug").order_by("pk")

    def location(self, item: Program) -> str:
        """Its page."""
        return reverse("programs:program_detail", args=[item.slug])


class Workgroups(Bilingual):
    """Workgroups."""

    def items(self) -> QuerySet[Workgroup]:
        """All of them."""
        return Workgroup.objects.only("slug").order_by("pk")

    def location(self, item: Workgroup) -> str:
        """Its page."""
        return reverse("programs:workgroup_detail", args=[item.slug])


SITEMAPS = {"pages": Fixed, "courses": Courses, "programs": Programs, "workgroups": Workgroups}
