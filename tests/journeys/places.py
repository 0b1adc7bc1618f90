"""Every page that somebody can open, in a town in which every page has something to show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from announcements import services as announcements
from base import clock
from members import services as accounts
from members.services import Person, care_for
from notifications import links
from notifications.models import Delivery
from privacy.services import ask_to_leave
from programs import services
from tests.announcements.writing import REASON, Writing, told_all
from tests.announcements.writing import staff as writing_staff
from tests.journeys import city_desk, records
from tests.programs import asking
from tests.programs.feed import table
from tests.programs.test_handing_in import hand_in, saved, spreadsheet
from tests.programs.town import DAY, STATES, Town, crowd, enrol, offered, person
from tests.workgroups.rooms import TEXT, Role, Room
from workgroups import services as groups
from workgroups.models import Appointment, Workgroup

if TYPE_CHECKING:
    from announcements.models import Announcement
    from members.models import Member
    from programs.models import Course, Enrolment

NAME = "پرنیا"
SEARCHES = {
    "fa": {"slip": "عکاصی", "nonsense": "ظظظظظظ"},
    "en": {"slip": "photografy", "nonsense": "zzzzzz"},
}


@dataclass
class Place:
    """A page by the name under which a fault is told, its address after the language, and who opens it."""

    name: str
    path: str
    member: Member | None = None
    is_variant: bool = False  # of a page that is in the list already

    def address(self, language: str) -> str:
        """Where it is in that language."""
        return f"/{language}/{self.path.format(**SEARCHES[language])}"


@dataclass
class Guide:
    """All of them."""

    visitor: list[Place] = field(default_factory=list)
    member: list[Place] = field(default_factory=list)


def workgroup_places() -> list[Place]:
    """The pages around workgroups, as coordinators and staff see them; everybody there is called alike."""
    room, town = Room(), Town()
    town.workgroup.organisations.add(room.workgroup.organisations.get())
    chair = room.person(NAME, Role.COORDINATOR, town.workgroup)
    staff = room.person(NAME, Role.STAFF, room.workgroup.organisations.get())
    owner = room.person(NAME, Role.MEMBER, town.workgroup)
    meeting = room.begun(workgroup=town.workgroup, actor=chair)
    ahead = room.call(workgroup=town.workgroup, actor=chair)
    decision = room.decide(meeting, actor=chair, owner=owner)
    groups.publish_decision(actor=chair, decision=decision)
    services.attribute(actor=chair, row=town.program, decision=decision)
    room.decide(meeting, actor=chair, owner="coordinator", text=TEXT)
    slug, term = town.workgroup.slug, town.workgroup.appointments.get(member=chair).pk
    own = [
        ("meetings", f"work/workgroups/{slug}/meetings/"),
        ("meeting", f"work/workgroups/{slug}/meetings/{meeting.number}/"),
        ("meeting to come", f"work/workgroups/{slug}/meetings/{ahead.number}/"),
        ("move a meeting", f"work/workgroups/{slug}/meetings/{ahead.number}/edit/"),
        ("minutes", f"work/workgroups/{slug}/meetings/{meeting.number}/minutes/"),
        ("decisions", "work/decisions/?show=open"),
        ("decision", f"work/decisions/{decision.pk}/"),
        ("workgroup in the workspace", f"work/workgroups/{slug}/"),
        ("workgroup with decisions", f"workgroups/{slug}/"),
        ("program with its decision", f"programs/{town.program.slug}/"),
    ]
    desk = [
        ("found a workgroup", "city/workgroups/new/"),
        ("edit a workgroup", f"city/workgroups/{slug}/"),
        ("appointments", f"city/workgroups/{slug}/appointments/"),
        ("term", f"city/workgroups/{slug}/appointments/{term}/"),
        ("my page of staff", "me/"),
    ]
    return [Place(name, path, chair) for name, path in own] + [Place(name, path, staff) for name, path in desk]


def guide() -> Guide:
    """Builds the town and lists its pages."""
    town, member = Town(), person(NAME)[0]
    far = town.course(first=clock.now() + 90 * DAY)
    seat = enrol(far, member)
    queue = town.course(first=clock.now() + 130 * DAY, capacity=1)
    crowd(queue, 1)
    enrol(queue, member)
    offered(town, member, first=clock.now() + 170 * DAY)
    town.courses(23)
    persian = town.course(program=town.new_program("سفالگری", None), first=clock.now() + 200 * DAY)
    online = town.course(
        venue=None, online=True, capacity=None, fee_min=None, fee_max=None, first=clock.now() + 210 * DAY
    )
    child = town.course(
        age_min=6, age_max=12, fee_min=900_000, fee_max=2_500_000, fee_currency="IRR", audience_words=" children "
    )
    some = [
        ("home", ""),
        ("catalogue", "courses/"),
        ("catalogue page 2", "courses/?page=2"),
        ("catalogue filtered", "courses/?free=1&weekday=sat&weekday=tue&age=30&open=1"),
        ("search empty", "courses/?q={slip}&free=1&online=1"),
        ("nothing at all", "courses/?q={nonsense}"),
        ("course in Persian alone", f"courses/{persian.slug}/"),
        ("course online", f"courses/{online.slug}/"),
        ("course for children", f"courses/{child.slug}/"),
        ("program", f"programs/{town.program.slug}/"),
        ("workgroups", "workgroups/"),
        ("wishes for visitors", "wishes/"),
        ("workgroup", f"workgroups/{town.workgroup.slug}/"),
        ("organisation", f"organisations/{town.organisation.slug}/"),
        ("venue", f"venues/{town.venue.slug}/"),
        ("area", f"areas/{town.area.slug}/"),
        ("sign in", "accounts/signin/"),
        ("help", "help/"),
        ("accessibility", "accessibility/"),
        ("privacy", "privacy/"),
        ("about", "about/"),
        ("not found", "nothing-here/"),
    ]
    own = [
        ("my page", "me/"),
        ("my calendar", "me/calendar/"),
        ("inbox", "me/inbox/"),
        ("preferences", "me/preferences/"),
        ("devices", "me/devices/"),
        ("tokens", "me/tokens/"),
        ("profile", "accounts/profile/"),
        ("leave a seat", f"me/enrolments/{seat.pk}/leave/"),
        ("what has changed", f"me/enrolments/{seat.pk}/changed/"),
        ("number and address", "me/contact/"),
    ]
    found = Guide([Place(name, path) for name, path in some], [Place(name, path, member) for name, path in own])
    for state, arrive in STATES.items():
        other = person(NAME)[0]
        course = arrive(Town(), other)
        found.member.append(Place(f"course {state}", f"courses/{course.slug}/", other, is_variant=state != "offered"))
    found.member += _family(town, child)
    found.member += _plans(town) + _asked(town, seat, member) + _desk(town)
    found.member += workgroup_places()
    found.visitor += _news(town)
    found.member += _announcements(town)
    found.visitor.append(Place("course", f"courses/{far.slug}/"))
    found.visitor.append(Place("embedded list", f"embed/{town.workgroup.slug}/"))
    found.member += _imports(town)
    found.member += [Place(name, path, who) for name, path, who in records.pages(town, NAME)]
    staff, pages = city_desk.pages(NAME)
    city_desk.follow_some(staff)
    found.member += [Place(name, path, staff) for name, path in pages]
    return found


def _family(town: Town, course: Course) -> list[Place]:
    """Someone who acts for others: a child with a place, one with two guardians, one about to be of age; who is asked to care
    for another; and a course that suits only one.
    """
    member, year = person(NAME)[0], clock.today().year
    some = [Person(NAME, year - age) for age in (9, 15, 17)]
    kin = [care_for(actor=member, person=one, relation="child", consents=True) for one in some]
    services.enrol(actor=member, course=course, learner=kin[0])
    other = town.course(age_max=5, first=clock.now() + 260 * DAY)
    born = (clock.today() + 9 * DAY).replace(day=1)
    kin[2].born_from = kin[2].born_until = born.replace(year=born.year - 18)
    kin[2].save()
    second, asks = person(NAME)[0], person(NAME)[0]
    shared = services.invite(actor=member, learner=kin[0], contact=second.contact)
    services.accept_invitation(actor=second, invitation=shared, relation="child", consents=True)
    services.invite(actor=member, learner=kin[1], contact="omid@example.org")
    theirs = care_for(actor=asks, person=Person(NAME, year - 8), relation="child", consents=True)
    invitation = services.invite(actor=asks, learner=theirs, contact=member.contact)
    pages = {
        "family": "me/family/",
        "add someone to the family": f"me/family/new/?next=/fa/courses/{course.slug}/%23seat&ask=gender",
        "someone of the family": f"me/family/{kin[1].pk}/",
        "an account of their own": f"me/family/{kin[2].pk}/own/",
        "invitation": f"me/invitations/{invitation.pk}/",
        "calendar of a family": "me/calendar/",
        "my data": "me/data/",
        "have my account erased": "me/data/erase/",
    }
    variants = {
        "someone of the family with places": f"me/family/{kin[0].pk}/",
        "course of a family": f"courses/{course.slug}/",
        "course for nobody of a family": f"courses/{other.slug}/",
        "my page of a family": "me/",
    }
    leaving = person(NAME)[0]
    ask_to_leave(actor=leaving, typed=leaving.contact)
    found = [Place(name, path, member) for name, path in pages.items()]
    goes = {"home": "", "data": "me/data/"}
    found += [Place(f"{name} of somebody who leaves", path, leaving) for name, path in goes.items()]
    return found + [Place(name, path, member, is_variant=True) for name, path in variants.items()]


def _news(town: Town) -> list[Place]:
    """What the city says, with one that leads to a course, one that is over and one that was taken back."""
    written = Writing()
    row = written.out(kind="event")
    course = town.course(first=clock.now() + 240 * DAY)
    row = announcements.link(actor=written.author, announcement=row, courses=[course])
    announcements.correct(
        actor=written.author, announcement=row, version=row.version, facts={}, texts={"fa": {"body": "# خوب"}}
    )
    back = written.out(is_pinned=True)
    announcements.withdraw(actor=written.author, announcement=back, reason=REASON)
    written.out(kind="urgent", is_pinned=True)
    return [
        Place("announcements", "announcements/"),
        Place("announcement", f"announcements/{row.slug}/"),
        Place("announcement taken back", f"announcements/{back.slug}/"),
        Place("embedded announcements", "announcements/embed/"),
        Place("no more of these", f"unsubscribe/{links.secret(_told(row))}/"),
    ]


def _told(row: Announcement) -> int:
    """One of its messages."""
    told_all()
    return Delivery.objects.filter(notice=row.notice)[0].pk


def _announcements(town: Town) -> list[Place]:
    """The pages of those who write what the city says, in each state."""
    for nameless in Workgroup.objects.exclude(translations__language_code="en"):
        nameless.create_translation("en", name="Workgroup", purpose="")
    written, second = Writing(), writing_staff()
    draft = written.begin()
    courses = [town.course(first=clock.now() + 250 * DAY)]
    announcements.link(actor=written.author, announcement=draft, courses=courses)
    review, out = written.review(), written.out(channels=["inbox", "email"])
    soon = written.out(publish_at=clock.now() + DAY, kind="call")
    told_all()
    Delivery.objects.filter(notice=out.notice, channel="email").update(state="failed", error="refused 550")
    row = "city/announcements/{}/"
    pages = {
        "announcements of the desk": "city/announcements/",
        "calendar of announcements": "city/announcements/calendar/",
        "new announcement": "city/announcements/new/",
        "announcement form": row.format(draft.slug),
        "pictures and files": row.format(draft.slug) + "files/",
        "announcement for approval": row.format(review.slug),
        "announcement corrected": row.format(out.slug),
        "take back": row.format(out.slug) + "withdraw/",
        "deliveries": f"city/deliveries/{out.pk}/",
    }
    waiting = Place("announcement scheduled", row.format(soon.slug), second, is_variant=True)
    return [Place(name, path, second) for name, path in pages.items()] + [waiting]


def _plans(town: Town) -> list[Place]:
    """The workspace of a coordinator, with a draft that lacks much and one that lacks nothing."""
    member = person(NAME)[0]
    Appointment.objects.create(member=member, role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    program = services.create_program(
        actor=member, workgroup=town.workgroup, area=town.area, texts={"fa": {"title": "گلیم‌بافی"}}
    )
    course = services.create_course(actor=member, program=program)
    first = clock.today() + 30 * DAY
    pattern = services.Pattern([0, 2], first, 4, dt.time(16), dt.time(18))
    services.make_meetings(actor=member, course=course, pattern=pattern)
    services.remark(actor=member, program=program, text="خوب است")
    held, off = course.meetings.order_by("starts_at")[:2]
    services.call_off_class(actor=member, meeting=off)
    phone = person(NAME)[0].phone or ""
    teaching = services.assign(actor=member, course=course, contact=phone, from_on=clock.today())
    some = [
        ("workspace", "work/"),
        ("programs of the desk", "work/programs/"),
        ("new program", "work/programs/new/"),
        ("program form", f"work/programs/{program.slug}/"),
        ("program history", f"work/programs/{program.slug}/history/"),
        ("program restore", f"work/programs/{program.slug}/history/1/"),
        ("translations", "work/translations/"),
        ("trail", "work/trail/"),
        ("course form", f"work/courses/{course.slug}/"),
        ("course history", f"work/courses/{course.slug}/history/"),
        ("a class", f"work/courses/{course.slug}/meetings/{held.pk}/"),
        ("instructors", f"work/courses/{course.slug}/instructors/"),
        ("end a teaching", f"work/courses/{course.slug}/instructors/{teaching.pk}/"),
    ]
    return [Place(name, path, member) for name, path in some]


def _asked(town: Town, seat: Enrolment, member: Member) -> list[Place]:
    """What a resident asked, with and without an answer."""
    services.ask(actor=member, course=seat.course, text=f"{NAME}؟")
    desk = person(NAME)[0]
    desk.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    place = asking.answered(asking.asking(town, desk, first=clock.now() + 300 * DAY), member)
    family = person(NAME)[0]
    born = [accounts.Person(NAME, year) for year in (1393, 1394)]
    children = [accounts.care_for(actor=family, person=one, relation="child", consents=True) for one in born]
    chosen = "&".join(f"learner={one.pk}" for one in children)
    return [
        Place("questions to a family", f"courses/{asking.asking(town, desk).slug}/?{chosen}", family),
        Place("ask the organiser", f"courses/{seat.course.slug}/ask/", member),
        Place("my questions", "me/questions/", member),
        Place("my answers", f"me/enrolments/{place.pk}/answers/", member),
        Place("questions to answer", f"courses/{asking.asking(town, desk).slug}/", member),
        Place("questions at enrolment", f"work/courses/{place.course.slug}/questions/", desk),
    ]


def _desk(town: Town) -> list[Place]:
    """The pages of a coordinator about one course."""
    desk = person(NAME)[0]
    desk.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    course = town.course(first=clock.now() + 230 * DAY, capacity=2)
    places = [enrol(course, person(NAME)[0]) for _ in range(4)]
    moved = services.promote(actor=desk, enrolment=places[3], reason=NAME, extra_seat=True)
    gone = services.withdraw_for(actor=desk, enrolment=places[0], reason=NAME)
    questions = [services.ask(actor=person(NAME)[0], course=course, text=f"{NAME}؟") for _ in range(2)]
    services.reply(actor=desk, question=questions[1], text=NAME)
    roster = f"work/courses/{course.slug}/roster/"
    pages = {
        "roster": roster,
        "add someone": f"{roster}add/",
        "a place": f"{roster}{places[1].pk}/",
        "a place moved up": f"{roster}{moved.pk}/",
        "download the list": f"{roster}export/",
        "sheet for the class": f"{roster}print/",
        "message": f"work/courses/{course.slug}/message/?pick={places[1].pk}",
        "questions": "work/questions/",
        "a question": f"work/questions/{questions[0].pk}/",
    }
    parts = {f"roster {tab}": f"{roster}?tab={tab}" for tab in ("offered", "waiting", "applied", "left")}
    parts |= {"a place left": f"{roster}{gone.pk}/", "a question answered": f"work/questions/{questions[1].pk}/"}
    variants = [Place(name, path, desk, is_variant=True) for name, path in parts.items()]
    return [Place(name, path, desk) for name, path in pages.items()] + variants + _demand(town, desk, course)


def _demand(town: Town, desk: Member, course: Course) -> list[Place]:
    """The pages of what the city asks for, with wishes that wait and one that is answered."""
    wishes = [
        services.wish(actor=desk, text=f"{NAME} {word}", language="fa", area=town.area, district=town.district)[0]
        for word in ("۱", "۲")
    ]
    services.fulfil(actor=desk, wish=wishes[1], program=course.program, course=course)
    for _ in range(6):
        services.note_vain_search(query=NAME)
    cell = f"?area={town.area.slug}&district={town.district.slug}"
    pages = {
        "wishes": "wishes/",
        "demand": "work/demand/",
        "a wish": f"work/demand/{wishes[0].pk}/",
        "coverage": "work/coverage/",
        "behind a cell": f"work/coverage/courses/{cell}",
    }
    return [Place(name, path, desk) for name, path in pages.items()]


def _imports(town: Town) -> list[Place]:
    """A coordinator's files in each state."""
    member = person(NAME)[0]
    Appointment.objects.create(member=member, role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    rows = [{"id": f"k{number}", "start_date": "2027-01-10", "end_date": "2027-03-01"} for number in range(3)]
    run = saved(member, town.workgroup, table(*rows))
    changed = [rows[0] | {"start_date": "2027-01-17"}, rows[1] | {"capacity": "x"}, {"id": "k9"}]
    states = {
        "saved": run,
        "read": hand_in(member, town.workgroup, table(*changed), accept_missing=True),
        "refused": hand_in(member, town.workgroup, "a,b"),
        "mapping": hand_in(member, town.workgroup, spreadsheet(), "generic"),
    }
    states["queued"] = services.hand_in(
        actor=member,
        workgroup=town.workgroup,
        profile="mft",
        name="a.csv",
        content=b"x",
        language="fa",
        options={},
    )
    found = [Place("imports", "work/imports/", member), Place("hand in a file", "work/imports/new/", member)]
    return found + [
        Place(f"import {state}", f"work/imports/{one.pk}/", member, is_variant=state != "read")
        for state, one in states.items()
    ]
