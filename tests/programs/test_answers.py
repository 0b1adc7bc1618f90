"""Questions at enrolment: written in versions, answered, corrected, read by those who may (P1, T22), erased in time (P6); strange
input gets a clear answer (F3).
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from base import clock
from base.refusal import Refused
from members import services as accounts
from members.models import Audit, Learner
from programs import services
from programs.models import AnswerFile, AnswerSheet, Course, Enrolment, Item, Questionnaire, Teaching
from programs.rules.answers import read_answers
from tests.programs.asking import CONSENT, ITEMS, answered, answers, asking, item, pdf
from tests.programs.test_rosters import admit, code_of, coordinator_of, signed_in
from tests.programs.town import DAY, Town, person

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db
LONG = "ا" * 2001
MEGABYTE = "x" * 1_000_000


def wrong_in(course: Course, member: Any, **given: Any) -> set[str]:
    """The questions whose answers the service refuses; none where it enrols."""
    read = read_answers(member, course, answers(**given))
    return set(read.refusal.values["fields"]) if read.refusal else set()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, set()),
        ({"_1": ""}, {"1"}),
        ({"_1": "   "}, {"1"}),
        ({"_1": LONG}, {"1"}),
        ({"_1": MEGABYTE}, {"1"}),
        ({"_1": "a\x00b"}, {"1"}),
        ({"_1": "a\u202eb"}, {"1"}),
        ({"_1": 7}, {"1"}),
        ({"_2": 0}, {"2"}),
        ({"_2": 3}, {"2"}),
        ({"_2": "۲"}, set()),
        ({"_2": True}, {"2"}),
        ({"_2": "9" * 500}, {"2"}),
        ({"_3": "no"}, set()),
        ({"_3": "maybe"}, {"3"}),
        ({"_3": ["yes"]}, {"3"}),
        ({"_4": 10**30}, {"4"}),
        ({"_4": 1}, {"4"}),
        ({"_9": "x"}, {"9"}),
        ({"_1": None, "_2": None}, {"1", "2"}),
    ],
)
def test_each_answer_is_judged_by_its_question(given: dict[str, Any], wrong: set[str]) -> None:
    """F3: nothing strange is kept, nothing breaks, and page and API name the same questions."""
    town, (member, _learner) = Town(), person()
    course = asking(town, coordinator_of(town))
    lines = Audit.objects.count()
    sent = json.dumps({"answers": answers(**given)})
    reply = signed_in(member).post(f"/api/v1/courses/{course.pk}/enrolments/", sent, "application/json")
    assert set(reply.json().get("errors", {})) == wrong
    assert wrong_in(course, member, **given) == wrong
    assert Enrolment.objects.exists() is not bool(wrong)
    assert not wrong or Audit.objects.count() == lines


def test_who_does_not_agree_or_answers_old_questions_is_not_enrolled() -> None:
    town, (member, learner) = Town(), person()
    desk = coordinator_of(town)
    course = asking(town, desk)
    ask = {"actor": member, "course": course, "learner": learner}
    for consent in (False, None, "on"):
        with pytest.raises(Refused) as refused:
            services.enrol(**ask, answers=answers() | {"consent": consent})
        assert refused.value.refusal.values["fields"].keys() == {"consent"}
    assert code_of(lambda: services.enrol(**ask)) == "answers"
    course = services.ask_for(actor=desk, course=course, version=1, consent=CONSENT, items=ITEMS[:1])
    ask["course"] = course
    assert code_of(lambda: services.enrol(**ask, answers=answers())) == "answers_changed"
    place, _ = services.enrol(**ask, answers={"version": 2, "consent": True, "given": {"1": "ك ي"}})
    assert (place.sheet.given, place.sheet.questionnaire.version) == ({"1": "ک ی"}, 2)
    assert services.enrol(**ask) == (place, False)


@pytest.mark.parametrize(
    ("items", "consent", "code"),
    [
        (ITEMS, CONSENT, ""),
        ([item()], {"fa": "", "en": ""}, ""),
        ([], {"fa": "", "en": ""}, ""),
        ([item()] * 9, CONSENT, "too_many_questions"),
        ([item(text_en="")], CONSENT, "text_missing"),
        ([item(text_fa="a\u202eb")], CONSENT, "text_hidden"),
        ([item(text_fa="ا" * 301)], CONSENT, "text_long"),
        ([item("choice", choices_en="Red")], CONSENT, "choices"),
        ([item("choice", choices_fa="یک", choices_en="One")], CONSENT, "choices"),
        ([item("file")], {"fa": "", "en": ""}, "consent_missing"),
        ([item(is_sensitive=True)], {"fa": "بله", "en": ""}, "consent_missing"),
    ],
)
def test_what_may_be_asked(items: list[dict[str, Any]], consent: dict[str, str], code: str) -> None:
    """By the service, twice without a second version; the same by page and API."""
    town = Town()
    desk, course = coordinator_of(town), town.course()
    ask = {"actor": desk, "course": course, "version": 0, "consent": consent, "items": items}
    if code:
        assert code_of(lambda: services.ask_for(**ask)) == code
        assert not Questionnaire.objects.exists()
    else:
        first = services.ask_for(**ask)
        again = services.ask_for(**ask | {"version": first.asks_version})
        assert first.asks_version == again.asks_version == bool(items)
        assert Audit.objects.filter(verb="ask_for").count() == bool(items)
    page = {"version": "0" if code else str(course.asks_version), "fa": consent["fa"], "en": consent["en"]}
    page |= {
        f"q{n}-{name}": value for n, one in enumerate(items[:8], 1) for name, value in one.items() if value is not False
    }
    form = signed_in(desk).post(f"/en/work/courses/{course.slug}/questions/save/", page)
    if len(items) <= 8:
        assert form.status_code == (422 if code else 422 if items else 302)
    lines = {name: one[name].splitlines() for one in items[:1] for name in ("choices_fa", "choices_en")}
    sent = {"version": 0, "consent": consent, "items": [one | lines for one in items]}
    reply = signed_in(desk).put(f"/api/v1/work/courses/{course.pk}/questions/", json.dumps(sent), "application/json")
    assert reply.status_code in ({400, 409} if code or items else {200})
    other = person("پریسا")[0]
    assert code_of(lambda: services.ask_for(**ask | {"actor": other})) == "not_yours"


def test_a_resident_answers_in_the_panel_and_nothing_typed_is_lost() -> None:
    """The file that came with a rejected form stays; without JavaScript, in both languages."""
    town, (member, learner) = Town(), person()
    course = asking(town, coordinator_of(town))
    client = signed_in(member)
    for language in ("fa", "en"):
        page = client.get(f"/{language}/courses/{course.slug}/").content.decode()
        assert all(one[f"text_{language}"] in page for one in ITEMS)
        assert CONSENT[language] in page
    typed = {
        "learner": learner.pk,
        "questions": 1,
        "answer_1": "قد ۱۷۰",
        "answer_2": "2",
        "answer_4": pdf("a/b\u202e.pdf"),
    }
    rejected = client.post(f"/fa/courses/{course.slug}/enrol/", typed)
    text = rejected.content.decode()
    assert rejected.status_code == 422
    file = AnswerFile.objects.get()
    assert (file.name, file.sheet) == ("a b.pdf", None) or file.name == "b.pdf"
    assert all(part in text for part in ("قد ۱۷۰", f'name="kept_4" value="{file.pk}"', 'id="id_answer_3_error"'))
    assert f"/en/courses/{course.slug}/" in text
    again = {name: value for name, value in typed.items() if name != "answer_4"}
    done = client.post(
        f"/fa/courses/{course.slug}/enrol/", again | {"answer_3": "no", "consent": "on", "kept_4": file.pk}
    )
    assert done.status_code == 302
    sheet = AnswerSheet.objects.get()
    assert (sheet.given, sheet.files.get().pk) == ({"1": "قد ۱۷۰", "2": 2, "3": False}, file.pk)
    assert services.hand_over(actor=member, course=course, number=4, file=pdf()).sheet is None


def test_who_answered_old_questions_gets_the_new_ones_and_sends_them_once_more() -> None:
    town, (member, learner) = Town(), person()
    desk = coordinator_of(town)
    course = asking(town, desk, items=[item()])
    services.ask_for(actor=desk, course=course, version=1, consent=CONSENT, items=[item(text_fa="اندازهٔ پا")])
    client, address = signed_in(member), f"/fa/courses/{course.slug}/enrol/"
    typed = {"learner": learner.pk, "questions": 1, "answer_1": "۴۲", "consent": "on"}
    refused = client.post(address, typed)
    text = refused.content.decode()
    assert refused.status_code in {409, 422}
    assert all(part in text for part in ("اندازهٔ پا", "۴۲"))
    (version,) = set(re.findall(r'name="questions"\s+value="(\d+)"', text))
    assert client.post(address, typed | {"questions": version}).status_code == 302
    assert AnswerSheet.objects.get().questionnaire.version == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "file_empty"),
        ("a.pdf", b"<script>alert(1)</script>", "not_a_picture"),
        ("a.pdf", b"%PDF-1.4 and no end", "not_a_pdf"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        ("a.pdf", b"%PDF-" + b"x" * (5 * 1024 * 1024), "file_large"),
    ],
)
def test_only_a_pdf_or_a_picture_is_taken(name: str, content: bytes, code: str) -> None:
    """T22."""
    town, (member, learner) = Town(), person()
    course = asking(town, coordinator_of(town))
    typed = {"learner": learner.pk, "questions": 1, "answer_4": pdf(name, content), "answer_1": "بماند"}
    page = signed_in(member).post(f"/en/courses/{course.slug}/enrol/", typed)
    assert (page.status_code, "بماند" in page.content.decode()) == (422, True)
    api = signed_in(member).post(
        f"/api/v1/courses/{course.pk}/answer-files/", {"number": 4, "file": pdf(name, content)}
    )
    assert (api.status_code, api.json()["code"]) == (409, code)
    assert not AnswerFile.objects.exists()


def test_a_file_is_saved_and_never_shown_and_given_to_nobody_else() -> None:
    """T22, P1."""
    town, (member, _) = Town(), person()
    desk = coordinator_of(town)
    place = answered(asking(town, desk), member)
    address = f"/en/answers/files/{place.sheet.files.get().pk}/"
    teacher = person("نرگس")[0]
    Teaching.objects.create(course=place.course, member=teacher, from_on=clock.today() - DAY)
    for who, status in ((member, 200), (desk, 200), (teacher, 404), (person("رضا")[0], 404)):
        assert signed_in(who).get(address).status_code == status
    answer = signed_in(member).get(address)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("private, no-store", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Client().get(address).status_code == 302
    stolen = services.hand_over(actor=member, course=place.course, number=4, file=pdf())
    assert wrong_in(place.course, person("رضا")[0], _4=stolen.pk) == {"4"}


def test_the_roster_shows_answers_and_instructors_read_nothing_sensitive() -> None:
    """P1."""
    town, (member, _) = Town(), person()
    desk = coordinator_of(town)
    place = answered(asking(town, desk), member)
    teacher = person("نرگس")[0]
    Teaching.objects.create(course=place.course, member=teacher, from_on=clock.today() - DAY)
    roster = f"/en/work/courses/{place.course.slug}/roster/"
    api = f"/api/v1/work/courses/{place.course_id}/roster/"
    for who, numbers in ((desk, [1, 2, 3, 4]), (teacher, [1, 2])):
        listed = signed_in(who).get(roster).content.decode()
        assert ("Blue" in listed, "Question yes_no" in listed) == (True, False)
        told = signed_in(who).get(api).json()["results"][0]["answers"]
        assert [one["number"] for one in told] == numbers
    one = signed_in(desk).get(f"{roster}{place.pk}/").content.decode()
    assert all(part in one for part in ("قد ۱۷۰", "Blue", "Question yes_no", "paper.pdf"))
    printed = signed_in(desk).get(f"{roster}print/").content.decode()
    assert ("Blue" in printed, "Question yes_no" in printed) == (True, False)
    given = signed_in(desk).post(f"{roster}export/file/", {"reason": "بیمه", "kind": "csv"}).content.decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(given))
    assert dict(zip(heading, row, strict=True)) | {
        "Question text": "قد ۱۷۰",
        "Question choice": "Blue",
        "Question yes_no": "Yes",
        "Question file": "paper.pdf",
    } == dict(zip(heading, row, strict=True))


def test_answers_are_corrected_until_the_course_begins() -> None:
    town, (member, _) = Town(), person()
    place = answered(asking(town, coordinator_of(town)), member)
    address, client = f"/en/me/enrolments/{place.pk}/answers/", signed_in(member)
    assert "قد ۱۷۰" in client.get(address).content.decode()
    kept = place.sheet.files.get().pk
    typed = {"questions": 1, "answer_1": "قد ۱۷۲", "answer_2": "1", "answer_3": "yes", "consent": "on", "kept_4": kept}
    assert client.post(f"{address}save/", typed | {"answer_2": ""}).status_code == 422
    for _ in range(2):
        assert client.post(f"{address}save/", typed).status_code == 302
    sheet = AnswerSheet.objects.get()
    assert (sheet.given, sheet.files.get().pk) == ({"1": "قد ۱۷۲", "2": 1, "3": True}, kept)
    assert [line.changes for line in Audit.objects.filter(verb="correct")] == [{"questions": ["1", "2"]}]
    api = client.put(
        f"/api/v1/me/enrolments/{place.pk}/answers/",
        json.dumps({"consent": True, "given": {"1": "x", "2": 2, "3": False}}),
        "application/json",
    )
    assert [(one["number"], one["text"]) for one in api.json()] == [(1, "x"), (2, "آبی"), (3, "نه")]
    assert not AnswerFile.objects.exists()
    Course.objects.filter(pk=place.course_id).update(starts_on=clock.today())
    place = Enrolment.objects.select_related("course", "sheet").get(pk=place.pk)
    assert code_of(lambda: services.correct(actor=member, enrolment=place, answers=answers())) == "begun"
    assert client.get(address).status_code == 200
    assert signed_in(person("رضا")[0]).get(address).status_code == 404


def test_the_desk_answers_for_who_calls() -> None:
    town = Town()
    desk = coordinator_of(town)
    course = asking(town, desk, [item()])
    assert code_of(lambda: admit(desk, course)) == "answers"
    client, page = signed_in(desk), f"/en/work/courses/{course.slug}/roster/add/"
    typed = {"contact": "09181112233", "name": "مینا رستمی", "birth": "1380", "relation": "self"}
    typed |= {"asked": "phone", "consents": "on"}
    assert "Question text" in client.get(page).content.decode()
    assert client.post(f"{page}save/", typed).status_code == 422
    assert (
        client.post(f"{page}save/", typed | {"answer_1": "قد ۱۶۰", "consent": "on", "questions": "1"}).status_code
        == 302
    )
    assert AnswerSheet.objects.get().given == {"1": "قد ۱۶۰"}


def test_a_family_chooses_for_whom_before_it_answers() -> None:
    town, (member, _own) = Town(), person()
    course = asking(town, coordinator_of(town), [item()])
    child = accounts.care_for(actor=member, person=accounts.Person("آرش", 1393), relation="child", consents=True)
    client, page = signed_in(member), f"/en/courses/{course.slug}/"
    assert "answer_1" not in client.get(page).content.decode()
    led = client.post(f"{page}enrol/", {"learner": child.pk})
    assert led["Location"] == f"{page}?learner={child.pk}#seat"
    assert "answer_1" in client.get(led["Location"].partition("#")[0]).content.decode()


def kin(member: Member, *names: str) -> list[Learner]:
    return [
        accounts.care_for(actor=member, person=accounts.Person(name, 1393), relation="child", consents=True)
        for name in names
    ]


def sets(*learners: Learner, **more: Any) -> dict[str, Any]:
    """What a browser sends for several, all answered but for what `more` says."""
    sent: dict[str, Any] = {"together": "1", "learner": [one.pk for one in learners]}
    for one in learners:
        answers = {"questions": 1, "answer_1": f"قد {one.pk}", "answer_2": "2", "answer_3": "no", "consent": "on"}
        sent |= {f"of_{one.pk}-{name}": value for name, value in answers.items()}
    return {name: value for name, value in (sent | more).items() if value is not None}


def test_several_of_a_family_answer_at_once_all_or_none_and_nothing_typed_is_lost() -> None:
    town, (member, _own) = Town(), person()
    course = asking(town, coordinator_of(town))
    arash, nika = kin(member, "آرش", "نیکا")
    client, page = signed_in(member), f"/en/courses/{course.slug}/"
    assert client.get(page).text.count('type="checkbox"\n                 name="learner"') == 3
    led = client.post(f"{page}enrol/", {"together": "1", "learner": [arash.pk, nika.pk]})
    assert led["Location"] == f"{page}?learner={arash.pk}&learner={nika.pk}#seat"
    asked = client.get(led["Location"].partition("#")[0]).text
    for one in (arash, nika):
        assert f'id="of-{one.pk}"' in asked
        assert all(f'name="of_{one.pk}-answer_{number}"' in asked for number in (1, 2, 3, 4))
        assert f'<input type="hidden" name="learner" value="{one.pk}" />' in asked
    half = {f"of_{arash.pk}-answer_3": None, f"of_{nika.pk}-answer_2": None, f"of_{nika.pk}-consent": None}
    rejected = client.post(f"{page}enrol/", sets(arash, nika, **half, **{f"of_{nika.pk}-answer_4": pdf()}))
    file = AnswerFile.objects.get()
    assert (rejected.status_code, Enrolment.objects.count()) == (422, 0)
    for part in (
        f"قد {arash.pk}",
        f"قد {nika.pk}",
        f'name="of_{nika.pk}-kept_4" value="{file.pk}"',
        f'id="id_of_{arash.pk}-answer_3_error"',
        f'id="id_of_{nika.pk}-answer_2_error"',
        f'id="id_of_{nika.pk}-consent_error"',
        f"of_{arash.pk}",
    ):
        assert part in rejected.text
    assert f'id="id_of_{arash.pk}-answer_2_error"' not in rejected.text
    done = client.post(f"{page}enrol/", sets(arash, nika, **{f"of_{nika.pk}-kept_4": file.pk}))
    assert done.status_code == 302
    places = Enrolment.objects.order_by("learner")
    assert [(one.learner_id, one.state, one.party_id is not None) for one in places] == [
        (arash.pk, "seated", True),
        (nika.pk, "seated", True),
    ]
    given = {one.enrolment.learner_id: one.given for one in AnswerSheet.objects.select_related("enrolment")}
    assert given == {one.pk: {"1": f"قد {one.pk}", "2": 2, "3": False} for one in (arash, nika)}
    assert file.__class__.objects.get().sheet.enrolment.learner_id == nika.pk


def test_a_family_for_whom_too_few_seats_are_free_keeps_its_answers_and_may_wait_together() -> None:
    town, (member, _own) = Town(), person()
    course = asking(town, coordinator_of(town), capacity=2, waiting_size=5)
    arash, nika = kin(member, "آرش", "نیکا")
    other, learner = person("پریسا")
    services.enrol(actor=other, course=course, learner=learner, answers=answers())
    client, page = signed_in(member), f"/fa/courses/{course.slug}/"
    refused = client.post(f"{page}enrol/", sets(arash, nika))
    assert refused.status_code == 409
    assert all(part in refused.text for part in (f"قد {arash.pk}", f"قد {nika.pk}", 'name="if_full"'))
    assert "_error" not in refused.text
    assert client.post(f"{page}enrol/", sets(arash, nika, if_full="wait")).status_code == 302
    waiting = Enrolment.objects.filter(state="waiting")
    assert sorted(waiting.values_list("learner", flat=True)) == [arash.pk, nika.pk]
    assert AnswerSheet.objects.filter(enrolment__in=waiting).count() == 2


def test_the_questions_of_four_cost_as_much_as_those_of_two() -> None:
    town, (member, _own) = Town(), person()
    course = asking(town, coordinator_of(town))
    children = kin(member, "آرش", "نیکا", "سارا", "هیوا")
    client, page, counts = signed_in(member), f"/en/courses/{course.slug}/", []
    client.get(page)
    for some in (children[:2], children):
        with CaptureQueriesContext(connection) as seen:
            shown = client.get(page, {"learner": [one.pk for one in some]})
        assert shown.text.count('-answer_1"') >= len(some)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_another_members_child_is_not_asked_and_one_who_may_not_join_leaves_the_others_answers() -> None:
    town, (member, _own) = Town(), person()
    course = asking(town, coordinator_of(town))
    (arash,) = kin(member, "آرش")
    stranger = kin(person("پریسا")[0], "دیگری")[0]
    client, page = signed_in(member), f"/en/courses/{course.slug}/"
    assert client.post(f"{page}enrol/", sets(arash, stranger)).status_code == 404
    nika = kin(member, "نیکا")[0]
    Learner.objects.filter(pk=nika.pk).update(born_from="1980-01-01", born_until="1980-12-31")
    Course.objects.filter(pk=course.pk).update(age_max=20)
    refused = client.post(f"{page}enrol/", sets(arash, nika))
    assert (refused.status_code, "نیکا" in refused.text, f"قد {arash.pk}" in refused.text) == (409, True, True)
    assert client.post(f"{page}enrol/", sets(arash)).status_code == 302
    assert Enrolment.objects.get().learner_id == arash.pk


def test_a_new_run_asks_what_its_model_asked() -> None:
    town = Town()
    desk = coordinator_of(town)
    (twin,) = services.copy_course(actor=desk, course=asking(town, desk), firsts=[clock.today() + 90 * DAY])
    assert list(Item.objects.filter(questionnaire__course=twin).values_list("kind", flat=True)) == [
        one["kind"] for one in ITEMS
    ]


def test_sensitive_answers_and_files_are_erased_ninety_days_after_the_course() -> None:
    """P6: one audit line a course; once more changes nothing; a file that nobody claimed goes after a day."""
    town, (member, _) = Town(), person()
    place = answered(asking(town, coordinator_of(town)), member)
    services.hand_over(actor=member, course=place.course, number=4, file=pdf())
    Course.objects.filter(pk=place.course_id).update(starts_on=None, ends_on=clock.today() - 90 * DAY)
    assert services.erase_answers(90 * DAY) == 0
    assert AnswerFile.objects.count() == 2
    AnswerFile.objects.filter(sheet=None).update(made_at=clock.now() - 2 * DAY)
    Course.objects.filter(pk=place.course_id).update(ends_on=clock.today() - 91 * DAY)
    assert [services.erase_answers(90 * DAY), services.erase_answers(90 * DAY)] == [1, 0]
    sheet = AnswerSheet.objects.get()
    assert (sheet.given, sheet.erased_at is not None) == ({"1": "قد ۱۷۰", "2": 2}, True)
    assert not AnswerFile.objects.exists()
    assert Audit.objects.filter(verb="erase_answers").count() == 1


BROKEN: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "questionnaire_counts": (Questionnaire, {"version": 0}),
    "questionnaire_consent": (Questionnaire, {"consent_fa": ""}),
    "item_most": (Item, {"number": 9}),
    "item_kind": (Item, {"kind": "song"}),
    "item_asked": (Item, {"text_en": ""}),
    "item_choices": (Item, {"choices_fa": "x"}),
    "answer_file_kind": (AnswerFile, {"kind": "svg"}),
    "answer_file_number": (AnswerFile, {"number": 9}),
}


def test_the_database_holds_each_rule() -> None:
    """Each constraint broken once, the unique ones by a second row."""
    town, (member, _) = Town(), person()
    place = answered(asking(town, coordinator_of(town)), member)
    file = place.sheet.files.get()
    for name, (model, columns) in BROKEN.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            model.objects.filter(pk=model.objects.first().pk).update(**columns)
    waits = {"by": member, "course": place.course, "number": 4, "name": "a.pdf", "kind": "pdf", "content": b"x"}
    AnswerFile.objects.create(**waits)
    twice = [
        lambda: AnswerFile.objects.create(**waits),
        lambda: AnswerFile.objects.create(**waits | {"sheet": file.sheet}),
        lambda: AnswerSheet.objects.create(enrolment=place, questionnaire=place.sheet.questionnaire),
        lambda: Questionnaire.objects.create(course=place.course, version=1, made_by=member),
        lambda: Item.objects.create(questionnaire=place.sheet.questionnaire, number=1, text_fa="x", text_en="x"),
    ]
    for work in twice:
        with pytest.raises(IntegrityError), transaction.atomic():
            work()
