"""Rules of audiences: whom each fact means, how they join, what is refused, how they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from announcements.audience import members_in, why_not_meant, words
from announcements.forms import AnnouncementForm, parsed
from announcements.models import Announcement
from base import clock
from members.models import Care, Member
from programs import services as programs
from programs.models import Enrolment, Follow
from tests import builders
from tests.programs.town import Town, enrol
from workgroups.models import Appointment

if TYPE_CHECKING:
    from announcements.audience import Rule

pytestmark = pytest.mark.django_db


class Crowd:
    """A town and one person for each fact."""

    def __init__(self) -> None:
        self.town = Town()
        self.course = self.town.course()
        self.people: dict[str, Member] = {}
        year = clock.today().year
        self.add("neighbour", district=self.town.district)
        self.add("mother", born=year - 40)
        child = builders.make_learner(self.people["mother"], born=year - 12, relation=Care.Relation.CHILD)
        child.district = self.town.district
        child.save()
        self.add("english", language="en")
        self.add("fan")
        Follow.objects.create(member=self.people["fan"], area=self.town.area)
        self.add("friend")
        Follow.objects.create(member=self.people["friend"], workgroup=self.town.workgroup)
        self.add("regular")
        Follow.objects.create(member=self.people["regular"], program=self.town.program)
        self.add("colleague")
        builders.appoint(self.people["colleague"], Appointment.Role.MEMBER, self.town.workgroup)
        self.add("seated")
        enrol(self.course, self.people["seated"])
        self.add("waiting")
        place = enrol(self.course, self.people["waiting"])
        Enrolment.objects.filter(pk=place.pk).update(state="waiting")
        self.add("gone")
        programs.withdraw(actor=self.people["gone"], enrolment=enrol(self.course, self.people["gone"]))

    def add(self, name: str, *, language: str = "fa", born: int = 1970, **learner: Any) -> None:
        self.people[name] = builders.make_member(language=language)
        builders.make_learner(self.people[name], born=born, **learner)

    def meant(self, rule: Rule) -> set[str]:
        names = {member.pk: name for name, member in self.people.items()}
        return {names[pk] for pk in members_in(rule).values_list("pk", flat=True) if pk in names}


def rules_of(crowd: Crowd) -> dict[str, tuple[Rule, set[str]]]:
    town, slug = crowd.town, crowd.course.slug
    everyone = set(crowd.people)
    district = {"district": town.district.slug}
    return {
        "everyone": ({"everyone": True}, everyone),
        "district": (district, {"neighbour", "mother"}),
        "age": ({"age": [10, 14]}, {"mother"}),
        "language": ({"language": "en"}, {"english"}),
        "area": ({"follows_area": town.area.slug}, {"fan"}),
        "workgroup followed": ({"follows_workgroup": town.workgroup.slug}, {"friend"}),
        "program followed": ({"follows_program": town.program.slug}, {"regular"}),
        "workgroup": ({"workgroup": town.workgroup.slug}, {"colleague"}),
        "enrolled": ({"enrolled_in": [slug]}, {"seated"}),
        "waiting": ({"waiting_in": [slug]}, {"waiting"}),
        "formerly": ({"formerly_in": [slug]}, {"gone"}),
        "any": ({"any": [district, {"language": "en"}]}, {"neighbour", "mother", "english"}),
        "all": ({"all": [district, {"age": [10, 14]}]}, {"mother"}),
        "without": ({"all": [{"everyone": True}, {"not": district}]}, everyone - {"neighbour", "mother"}),
    }


def test_each_rule_means_whom_it_says() -> None:
    crowd = Crowd()
    for name, (rule, whom) in rules_of(crowd).items():
        assert why_not_meant(rule) is None, name
        assert crowd.meant(rule) == whom, name


def test_who_is_erased_is_meant_by_nothing() -> None:
    crowd = Crowd()
    Member.objects.filter(pk=crowd.people["fan"].pk).update(erased_at=clock.now())
    assert "fan" not in crowd.meant({"everyone": True})


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (None, "audience_unknown"),
        ({}, "audience_unknown"),
        ([], "audience_unknown"),
        ({"everyone": False}, "audience_unknown"),
        ({"everyone": True, "age": [1, 2]}, "audience_unknown"),
        ({"district": "nowhere"}, "audience_unknown"),
        ({"district": 4}, "audience_unknown"),
        ({"age": [20, 10]}, "audience_unknown"),
        ({"age": ["10", "20"]}, "audience_unknown"),
        ({"language": "de"}, "audience_unknown"),
        ({"enrolled_in": []}, "audience_unknown"),
        ({"enrolled_in": ["nothing-here"]}, "audience_unknown"),
        ({"any": {"everyone": True}}, "audience_unknown"),
        ({"any": [{"any": [{"any": [{"any": [{"everyone": True}]}]}]}]}, "audience_unknown"),
        ({"any": [{"everyone": True}] * 201}, "audience_unknown"),
        ({"any": []}, "audience_missing"),
    ],
)
def test_a_rule_that_is_none_is_refused(rule: Any, code: str) -> None:
    refusal = why_not_meant(rule)
    assert refusal is not None
    assert refusal.code == code


@pytest.mark.parametrize("language", ["fa", "en"])
def test_each_rule_reads_in_both_languages(language: str) -> None:
    crowd = Crowd()
    with translation.override(language):
        read = {name: words(rule) for name, (rule, _whom) in rules_of(crowd).items()}
    assert all(read.values())
    assert len(set(read.values())) == len(read)
    foreign = [
        text for text in read.values() if any(sign.isascii() == (language == "fa") for sign in text if sign.isalpha())
    ]
    assert foreign == []


def test_a_rule_that_the_form_can_say_comes_back_as_it_was() -> None:
    crowd = Crowd()
    row = Announcement.objects.create(slug="x")
    row.courses.add(crowd.course)
    row.programs.add(crowd.town.program)
    for name, (rule, _whom) in rules_of(crowd).items():
        row.audience = rule
        initial = parsed(row)
        if name in {"all", "age", "language", "without", "any"}:
            continue
        assert initial is not None, name
        data = {"kind": "news", **initial, "courses": [crowd.course.slug], "programs": [crowd.town.program.slug]}
        form = AnnouncementForm(
            data,
            row=row,
            programs=[(crowd.town.program.slug, "p")],
            courses=[(crowd.course.slug, "c")],
        )
        assert form.is_valid(), form.errors
        assert form.audience == rule, name


def test_a_narrowed_rule_comes_back_as_it_was() -> None:
    crowd = Crowd()
    row = Announcement.objects.create(slug="x")
    row.courses.add(crowd.course)
    district, reads = {"district": crowd.town.district.slug}, {"language": "fa"}
    without = {"not": {"enrolled_in": [crowd.course.slug]}}
    row.audience = {
        "all": [{"any": [district, {"follows_area": crowd.town.area.slug}]}, {"age": [7, 12]}, reads, without]
    }
    initial = parsed(row)
    assert initial is not None
    data = {"kind": "news", **initial, "courses": [crowd.course.slug]}
    form = AnnouncementForm(data, row=row, programs=[], courses=[(crowd.course.slug, "c")])
    assert form.is_valid(), form.errors
    assert form.audience == row.audience


def test_a_rule_that_the_form_cannot_say_is_kept() -> None:
    row = Announcement.objects.create(slug="x", audience={"not": {"language": "en"}})
    form = AnnouncementForm({"kind": "news", "whom": "kept"}, row=row, programs=[], courses=[])
    assert form.is_valid(), form.errors
    assert form.audience == row.audience
