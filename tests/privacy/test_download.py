"""Taking one's data along (V2): every personal column of every table is in the file, nobody else is, it belongs to one
device and is gone after an hour; made by workers, killed or not.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.test import Client

from members.models import Audit, Learner
from notifications.models import Notice
from notifications.texts import render
from privacy import archive, owners, services
from privacy.columns import FIELDS, PERSONAL, SENSITIVE
from privacy.models import Download
from programs.services import families
from programs.services.merging import ENDED, relations
from tests.house.code import APPS
from tests.privacy.life import CHILD, EMAIL, NAME, PHONE, Life
from tests.privacy.test_erasing import code_of, later, somebody

if TYPE_CHECKING:
    from members.models import Member

__all__ = ["later", "somebody"]
pytestmark = pytest.mark.django_db
ABOUT = {PERSONAL, SENSITIVE}
HOUR = dt.timedelta(hours=1)


def opened(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        assert whole.testzip() is None
        found: dict[str, Any] = json.loads(whole.read("data.json"))
    return found


def personal_columns() -> dict[str, set[str]]:
    """By table: what is classified as personal or sensitive."""
    found: dict[str, set[str]] = {}
    for name, level in FIELDS.items():
        if level in ABOUT:
            label, column = name.rsplit(".", 1)
            found.setdefault(label, set()).add(column)
    return found


# The table of owners


def unplaced(personal: dict[str, set[str]]) -> set[str]:
    """Personal columns that neither a download nor an erasure knows of."""
    known = {*owners.OWNED, *owners.NOBODYS}
    return {
        f"{label}.{column}"
        for label, columns in personal.items()
        for column in columns
        if label not in known and f"{label}.{column}" not in owners.DEEDS
    }


def test_every_personal_column_has_an_owner() -> None:
    """V2, V3."""
    assert unplaced(personal_columns()) == set()


def test_the_guard_of_owners_can_fail() -> None:
    assert unplaced({"programs.Wish": {"voice"}}) == {"programs.Wish.voice"}


@pytest.mark.parametrize("model", ["Member", "Learner"])
def test_every_way_to_a_person_is_known(model: str) -> None:
    """V2, V3: a new relation to a member or a learner fails here until it is said whose its rows are."""
    ways = relations(apps.get_model("members", model))
    ways += [one for one in apps.get_model("members", model)._meta.related_objects if one.related_model in ENDED]  # noqa: SLF001
    labels = {(one.related_model._meta.label, one.field.name) for one in ways}  # noqa: SLF001
    left = {
        f"{label}.{column}"
        for label, column in labels
        if label.split(".")[0] in APPS and label not in owners.OWNED and f"{label}.{column}" not in owners.DEEDS
    }
    assert left == set()


def test_no_table_is_named_that_is_none() -> None:
    for label in [*owners.OWNED, *owners.NOBODYS, *(deed.rsplit(".", 1)[0] for deed in owners.DEEDS)]:
        apps.get_model(label)


def test_what_stays_says_why() -> None:
    assert [label for label, own in owners.OWNED.items() if own.fate != owners.Fate.GONE and not own.because] == []


def test_what_is_blanked_is_all_that_is_personal_about_the_person() -> None:
    """V3: of a member and a learner only the number and when it came and went is left."""
    left = {
        label: personal_columns()[label] - set(owners.OWNED[label].blanks)
        for label in ("members.Member", "members.Learner")
    }
    assert left == {"members.Member": {"created_at", "erased_at"}, "members.Learner": {"erased_at"}}


# The file


def test_every_personal_column_is_in_the_file(somebody: Life) -> None:
    """V2: of every table that has a row of theirs; somebody who has used everything has one in each."""
    whole = opened(archive.build(somebody.member))
    empty = {label for label in owners.OWNED if not whole[label]}
    assert empty == {"privacy.Download"}
    for label, columns in personal_columns().items():
        if label in owners.OWNED and label not in empty:
            assert columns <= set(whole[label][0]), label


def test_values_are_those_of_the_rows(somebody: Life) -> None:
    """V2."""
    whole = opened(archive.build(somebody.member))
    (member,) = whole["members.Member"]
    assert (member["phone"], member["email"]) == (PHONE, EMAIL)
    assert {one["name"] for one in whole["members.Learner"]} == {NAME, CHILD, "رها گلستانیان‌پور"}
    assert whole["programs.Question"][0]["text"].startswith(f"من {NAME}")
    assert whole["programs.AnswerSheet"][0]["given"]["1"] == NAME
    assert whole["records.Certificate"][0]["frozen"]["fa"]["name"] == NAME
    assert {one["verb"] for one in whole["trail"] if one["by"] == "me"} >= {"save_profile", "enrol", "care_for", "ask"}
    assert any(one.get("changes") for one in whole["trail"])


def test_spreadsheets_and_own_files_are_beside_it(somebody: Life) -> None:
    """V2, T16."""
    with zipfile.ZipFile(io.BytesIO(archive.build(somebody.member))) as whole:
        names = set(whole.namelist())
        table = whole.read("tables/members.Learner.csv").decode("utf-8-sig")
        (file,) = [name for name in names if name.startswith("files/")]
        content = whole.read(file)
    assert {"readme.txt", "data.json", "tables/programs.Enrolment.csv", "tables/trail.csv"} <= names
    assert {row["name"] for row in csv.DictReader(io.StringIO(table))} >= {NAME, CHILD}
    assert content.startswith(b"%PDF")


def test_nothing_about_others_is_in_it(somebody: Life, staff: Member) -> None:
    """V2: not the coordinator, not the other guardian, not whoever invites, not other people's lines."""
    services.send_away(actor=staff, member=somebody.member, ground="present")
    answer = somebody.coordinator
    text = json.dumps(opened(archive.build(somebody.member)), ensure_ascii=False)
    others = Learner.objects.exclude(pk__in=[somebody.own.pk, somebody.child.pk, somebody.shared.pk])
    names = {name for name in others.values_list("name", flat=True) if len(name) > 3}
    contacts = {one.contact for one in (answer, somebody.other, staff)} | {"+989180000001"}
    assert names
    assert [one for one in names | contacts if one in text] == []
    whole = json.loads(text)
    ids = {answer.pk, somebody.other.pk, staff.pk}
    people = {
        one[column]
        for rows in whole.values()
        for one in rows
        for column in one
        if column in {"by", "made_by", "member"}
    }
    assert people <= {"me", None}
    assert ids.isdisjoint({one["id"] for one in whole["members.Member"]})
    (line,) = [one for one in whole["trail"] if one["verb"] == "ask_erasure"]
    assert line["by"] is None


def test_a_duty_is_told_without_those_whom_it_was_about(somebody: Life) -> None:
    """V2: of what a coordinator did for others the file says when, not for whom."""
    whole = opened(archive.build(somebody.coordinator))
    told = {one["what"] for one in whole["deeds"]}
    assert {"programs.Question.answered_by", "records.Attendance.by"} <= told
    text = json.dumps(whole, ensure_ascii=False)
    assert [one for one in (NAME, CHILD, PHONE, EMAIL) if one in text] == []


def test_another_guardians_file_holds_the_shared_child_alone(somebody: Life) -> None:
    """V2, P7."""
    text = json.dumps(opened(archive.build(somebody.other)), ensure_ascii=False)
    assert "رها گلستانیان‌پور" in text
    assert [one for one in (NAME, CHILD, PHONE, EMAIL) if one in text] == []


def test_care_that_ended_shows_nothing(somebody: Life) -> None:
    """P7."""
    families.end_care(actor=somebody.other, learner=somebody.shared)
    assert "رها گلستانیان‌پور" not in json.dumps(opened(archive.build(somebody.other)), ensure_ascii=False)


# The way to it


def test_it_is_made_by_a_worker_told_and_fetched_on_the_same_device(somebody: Life) -> None:
    """V2."""
    client = somebody.client
    assert client.post("/fa/me/data/ask/").status_code == 302
    assert client.get("/fa/me/data/file/").status_code == 404
    assert services.make_downloads() == 1
    notice = Notice.objects.get(kind="privacy/download_ready")
    for language in ("fa", "en"):
        assert render(notice.kind, notice.values, language).path == f"/{language}/me/data/"
    answer = client.get("/en/me/data/file/")
    assert answer["Content-Type"] == "application/zip"
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert opened(answer.content)["members.Member"][0]["phone"] == PHONE
    assert Audit.objects.filter(verb="ask_for_download").count() == 1


def test_no_other_device_and_nobody_else_gets_it(somebody: Life) -> None:
    """V2, T5."""
    somebody.client.post("/fa/me/data/ask/")
    services.make_downloads()
    second, stranger = Client(), Client()
    second.force_login(somebody.member)
    stranger.force_login(somebody.other)
    assert [one.get("/fa/me/data/file/").status_code for one in (second, stranger, Client())] == [404, 404, 302]
    assert "به همین دستگاه" not in second.get("/fa/me/data/").content.decode()
    somebody.client.post("/fa/accounts/signout/")
    assert not Download.objects.exists()


def test_after_an_hour_the_file_is_gone(somebody: Life, later: Any) -> None:
    """V2, V4."""
    somebody.client.post("/fa/me/data/ask/")
    services.make_downloads()
    assert services.forget_downloads(HOUR) == 0
    later(HOUR + dt.timedelta(seconds=1))
    assert somebody.client.get("/fa/me/data/file/").status_code == 404
    assert services.forget_downloads(HOUR) == 1
    assert not Download.objects.exists()


def test_a_killed_worker_is_followed_by_another(somebody: Life, later: Any) -> None:
    """V2: what one worker holds nobody makes twice, until its lease is over; what cannot be made is given up."""
    somebody.client.post("/fa/me/data/ask/")

    def killed(_member: Member) -> bytes:
        raise SystemExit

    with pytest.raises(SystemExit):
        services.make_downloads(killed)
    assert services.make_downloads() == 0
    later(dt.timedelta(minutes=4))
    assert services.make_downloads() == 1
    assert Notice.objects.filter(kind="privacy/download_ready").count() == 1


def test_asking_again_begins_anew_and_not_at_once(somebody: Life, later: Any) -> None:
    """R1."""
    key = Download._meta.get_field("session").related_model.objects.get(member=somebody.member).pk  # noqa: SLF001
    services.ask_for_download(actor=somebody.member, session=key)
    assert code_of(lambda: services.ask_for_download(actor=somebody.member, session=key)) == "too_many"
    later(dt.timedelta(minutes=2))
    services.ask_for_download(actor=somebody.member, session=key)
    assert Download.objects.count() == 1


def test_a_wish_that_went_meanwhile_tells_nobody(somebody: Life) -> None:
    somebody.client.post("/fa/me/data/ask/")

    def slow(member: Member) -> bytes:
        Download.objects.filter(member=member).delete()
        return b"x"

    assert services.make_downloads(slow) == 0
    assert not Notice.objects.filter(kind="privacy/download_ready").exists()
