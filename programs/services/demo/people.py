"""The demo city's people: those with a name and a story, and the crowd that fills its courses."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, NamedTuple

from base import clock
from members.models import Care, District, Learner, Member
from members.rules import care_until, year_interval
from members.services.caring import CARE_CONSENT
from programs.demo.files import SAMPLE_YEAR, content, rows
from programs.services.demo.rows import ids, line, write
from workgroups.models import Appointment, Organisation, Workgroup

if TYPE_CHECKING:
    from programs.demo.files import Entry

ADULTS = 440
ADULT_AGES, CHILD_AGES = (18, 84), (3, 17)
CROWD = "crowd{number:04}@example.org"
RELATIONS = {"child": Care.Relation.CHILD, "mother": Care.Relation.PARENT, "father": Care.Relation.PARENT}
YEAR = dt.timedelta(days=365)


class Newcomer(NamedTuple):
    """Someone to be written: who they are, and as what whom cares for them."""

    learner: Learner
    guardian: Member
    relation: str


def person_called(slug: str) -> Member:
    """The member of that slug in the files."""
    return Member.objects.get(email=_entries()[slug]["email"])


def _entries() -> dict[str, Entry]:
    return {one["slug"]: one for one in rows("people")}


def load(today: dt.date) -> None:
    """Writes the people who are missing: members, those they care for, appointments, and the crowd."""
    known = set(Member.objects.values_list("email", flat=True))
    entries = [one for one in rows("people") if one["email"] not in known]
    districts = ids(District)
    members = write(Member(phone=one["mobile"], email=one["email"], language=one["language"]) for one in entries)
    pairs = list(zip(members, entries, strict=True))
    _write_learners([new for member, one in pairs for new in _household(member, one, districts, today)], today)
    _appoint(pairs, today)
    if CROWD.format(number=1) not in known:
        _load_crowd(list(districts.values()), today)


def _write_learners(newcomers: list[Newcomer], today: dt.date) -> None:
    learners = write(new.learner for new in newcomers)
    write(
        Care(
            guardian=new.guardian,
            learner=new.learner,
            relation=new.relation,
            from_on=today - YEAR,
            until_on=care_until(new.relation, new.learner.of_age_on),
            consent_version="" if new.relation == Care.Relation.SELF else CARE_CONSENT,
        )
        for new in newcomers
    )
    write(line(learner, "save_profile", for_id=learner.pk, changes={"name": "changed"}) for learner in learners)


def _household(member: Member, entry: Entry, districts: dict[str, int], today: dt.date) -> list[Newcomer]:
    """The member as a learner, and those they care for; everyone is as old as the files mean, whatever the year."""
    found = []
    for one in (entry, *entry["learners"]):
        is_self = one is entry
        year = one["birth_year_jalali" if member.language == "fa" else "birth_year"] + today.year - SAMPLE_YEAR
        born_from, born_until = year_interval(year)
        learner = Learner(
            name=one["name"][member.language],
            gender=one["gender"],
            born_from=born_from,
            born_until=born_until,
            district_id=districts[entry["district"]],
        )
        relation = Care.Relation.SELF if is_self else RELATIONS.get(one["relation"]["en"], Care.Relation.OTHER)
        found.append(Newcomer(learner, member, relation))
    return found


def _appoint(pairs: list[tuple[Member, Entry]], today: dt.date) -> None:
    organisations, workgroups = ids(Organisation), ids(Workgroup)
    founded = {one["slug"]: dt.date.fromisoformat(one["founded_on"]) for one in rows("workgroups")}
    appointments = []
    for member, one in pairs:
        if "staff" in one["roles"]:
            place = {"organisation_id": organisations[one["organisation"]]}
            appointments.append(Appointment(member=member, role="staff", from_on=today - YEAR, **place))
        elif one["workgroup"]:
            role = "coordinator" if "coordinator" in one["roles"] else "member"
            from_on = min(founded[one["workgroup"]], today)
            place = {"workgroup_id": workgroups[one["workgroup"]]}
            appointments.append(Appointment(member=member, role=role, from_on=from_on, **place))
    write(line(one, "appoint", for_id=one.member_id) for one in write(appointments))


def _load_crowd(districts: list[int], today: dt.date) -> None:
    """Adults with invented names and an e-mail address, every second one with a child; the same in every demo city."""
    chance = random.Random(1)  # noqa: S311 # nosec B311 - sample people, no secrets
    members = write(Member(email=CROWD.format(number=number)) for number in range(1, ADULTS + 1))
    newcomers = []
    for number, member in enumerate(members):
        family = chance.choice(content("people")["crowd_names"]["family"])["fa"]
        where = chance.choice(districts)
        newcomers.append(Newcomer(_stranger(chance, family, where, ADULT_AGES, today), member, Care.Relation.SELF))
        if number % 2:
            child = _stranger(chance, family, where, CHILD_AGES, today)
            newcomers.append(Newcomer(child, member, Care.Relation.CHILD))
    _write_learners(newcomers, today)


def _stranger(chance: random.Random, family: str, district: int, ages: tuple[int, int], today: dt.date) -> Learner:
    gender = chance.choice(["female", "male"])
    given = chance.choice(content("people")["crowd_names"][gender])["fa"]
    born_from, born_until = year_interval(today.year - chance.randint(*ages))
    return Learner(
        name=f"{given} {family}", gender=gender, born_from=born_from, born_until=born_until, district_id=district
    )


def crowd() -> list[tuple[Learner, Member]]:
    """Everyone of the crowd with who asks for them, in the order in which they were written."""
    addresses = [CROWD.format(number=number) for number in range(1, ADULTS + 1)]
    cares = Care.objects.open_on(clock.today()).filter(guardian__email__in=addresses).order_by("learner")
    return [(care.learner, care.guardian) for care in cares.select_related("learner", "guardian")]


def learners_of(slug: str) -> dict[str, tuple[Learner, Member]]:
    """The learners of a person of the files by slug, `self` for the person, with who asks for them."""
    member, entry = person_called(slug), _entries()[slug]
    cares = Care.objects.open_on(clock.today()).filter(guardian=member).select_related("learner").order_by("learner")
    own = [care.learner for care in cares.filter(relation=Care.Relation.SELF)]
    others = {care.learner.name: care.learner for care in cares.exclude(relation=Care.Relation.SELF)}
    found = {one["slug"]: others.get(one["name"][member.language]) for one in entry["learners"]}
    found["self"] = own[0] if own else None
    return {name: (learner, member) for name, learner in found.items() if learner}
