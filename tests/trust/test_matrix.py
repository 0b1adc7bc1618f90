"""Who may open what, address by address and person by person (P1, P2); foreign rows (P3, P4), rights that ended (P5, P7),
strict input (P6).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from rest_framework import serializers

from base import clock
from learningcity.api import APPS, addresses_of
from learningcity.rights import PEOPLE, RIGHTS, TOKENS, Right
from members import services as accounts
from members.asking import In
from members.models import ApiToken, Care, Learner, Member
from notifications import links
from notifications import services as telling
from programs import calendars, services
from programs.models import ClassMeeting, Course, Enrolment, Program, Roll
from programs.services.drawing import promise_seed
from tests.announcements.writing import Writing
from tests.programs import asking
from tests.programs import town as towns
from tests.programs.town import DAY, Town, crowd, enrol, offered, person
from tests.trust import desk_rows, records_rows
from workgroups import services as groups
from workgroups.models import Appointment, Meeting, Organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
BEHIND_ONE_DOOR = re.compile(r"admin:(?!index$)|admin/(?!login/|password_change/$).+")
UNREAL = 999_999
WALK_IN = {"contact": "09181112233", "name": "مینا رستمی", "birth_year": 1380, "asked": "desk", "consents": True}


# The addresses of the URLconf


def names(patterns: list[URLPattern | URLResolver], space: str = "", route: str = "") -> Iterator[str]:
    """The name of every address, or its route where it has none."""
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from names(one.url_patterns, inner, route + str(one.pattern))
        else:
            yield f"{space}{one.name}" if one.name else route + str(one.pattern)


def placed(found: set[str]) -> set[str]:
    """The addresses that need a line of their own."""
    return {name for name in found if not BEHIND_ONE_DOOR.match(name)}


def test_every_address_has_its_place_in_the_table() -> None:
    """P2."""
    assert placed(set(names(get_resolver().url_patterns))) == set(RIGHTS)


def test_the_guard_of_places_can_fail() -> None:
    """P2."""
    assert placed({"programs:new_page", "admin:index", "admin:members_member_changelist"}) - set(RIGHTS) == {
        "programs:new_page"
    }


# The world


@dataclass
class World:
    """A town with everyone in it, and the rows that the addresses name."""

    people: dict[str, Member | None] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    values: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    data: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


@pytest.fixture
def world() -> World:
    town, made = Town(), World()
    everyone = {name: person()[0] for name in PEOPLE[1:]}
    member = everyone["member"]
    _appoint(everyone, town)
    made.people = {"visitor": None, **everyone}
    made.tokens = {scope: accounts.make_token(actor=member, name=scope, scope=scope) for scope in TOKENS}
    course = town.course(first=clock.now() + 30 * DAY, meetings=1)
    seat = enrol(town.course(first=clock.now() + 35 * DAY, meetings=1), member)
    offer = Enrolment.objects.get(
        course=offered(town, member, first=clock.now() + 40 * DAY, meetings=1), state="offered"
    )
    draft_program = town.new_program(state=Program.State.DRAFT)
    slugs = {
        "published": course.slug,
        "cancelled": town.course(state=Course.State.CANCELLED).slug,
        "draft": town.course(state=Course.State.DRAFT).slug,
        "course of a draft program": town.course(program=draft_program).slug,
    }
    learner = towns.own(member)
    secret = calendars.address_of(member).rsplit("/", 1)[1].removesuffix(".ics")
    for kind, slug in slugs.items():
        made.values["programs:course_detail", kind] = {"slug": slug}
        made.values["api_course", kind] = {"pk": Course.objects.get(slug=slug).pk}
    _fill_lots(made, town, course)
    made.values |= {
        ("programs:program_detail", "published"): {"slug": town.program.slug},
        ("programs:program_detail", "draft"): {"slug": draft_program.slug},
        ("programs:workgroup_detail", ""): {"slug": town.workgroup.slug},
        ("programs:workgroup_embed", ""): {"slug": town.workgroup.slug},
        ("programs:organisation_detail", ""): {"slug": town.organisation.slug},
        ("programs:venue_detail", ""): {"slug": town.venue.slug},
        ("programs:area_detail", ""): {"slug": town.area.slug},
        **_letter(member),
        ("calendar", "right secret"): {"secret": secret},
        ("calendar", "wrong secret"): {"secret": secret[:-1] + ("0" if secret[-1] != "0" else "1")},
    }
    _fill_family(made, member)
    for name in ("programs:course_enrol", "api_enrol"):
        for kind in ("", "for the learner"):
            made.values[name, kind] = {"slug": course.slug} if name.startswith("programs") else {"pk": course.pk}
        made.data[name, "for the learner"] = {"learner": learner.pk}
    for name in (
        "programs:enrolment_leave",
        "programs:enrolment_changed",
        "programs:enrolment_why",
        "programs:enrolment_withdraw",
        "api_withdraw",
    ):
        made.values[name, ""] = {"pk": seat.pk}
    for name in ("programs:enrolment_accept", "programs:enrolment_decline", "api_accept", "api_decline"):
        made.values[name, ""] = {"pk": offer.pk}
    made.values |= _answered(town, everyone["coordinator"], member)
    made.values |= _desk(town, everyone["coordinator"])
    first_lines = {"workgroup": town.workgroup.slug, "area": town.area.slug, "title": {"fa": "گلیم"}}
    made.data["api_work_programs", "a title"] = first_lines
    _fill_desk(made, town, course, member)
    _convene(made, town)
    made.values["programs:follow", ""] = {"kind": "programs", "slug": town.program.slug}
    desk_rows.fill(made.values)
    run = services.hand_in(
        actor=everyone["coordinator"],
        workgroup=town.workgroup,
        profile="mft",
        name="file.csv",
        content=b"x",
        language="fa",
        options={},
    )
    for name in ("", "_report", "_columns", "_places", "_seats", "_confirm", "_undo"):
        made.values[f"programs:work_import{name}", "import"] = {"pk": run.pk}
        made.values[f"programs:work_import{name}", ""] = {"pk": run.pk}
        made.values[f"api_work_import{name}", ""] = {"pk": run.pk}
    _announce(made, town)
    records_rows.fill(made, town, member)
    made.data["members:token_revoke", ""] = {"token": ApiToken.objects.first().pk}
    made.data["api_inbox_read", ""] = {"until": 1}
    return made


def _fill_lots(made: World, town: Town, course: Course) -> None:
    """A course whose lots are still to be drawn, beside one without."""
    lots = town.course(first=clock.now() + 45 * DAY, selection=Course.Selection.LOTTERY)
    promise_seed(lots)
    for kind, one in {"lottery": lots, "in order of arrival": course}.items():
        made.values["programs:draw_detail", kind], made.values["api_draw", kind] = {"slug": one.slug}, {"pk": one.pk}


def _answered(town: Town, coordinator: Member, member: Member) -> dict[tuple[str, str], dict[str, Any]]:
    """A place whose learner answered with a file, in a course that goes on asking for one."""
    place = asking.answered(asking.asking(town, coordinator), member)
    file = place.sheet.files.get()
    course, row = {"slug": place.course.slug}, {"pk": place.pk}
    return {
        ("programs:my_answers", ""): row,
        ("programs:my_answers_save", ""): row,
        ("api_my_answers", ""): row,
        ("programs:answer_file", ""): {"pk": file.pk},
        ("api_answer_file", ""): {"pk": file.pk},
        ("api_answer_files", ""): {"pk": place.course_id},
        ("programs:work_course_questions", ""): course,
        ("programs:work_course_questions_save", ""): course,
    }


def _fill_family(made: World, member: Member) -> None:
    """A child for whom the member acts."""
    child = accounts.care_for(actor=member, person=accounts.Person("آرش", 1393), relation="child", consents=True)
    for name in ("learner", "save", "end", "invite", "dismiss"):
        made.values[f"programs:family_{name}", ""] = {"pk": child.pk}
    made.values["api_my_learner", ""] = {"pk": child.pk}
    made.data["programs:family_dismiss", ""] = {"guardian": 1}
    grown = accounts.care_for(actor=member, person=accounts.Person("نیما", 1393), relation="child", consents=True)
    born = clock.today().replace(year=clock.today().year - 18, day=1)
    grown.born_from = grown.born_until = born
    grown.save()
    Care.objects.filter(learner=grown).update(until_on=grown.of_age_on)
    for name in ("own", "own_ask"):
        made.values[f"programs:family_{name}", ""] = {"pk": grown.pk}
    other = person()[0]
    theirs = accounts.care_for(actor=other, person=accounts.Person("سارا", 1393), relation="child", consents=True)
    asked = services.invite(actor=other, learner=theirs, contact=member.phone)
    for verb in ("", "_accept", "_decline"):
        made.values[f"programs:invitation{verb}", ""] = {"pk": asked.pk}
    made.values["programs:invitation_revoke", ""] = {
        "pk": services.invite(actor=member, learner=child, contact="omid@example.org").pk
    }


def _letter(member: Member) -> dict[tuple[str, str], dict[str, Any]]:
    """What an announcement brings to a member: the short link and the way out."""
    values = {"title": {"fa": "جشنواره"}, "summary": {"fa": "سه روز"}, "slug": "festival"}
    notice = telling.open_notice(key="matrix", kind="announcements/news", values=values)
    telling.spread(notice=notice, members=Member.objects.filter(pk=member.pk))
    row = member.deliveries.filter(notice=notice).latest("pk")
    code, secret = links.short(row.pk).rsplit("/", 1)[1], links.secret(row.pk)
    found: dict[tuple[str, str], dict[str, Any]] = {
        ("opened", "right code"): {"code": code},
        ("opened", "wrong code"): {"code": _other(code)},
    }
    for name in ("notifications:unsubscribe", "notifications:unsubscribe_now"):
        found |= {(name, "right secret"): {"secret": secret}, (name, "wrong secret"): {"secret": _other(secret)}}
    return found


def _other(secret: str) -> str:
    return secret[:-1] + ("a" if secret[-1] != "a" else "b")


def _announce(made: World, town: Town) -> None:
    """An announcement of the town's workgroup that is out, and a draft that carries a picture and a document."""
    written = Writing(town.workgroup, made.people["coordinator"])
    out, draft = written.out(), written.begin()
    picture = draft.pictures.create(file="p.webp", width=4, height=3)
    document = draft.attachments.create(file="d.pdf", name="Plan", size=9)
    made.values["announcements:announcement_detail", "published"] = {"slug": out.slug}
    made.values["announcements:announcement_detail", "draft"] = {"slug": draft.slug}
    made.values["api_announcement", ""] = {"slug": out.slug}
    more = {"picture_drop": {"pk": picture.pk}, "document_drop": {"pk": document.pk}}
    for where in ("city", "work"):
        for name in RIGHTS:
            if name.startswith(("announcements:desk", "api_desk")):
                short, at = name.split("_", 1)[1].removeprefix("desk_"), {"desk": where}
                is_row = short in {"deliveries", "steer"} or name.startswith("api_desk")
                row = {"pk": (out if short in STEERED else draft).pk} if is_row else {"slug": draft.slug}
                made.values[name, where] = at | ({} if short in NO_ROW else row) | more.get(short, {})


NO_ROW, STEERED = {"list", "calendar", "new", "create", "announcements"}, {"deliveries", "steer", "messages"}


def _desk(town: Town, coordinator: Member) -> dict[tuple[str, str], dict[str, Any]]:
    """A program with a course in the workspace, each with a version and the course with a class meeting."""
    program = services.create_program(
        actor=coordinator, workgroup=town.workgroup, area=town.area, texts={"en": {"title": "Kilim"}}
    )
    course = services.create_course(actor=coordinator, program=program)
    meeting = course.meetings.create(starts_at=clock.now() + DAY, ends_at=clock.now() + 2 * DAY)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name in ("", "_save", "_publish", "_submit", "_turn", "_remark", "_history"):
        found[f"programs:work_program{name}", ""] = {"slug": program.slug}
    for name in ("", "_create", "_save", "_publish", "_meetings", "_copy", "_cancel", "_history"):
        found[f"programs:work_course{name}", ""] = {"slug": course.slug}
    found["programs:work_course_create", ""] = {"slug": program.slug}
    found["programs:work_program_restore", ""] = {"slug": program.slug, "version": 1}
    found["programs:work_course_restore", ""] = {"slug": course.slug, "version": 1}
    found["programs:work_meeting_drop", ""] = {"slug": course.slug, "pk": meeting.pk}
    for name in RIGHTS:
        if re.match("api_work_program(?!s)", name):
            found[name, ""] = {"pk": program.pk}
        elif re.match("api_work_course(?!_export)", name):
            found[name, ""] = {"pk": course.pk}
    found["api_work_program_restore", ""]["number"] = 1
    _fill_classes(found, coordinator, course, meeting)
    return found


def _fill_classes(
    found: dict[tuple[str, str], dict[str, Any]], coordinator: Member, course: Course, meeting: ClassMeeting
) -> None:
    """One class meeting of a course, its instructor, its first version."""
    teaching = services.assign(actor=coordinator, course=course, contact=coordinator.phone or "", from_on=clock.today())
    for name in ("", "_move", "_off"):
        found[f"programs:work_class{name}", ""] = {"slug": course.slug, "pk": meeting.pk}
    for name in ("s", "_assign", "", "_end"):
        about = {} if name in {"s", "_assign"} else {"pk": teaching.pk}
        found[f"programs:work_instructor{name}", ""] = {"slug": course.slug} | about
    for name in ("", "_move", "_off"):
        found[f"api_work_course_meeting{name}", ""]["meeting"] = meeting.pk
    found["api_work_course_instructor_end", ""]["teaching"] = teaching.pk
    found["api_work_course_restore", ""]["number"] = 1


def _fill_desk(made: World, town: Town, course: Course, member: Member) -> None:
    """What the workspace's addresses name: a course with somebody in it, and a question about it."""
    place = enrol(town.course(first=clock.now() + 50 * DAY), member)
    question = services.ask(actor=member, course=place.course, text="ابزار را خودمان بیاوریم؟")
    wish, _ = services.wish(actor=member, text="شنا برای بانوان", language="fa")
    about_course = {"slug": place.course.slug}
    reserve = _reserve(place.course)
    kinds: dict[str, dict[str, Any]] = {
        "work_(roster|admit|export|message)": about_course,
        "work_place": about_course | {"pk": place.pk},
        "work_question(?!s)": {"pk": question.pk},
        "course_(ask|code)": {"slug": course.slug},
        "work_course_decide": about_course,
        "work_roll(_lines|_code|_forget)?$": {"pk": _roll(town)},
        "work_reserve(s|_keep)$": about_course,
        "work_reserve(_change|_end)?$": about_course | {"pk": reserve},
        "(work_wish|wish_support)": {"pk": wish.pk},
    }
    named = [
        (name, values) for pattern, values in kinds.items() for name in RIGHTS if re.match(f"programs:{pattern}", name)
    ]
    made.values |= {(name, ""): values for name, values in named}
    waiting = crowd(town.course(first=clock.now() + 55 * DAY, capacity=1), 2)[1]
    applied = enrol(town.course(first=clock.now() + 60 * DAY, selection=Course.Selection.APPROVAL), member)
    rows = {"withdraw": place.pk, "contact": place.pk, "promote": waiting.pk, "reply": question.pk}
    for name, pk in (rows | dict.fromkeys(("approve", "refuse"), applied.pk)).items():
        made.values[f"api_work_{name}", ""] = {"pk": pk}
    for kind in ("", "somebody new"):
        made.values["api_work_roster", kind] = {"pk": place.course_id}
    made.values["api_work_message", ""] = {"pk": place.course_id}
    made.values["api_work_course_export", ""] = {"pk": place.course_id}
    for name in ("", "_answer", "_set_aside"):
        made.values[f"api_work_wish{name}", ""] = {"pk": wish.pk}
    made.values["api_ask", ""] = made.values["api_prove", ""] = {"pk": course.pk}
    for name, number in {"s": {}, "": {"number": reserve}, "_end": {"number": reserve}}.items():
        made.values[f"api_work_reserve{name}", ""] = {"pk": place.course_id} | number
    for name in ("lines", "code", "forget"):
        made.values[f"api_work_roll_{name}", ""] = {"pk": _roll(town)}
    made.data |= {
        ("api_work_roster", "somebody new"): WALK_IN,
        ("api_work_message", ""): {"fa": "برف", "en": "Snow", "to": "all"},
        ("api_work_withdraw", ""): {"reason": "به خواست خودش"},
        ("api_work_promote", ""): {"reason": "ویلچر", "extra_seat": True},
        ("api_work_refuse", ""): {"reason": "گروه پیشرفته است"},
        ("api_work_reply", ""): {"text": "نه"},
        ("api_ask", ""): {"text": "کجا؟"},
    }


def _reserve(course: Course) -> int:
    """A seat of a course that is kept for children."""
    desk = Member.objects.create(email="keeper@example.org", is_superuser=True)
    until_on = clock.today() + DAY
    return services.reserve_seats(actor=desk, course=course, seats=1, until_on=until_on, group={"age_max": 17}).pk


def _roll(town: Town) -> int:
    """A list of the people of the town's library."""
    facts = {"workgroup": town.workgroup, "organisation": town.organisation, "kind": Roll.Kind.STAFF}
    return Roll.objects.get_or_create(**facts, defaults={"until_on": clock.today() + 90 * DAY})[0].pk


def _convene(made: World, town: Town) -> None:
    """A meeting of the town's workgroup, a matter, a decision, an appointment."""
    coordinator = made.people["coordinator"]
    now, where = clock.now(), groups.meetings.Where(place="سالن ۲")
    called = {"actor": coordinator, "workgroup": town.workgroup, "where": where, "agenda": ["برنامهٔ زمستان"]}
    meeting = groups.call_meeting(starts_at=now + DAY, ends_at=now + DAY + DAY / 24, **called)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=now - DAY, ends_at=now)
    decision = groups.decide(
        actor=coordinator, meeting=meeting, text={"fa": "یک کلاس"}, owner="coordinator", due_on=clock.today() + DAY
    )
    group, this = {"slug": town.workgroup.slug}, {"slug": town.workgroup.slug, "number": meeting.number}
    appointment = Appointment.objects.get(member=coordinator)
    item = meeting.items.get()
    found = {
        GROUP: group,
        MEETING: this,
        f"{MEETING}_row": {"pk": meeting.pk},
        DECISION: {"pk": decision.pk},
        TERM: group | {"pk": appointment.pk},
        f"{TERM}_row": {"pk": appointment.pk},
        "item": this | {"pk": item.pk},
        "item_row": {"pk": item.pk},
    }
    for kind, names_of_kind in ROWS.items():
        for name in names_of_kind.split():
            made.values[name.replace("work_", "programs:work_", 1) if name.startswith("work_") else name, ""] = found[
                kind
            ]
    made.data["programs:work_decision_close", ""] = made.data["api_work_decision_close", ""] = {"state": "done"}
    made.data["programs:work_decision_lead", ""] = {"row": f"program:{town.program.pk}"}


GROUP, MEETING, DECISION, TERM = "group", "meeting", "decision", "term"
ROWS = {
    GROUP: "work_workgroup work_workgroup_save work_meetings work_meeting_call programs:city_workgroup "
    "programs:city_workgroup_save programs:city_appointments programs:city_appoint api_work_workgroup",
    MEETING: "work_meeting work_meeting_edit work_meeting_move work_meeting_off work_meeting_file work_item_add "
    "work_meeting_attendance work_decide work_meeting_approve work_minutes work_minutes_pdf",
    f"{MEETING}_row": "api_work_meeting api_work_meeting_off api_work_meeting_items api_work_meeting_attendance "
    "api_work_meeting_approve api_work_meeting_decide",
    DECISION: "work_decision work_decision_save work_decision_close work_decision_publish work_decision_lead "
    "api_work_decision api_work_decision_close api_work_decision_publish",
    TERM: "programs:city_term programs:city_term_save",
    f"{TERM}_row": "api_city_appointment_extend api_city_appointment_release",
    "item": "work_item_save",
    "item_row": "api_work_item",
}


def _appoint(everyone: dict[str, Member], town: Town) -> None:
    municipality = Organisation.objects.create(slug="municipality", kind=Organisation.Kind.MUNICIPALITY)
    since = clock.today() - DAY
    Appointment.objects.create(
        member=everyone["coordinator"], role="coordinator", workgroup=town.workgroup, from_on=since
    )
    Appointment.objects.create(member=everyone["staff"], role="staff", organisation=municipality, from_on=since)
    Member.objects.filter(pk=everyone["superuser"].pk).update(is_superuser=True)


def ask(world: World, name: str, right: Right, who: str) -> HttpResponse:
    """What that person gets there, everything as it was before."""
    client = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {world.tokens[who]}"} if who in TOKENS else {}
    if world.people.get(who):
        client.force_login(Member.objects.get(pk=world.people[who].pk))
    address, data = address_of(world, name, right), world.data.get((name, right.of), {})
    if address.startswith("/api/"):
        return client.generic(right.method, address, json.dumps(data), content_type="application/json", headers=headers)
    return getattr(client, right.method.lower())(address, data, headers=headers)


def address_of(world: World, name: str, right: Right) -> str:
    """The address with the row that the line is about."""
    if "/" in name:
        return f"/{name}"
    with translation.override("fa"):
        return reverse(name, kwargs=world.values.get((name, right.of)))


LINES = [(name, right) for name, rights in RIGHTS.items() for right in rights]
AT_ONCE = 25  # lines that share a world: to build one takes longer than to ask a line
PARTS = [LINES[start : start + AT_ONCE] for start in range(0, len(LINES), AT_ONCE)]


@pytest.mark.parametrize("lines", PARTS, ids=[part[0][0] for part in PARTS])
def test_each_person_gets_what_the_table_says(world: World, lines: list[tuple[str, Right]]) -> None:
    """P1."""
    wrong = {}
    for name, right in lines:
        expected = {who: status for who in (*PEOPLE, *TOKENS) if (status := getattr(right, who)) is not None}
        found = {who: asked(world, name, right, who) for who in expected}
        if found != expected:
            wrong[f"{name} {right.method} {right.of}".strip()] = (found, expected)
    assert wrong == {}


def asked(world: World, name: str, right: Right, who: str) -> int:
    """The status that the person gets, everything as it was before and after."""
    cache.clear()
    with transaction.atomic():
        status = ask(world, name, right, who).status_code
        transaction.set_rollback(True)
    return status


def test_the_walk_can_fail(world: World) -> None:
    """P1: without the guard of `visible_to` the stranger would get the page."""
    right = RIGHTS["programs:enrolment_leave"][0]
    assert ask(world, "programs:enrolment_leave", right, "stranger").status_code == 404
    Care.objects.create(
        guardian=world.people["stranger"],
        learner=towns.own(world.people["member"]),
        relation="other",
        from_on=clock.today(),
    )
    assert ask(world, "programs:enrolment_leave", right, "stranger").status_code == 200


def admin_addresses() -> list[str]:
    """Every address of Django's admin that can be built without or with a number."""
    found = []
    for name in set(names(get_resolver().url_patterns)):
        if name.startswith("admin:"):
            for values in ((), (1,)):
                try:
                    found.append(reverse(name, args=values))
                except NoReverseMatch:
                    continue
    return sorted(found)


@pytest.mark.parametrize("who", ["visitor", "member", "coordinator", "staff"])
def test_nobody_but_superusers_enters_the_admin(world: World, who: str) -> None:
    """P1."""
    client = Client(raise_request_exception=False)
    if world.people[who]:
        client.force_login(world.people[who])
    addresses = [address for address in admin_addresses() if address != "/admin/login/"]
    assert len(addresses) > 20
    assert {
        address: status for address in addresses if (status := client.get(address).status_code) not in {302, 404}
    } == {}


# Foreign rows


def test_a_row_through_a_foreign_parent_is_not_there(world: World) -> None:
    """P3: one's own offer, with somebody else's place to leave for it; one's own course, with somebody else's learner."""
    member, stranger = world.people["member"], world.people["stranger"]
    client = Client()
    client.force_login(member)
    theirs = enrol(Town().course(first=clock.now() + 90 * DAY), stranger)
    offer = world.values["programs:enrolment_accept", ""]["pk"]
    before = Enrolment.objects.order_by("pk").values_list("pk", "state")
    rows = list(before)
    assert client.post(f"/fa/me/enrolments/{offer}/accept/", {"leaving": theirs.course_id}).status_code == 404
    learner = {"learner": towns.own(stranger).pk}
    slug = world.values["programs:course_detail", "published"]["slug"]
    pk = world.values["api_course", "published"]["pk"]
    assert client.post(f"/fa/courses/{slug}/enrol/", learner).status_code == 404
    answer = client.post(f"/api/v1/courses/{pk}/enrolments/", json.dumps(learner), content_type="application/json")
    assert answer.status_code == 404
    assert list(before.all()) == rows


VARYING = (re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'), re.compile(r"[0-9a-f]{32}"))


def bare(response: HttpResponse, address: str, row: str) -> tuple[int, str, dict[str, str]]:
    """An answer without what differs at every request, and without the address that was asked for."""
    slug = address if row.isdecimal() else row
    text = response.content.decode()
    for one in VARYING:
        text = one.sub("*", text)
    text = text.replace(address, "*")
    kept = {name: value for name, value in response.headers.items() if name not in {"X-Request-ID", "Content-Length"}}
    return response.status_code, text, {name: value.replace(slug, "*") for name, value in kept.items()}


HIDDEN = [
    ("get", "/{lang}/me/enrolments/{row}/leave/", "seat"),
    ("post", "/{lang}/me/enrolments/{row}/withdraw/", "seat"),
    ("post", "/{lang}/me/enrolments/{row}/accept/", "seat"),
    ("post", "/{lang}/me/enrolments/{row}/decline/", "seat"),
    ("delete", "/api/v1/me/enrolments/{row}/", "seat"),
    ("post", "/api/v1/me/enrolments/{row}/accept/", "seat"),
    ("get", "/api/v1/courses/{row}/", "draft id"),
    ("get", "/{lang}/me/family/{row}/", "learner"),
    ("post", "/{lang}/me/family/{row}/invite/", "learner"),
    ("post", "/{lang}/me/family/{row}/dismiss/", "learner"),
    ("get", "/{lang}/me/family/{row}/own/", "learner"),
    ("get", "/{lang}/me/invitations/{row}/", "invitation"),
    ("post", "/{lang}/me/invitations/{row}/accept/", "invitation"),
    ("get", "/{lang}/me/enrolments/{row}/changed/", "seat"),
    ("post", "/{lang}/me/family/{row}/save/", "learner"),
    ("post", "/{lang}/me/family/{row}/end/", "learner"),
    ("patch", "/api/v1/me/learners/{row}/", "learner"),
    ("delete", "/api/v1/me/learners/{row}/", "learner"),
    ("get", "/{lang}/courses/{row}/", "draft slug"),
    ("post", "/{lang}/courses/{row}/enrol/", "draft slug"),
    ("get", "/{lang}/programs/{row}/", "draft program"),
    ("get", "/calendar/{row}.ics", "secret"),
]


ASKED = [
    (who, *one)
    for who in ("visitor", "stranger")
    for one in HIDDEN
    if who != "visitor" or one[2] not in {"seat", "learner", "invitation"}
]


@pytest.mark.parametrize(("who", "method", "path", "row"), ASKED, ids=[" ".join(one[:3]) for one in ASKED])
def test_not_yours_and_not_there_are_the_same_bytes(world: World, who: str, method: str, path: str, row: str) -> None:
    """P4."""
    client = Client()
    if world.people[who]:
        client.force_login(world.people[who])
    real = {
        "seat": str(world.values["programs:enrolment_leave", ""]["pk"]),
        "learner": str(world.values["api_my_learner", ""]["pk"]),
        "invitation": str(world.values["programs:invitation", ""]["pk"]),
        "draft id": str(world.values["api_course", "draft"]["pk"]),
        "draft slug": world.values["programs:course_detail", "draft"]["slug"],
        "draft program": world.values["programs:program_detail", "draft"]["slug"],
        "secret": world.values["calendar", "wrong secret"]["secret"],
    }[row]
    unreal = {"draft slug": "no-such-course", "draft program": "no-such-program"}.get(row, str(UNREAL))
    addresses = [path.format(lang="fa", row=one) for one in (real, unreal)]
    kind = "application/json" if "/api/" in path else "application/x-www-form-urlencoded"
    hidden, missing = (client.generic(method.upper(), address, "{}", content_type=kind) for address in addresses)
    assert hidden.status_code == (302 if who == "visitor" and "enrol/" in path else 404)
    assert bare(hidden, addresses[0][3:], real) == bare(missing, addresses[1][3:], unreal)


# Rights that ended


@pytest.mark.parametrize(("role", "place"), [("coordinator", "workgroup"), ("staff", "organisation")])
def test_an_appointment_gives_nothing_from_its_last_day_on(
    monkeypatch: pytest.MonkeyPatch, role: str, place: str
) -> None:
    """P5: at midnight in the city, also on a session and a token that are open."""
    town = Town()
    member = person()[0]
    draft = town.course(state=Course.State.DRAFT)
    last = dt.date(2026, 11, 24)
    where = {place: getattr(town, place)}
    Appointment.objects.create(member=member, role=role, from_on=last - 30 * DAY, until_on=last, **where)
    before, after = clock.at(last, dt.time()) - dt.timedelta(seconds=1), clock.at(last, dt.time(0, 0, 1))
    monkeypatch.setattr(clock, "now", lambda: before)
    client = Client()
    client.force_login(member)
    bearer = {"Authorization": f"Bearer {accounts.make_token(actor=member, name='x', scope='work')}"}

    def statuses() -> list[int]:
        page, api = f"/fa/courses/{draft.slug}/", f"/api/v1/courses/{draft.pk}/"
        answers = [client.get(page), client.get(api), Client().get(api, headers=bearer)]
        return [answer.status_code for answer in answers]

    assert statuses() == [200, 200, 200]
    monkeypatch.setattr(clock, "now", lambda: after)
    assert statuses() == [404, 404, 404]


def test_care_that_ended_gives_nothing(client: Client) -> None:
    """P7."""
    member = person()[0]
    child = Learner.objects.create(name="آرش", born_from=dt.date(2014, 1, 1), born_until=dt.date(2014, 12, 31))
    care = Care.objects.create(guardian=member, learner=child, relation="child", from_on=dt.date(2020, 1, 1))
    place, _ = services.enrol(actor=member, course=Town().course(), learner=child)
    client.force_login(member)
    leave = f"/fa/me/enrolments/{place.pk}/leave/"
    shown = [f"/fa/courses/{place.course.slug}/", "/api/v1/me/learners/"]
    assert client.get(leave).status_code == 200
    assert ["آرش" in client.get(address).content.decode() for address in shown] == [True, True]
    assert client.get("/api/v1/me/enrolments/").json()["results"] != []
    Care.objects.filter(pk=care.pk).update(until_on=clock.today())
    assert client.get(leave).status_code == 404
    assert client.delete(f"/api/v1/me/enrolments/{place.pk}/").status_code == 404
    assert ["آرش" in client.get(address).content.decode() for address in shown] == [False, False]
    assert client.get("/api/v1/me/enrolments/").json()["results"] == []


# Strict input

PROGRAM_TEXTS = {"title", "summary", "outcomes", "description", "keywords"}
COURSE_FACTS = {
    "selection",
    "districts",
    "roll",
    "minimum",
    "decide_on",
    "requires",
    "venue",
    "online",
    "capacity",
    "waiting_size",
    "fee",
    "opens_at",
    "closes_at",
    "age_min",
    "age_max",
}
HOURS = {"starts_at", "ends_at", "venue", "place", "link"}
REGISTERS = {
    "District": {"name"},
    "Area": {"name", "description", "icon", "isced", "sdg"},
    "Venue": {"name", "address", "district", "organisation", "lat", "lon", "access"},
    "Organisation": {"name", "kind", "phone", "description"},
}
WRITABLE = {
    "EnrolIn": {"learner", "learners", "if_full", "answers", "answers_of"},
    "KeepIn": {"seats", "until_on"},
    "ReserveIn": {"seats", "until_on", "districts", "roll", "rule", "age_min", "age_max"},
    "AnswersIn": {"version", "consent", "given"},
    "CorrectIn": {"consent", "given"},
    "FileIn": {"number", "file"},
    "QuestionnaireIn": {"version", "consent", "items"},
    "QuestionIn": {"kind", "text_fa", "text_en", "choices_fa", "choices_en", "is_required", "is_sensitive"},
    "PairIn": {"fa", "en"},
    "LearnerEditIn": {"name", "birth_year", "relation", "gender", "district"},
    "LearnerIn": {"name", "birth_year", "relation", "gender", "district", "consents"},
    "NothingIn": set(),
    "ReadIn": {"until"},
    "AdmitIn": {"contact", "name", "birth_year", "relation", "gender", "asked", "consents", "if_full", "answers"}
    | {"district", "exception"},
    "ReasonIn": {"reason"},
    "CodeIn": {"learner", "code"},
    "TakesPlaceIn": {"verdict", "until"},
    "RollIn": {"workgroup", "organisation", "kind", "until_on"},
    "LinesIn": {"lines"},
    "PromoteIn": {"reason", "extra_seat"},
    "MessageIn": {"fa", "en", "to", "chosen"},
    "TextIn": {"text"},
    "BeginIn": {"workgroup", "kind", "title"},
    "AnnouncementEditIn": {
        *("version", "title", "summary", "body", "kind", "audience", "channels", "is_public", "is_pinned", "is_banner"),
        *("publish_at", "ends_at", "programs", "courses", "tells"),
    },
    "ApproveIn": {"version"},
    "ExceptionIn": {"exception"},
    "WithdrawIn": {"reason"},
    "SteerIn": {"to"},
    "WorkgroupIn": {"name", "purpose", "areas", "organisations"},
    "WorkgroupEditIn": {"name", "purpose", "areas", "organisations", "version"},
    "FoundIn": {"slug", "name", "purpose", "areas", "organisations"},
    "AppointIn": {"person", "role", "workgroup", "from_on", "until_on"},
    "ExtendIn": {"until_on"},
    "ReleaseIn": {"until_on", "is_sure"},
    "TextsIn": {"fa", "en"},
    "HoursIn": HOURS,
    "CallIn": HOURS | {"workgroup", "agenda"},
    "MoveIn": HOURS | {"version"},
    "ItemIn": {"title"},
    "MinutesIn": {"minutes", "version"},
    "AttendanceIn": {"marks"},
    "DecideIn": {"text", "owner", "due_on"},
    "EditIn": {"text", "owner", "due_on", "version"},
    "CloseIn": {"state"},
    "PublishIn": {"is_published"},
    "VersionIn": {"version"},
    "MaybeWhyIn": {"fa", "en"},
    "OffClassIn": {"reason"},
    "MoveClassIn": {"starts_at", "ends_at", "venue", "reason"},
    "AssignIn": {"person", "from_on", "until_on"},
    "EndTeachingIn": {"until_on"},
    "ColumnsIn": {"columns", "language"},
    "PlaceIn": {"place", "venue"},
    "PlacesIn": {"places"},
    "SeatsIn": {"courses"},
    "ExportIn": {"reason", "kind"},
    "MarkIn": {"enrolment", "mark", "version"},
    "MarksIn": {"marks"},
    "OutcomeIn": {"completed", "reason"},
    "RevokeIn": {"reason"},
    "WishAnswerIn": {"program", "course"},
    "TitlesIn": {"fa", "en"},
    "NewProgramIn": {"workgroup", "area", "title"},
    "ProgramTextIn": PROGRAM_TEXTS,
    "ProgramTextsIn": {"fa", "en"},
    "ProgramIn": {"version", "area", "level", "districts", "once", "texts"},
    "RemarkIn": {"text", "send_back"},
    "CourseTextIn": {"title", "note", "instructors"},
    "CourseTextsIn": {"fa", "en"},
    "CourseIn": COURSE_FACTS | {"version", "rule", "audience", "language", "texts"},
    "PatternIn": {"weekdays", "first", "meetings", "starts", "ends", "skips_holidays"},
    "CopiesIn": {"firsts"},
    "WhyIn": {"fa", "en"},
    "CancelIn": {"reason"},
    "CityNamesIn": {"fa", "en"},
    "NamesIn": {"fa", "en"},
    "AccessIn": {"step_free_entrance", "accessible_toilet", "induction_loop", "lift", "bus", "parking"},
    "MoveEntryIn": {"to"},
    **{
        name.format(kind): fields | more
        for kind, fields in REGISTERS.items()
        for name, more in (("{}In", set()), ("New{}In", {"slug"}), ("{}EditIn", {"version"}))
    },
    "CityIn": {"names", "phone", "quiet_from", "quiet_until", "version"},
    "FindIn": {"asked"},
    "LookIn": {"reason"},
    "MergeIn": {"gone"},
    "FollowIn": {"kind", "slug", "on"},
    "HandInIn": {"workgroup", "profile", "file", "mode", "area", "accept_missing", "partner"},
}


def inputs(
    kind: type[serializers.Serializer[Any]] = serializers.Serializer,
) -> Iterator[type[serializers.Serializer[Any]]]:
    """Every serializer of ours that reads what was sent."""
    assert all(addresses_of(app) for app in APPS)  # their modules are loaded
    for one in kind.__subclasses__():
        if (
            one.__name__.endswith("In")
            and one.__module__.split(".")[0] not in {"rest_framework", "tests"}
            and one is not In
        ):
            yield one
        yield from inputs(one)


def test_every_writable_field_is_listed() -> None:
    """P6."""
    assert {one.__name__: set(one().fields) for one in inputs()} == WRITABLE


def test_every_input_is_strict() -> None:
    """P6."""
    assert [one.__name__ for one in inputs() if not issubclass(one, In)] == []


@pytest.mark.parametrize(
    "extra", [{"state": "seated"}, {"place": 1}, {"actor": 1}, {"course": 1}, {"if_full": "wait", "id": 7}]
)
def test_a_field_that_nobody_asked_for_is_refused(world: World, client: Client, extra: dict[str, Any]) -> None:
    """P6."""
    client.force_login(world.people["member"])
    count = Enrolment.objects.count()
    paths = {"enrol": f"courses/{world.values['api_course', 'published']['pk']}/enrolments/"}
    paths["accept"] = f"me/enrolments/{world.values['api_accept', '']['pk']}/accept/"
    paths["read"] = "me/inbox/read/"
    for name, path in paths.items():
        data = extra | ({"until": 1} if name == "read" else {})
        answer = client.post(f"/api/v1/{path}", json.dumps(data), content_type="application/json")
        assert (path, answer.status_code, answer["Content-Type"]) == (path, 400, "application/problem+json")
    assert Enrolment.objects.count() == count
