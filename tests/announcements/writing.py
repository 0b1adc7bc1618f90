"""People who write announcements, and announcements in every state."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from announcements import services
from tests import builders
from workgroups.models import Appointment, Organisation

if TYPE_CHECKING:
    from announcements.models import Announcement
    from members.models import Member
    from workgroups.models import Workgroup

_numbers = itertools.count(1)
TEXTS = {
    "fa": {"title": "هفتهٔ یادگیری", "summary": "چهل کارگاه رایگان", "body": "از **شنبه** تا جمعه."},
    "en": {"title": "Learning week", "summary": "Forty free workshops", "body": "From **Saturday** to Friday."},
}
REASON = {"fa": "تاریخ عوض شد", "en": "The day has changed"}
EVERYONE = {"everyone": True}


def staff() -> Member:
    """Someone of the municipality's staff."""
    municipality = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).first() or builders.municipality()
    member = builders.make_member(phone=f"+98918777{next(_numbers):04}")
    builders.appoint(member, Appointment.Role.STAFF, municipality)
    return member


class Writing:
    """Whoever writes in the name of a workgroup, or of the city where there is none."""

    def __init__(self, workgroup: Workgroup | None = None, author: Member | None = None) -> None:
        self.workgroup = workgroup
        self.author = author or staff()

    def begin(self, **more: Any) -> Announcement:
        """A draft with a title in both languages."""
        titles = {code: {"title": own["title"]} for code, own in TEXTS.items()}
        return services.begin(**{"actor": self.author, "workgroup": self.workgroup, "texts": titles} | more)

    def draft(self, *, texts: Any = None, **facts: Any) -> Announcement:
        """A draft that lacks nothing."""
        row = self.begin(kind=facts.pop("kind", "news"))
        return self.edit(row, texts=texts or TEXTS, **facts)

    def edit(self, row: Announcement, *, texts: Any = None, actor: Member | None = None, **facts: Any) -> Announcement:
        """The draft with other facts or words."""
        return services.edit(
            actor=actor or self.author, announcement=row, version=row.version, facts=facts, texts=texts or {}
        )

    def review(self, **facts: Any) -> Announcement:
        """One that waits for a second reader."""
        return services.submit(actor=self.author, announcement=self.draft(**facts))

    def out(self, **facts: Any) -> Announcement:
        """A published one, approved by a second member of staff where it needs one."""
        row = self.draft(**facts)
        if not row.needs_second:
            return services.approve(actor=self.author, announcement=row, version=row.version)
        row = services.submit(actor=self.author, announcement=row)
        return services.approve(actor=staff(), announcement=row, version=row.version)


def told_all() -> int:
    """Writes every message that is due; how many batches there were."""
    batches = 0
    while services.spread_due():
        batches += 1
    return batches
