"""What a page's one-tap button needs to know: what would be followed, whether it is, where the button leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils.translation import get_language

from programs import services
from programs.listing import listed
from programs.models import Course, Follow, Program, Reminder
from programs.names import names
from workgroups.models import LiteracyArea, Workgroup

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import Member

PAGES = {"areas": "area", "workgroups": "workgroup", "programs": "program", "courses": "course"}
KINDS: dict[str, Any] = {"areas": LiteracyArea, "workgroups": Workgroup, "programs": Program, "courses": Course}


class Button(NamedTuple):
    """One thing that can be followed, as one person sees it."""

    kind: str
    slug: str
    is_on: bool

    @property
    def page(self) -> str:
        """The page it stands on."""
        return reverse(f"programs:{PAGES[self.kind]}_detail", args=[self.slug])


def button_for(kind: str, row: Any, member: Member | AnonymousUser) -> Button:
    """The button for that area, workgroup, program or course; a visitor costs no query, a member one."""
    column = PAGES[kind]
    rows: Any = Reminder if kind == "courses" else Follow
    is_on = member.is_authenticated and rows.objects.filter(member=member, **{column: row.pk}).exists()
    return Button(kind, row.slug, is_on)


def thing(kind: str, slug: str, member: Member | AnonymousUser) -> Any:
    """The thing of that kind which this person may see; None where there is none."""
    model = KINDS[kind]
    seen = model.objects.visible_to(member) if kind in {"programs", "courses"} else model.objects.all()
    return seen.filter(slug=slug).first()


def press(member: Member, kind: str, row: Any, *, is_on: bool) -> None:
    """Follows the thing or waits for its opening, or no more.

    Raises:
        Refused: those of the services.
    """
    if kind == "courses":
        (services.remind if is_on else services.forget_reminder)(actor=member, course=row)
    else:
        (services.follow if is_on else services.unfollow)(actor=member, thing=row)


class Followed(NamedTuple):
    """One of the things that somebody follows, by its name in the page's language."""

    button: Button
    name: str
    lang: str = ""


def followed_by(member: Member) -> list[tuple[str, list[Followed]]]:
    """Everything the member follows or waits for, by kind: four queries at most besides the names."""
    rows = list(Follow.objects.filter(member=member).order_by("pk"))
    known = names(get_language() or "fa")
    found: dict[str, list[Followed]] = {kind: [] for kind in KINDS}
    for kind in ("areas", "workgroups"):
        named = (known[PAGES[kind]].get(getattr(row, f"{PAGES[kind]}_id")) for row in rows)
        found[kind] = [Followed(Button(kind, one.slug, is_on=True), one.name) for one in named if one]
    programs = Program.objects.visible_to(member).filter(pk__in=[row.program_id for row in rows if row.program_id])
    for program in programs.prefetch_related("translations").order_by("pk"):
        button = Button("programs", program.slug, is_on=True)
        found["programs"].append(Followed(button, program.title, program.shown_language))
    waited = Course.objects.visible_to(member).filter(pk__in=Reminder.objects.filter(member=member).values("course"))
    for course in listed(waited.order_by("opens_at", "pk"), get_language() or "fa"):
        found["courses"].append(Followed(Button("courses", course.slug, is_on=True), course.title, course.lang))
    return [(kind, some) for kind, some in found.items() if some]
