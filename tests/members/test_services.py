"""Every change to accounts: what it does, what it refuses, what it leaves behind."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from base.refusal import Refused
from members import rules, services
from members.models import (
    ApiToken,
    Audit,
    Care,
    CodeTry,
    District,
    IdempotencyKey,
    Learner,
    Member,
    Session,
    SignInCode,
)
from members.sessions import SessionStore, device_words, row_key, shorten
from tests.members.people import PHONE, Hands, another, asked, at_once, refused

if TYPE_CHECKING:
    from django.test import RequestFactory

pytestmark = pytest.mark.django_db


def lines() -> list[tuple[int | None, str, str]]:
    return list(Audit.objects.order_by("pk").values_list("actor_id", "verb", "object_type"))


# Codes


def test_an_asking_holds_no_code_until_it_is_handed_over(hands: Hands) -> None:
    row = services.ask_code(contact=PHONE, client="a", language="en")
    assert (row.digest, row.tries_left, row.language) == (None, 5, "en")
    assert row.expires_at - row.asked_at == dt.timedelta(minutes=5)
    code = services.draw_code(row)
    row.refresh_from_db()
    assert len(code) == 6
    assert code not in row.digest


def test_drawing_again_makes_the_first_code_void() -> None:
    row, first = asked()
    second = services.draw_code(row)
    while second == first:
        second = services.draw_code(row)
    assert refused(lambda: services.redeem(pk=row.pk, typed=first, client="a")) == "code_wrong"
    assert services.redeem(pk=row.pk, typed=second, client="a").phone == PHONE


def test_no_code_is_drawn_for_an_asking_that_is_over(hands: Hands) -> None:
    row = services.ask_code(contact=PHONE, client="a", language="fa")
    hands.on(minutes=5)
    assert refused(lambda: services.draw_code(row)) == "code_old"


def test_the_right_code_makes_a_member_once_and_then_knows_them(hands: Hands) -> None:
    row, code = asked(language="en")
    member = services.redeem(pk=row.pk, typed=code, client="a")
    assert (member.phone, member.email, member.language) == (PHONE, None, "en")
    hands.on(minutes=2)
    row, code = asked(language="fa")
    again = services.redeem(pk=row.pk, typed=code, client="a")
    assert again == member
    assert again.language == "en"
    assert lines() == [(member.pk, "join", "members.member"), (member.pk, "sign_in", "members.member")]
    assert not Learner.objects.exists()


def test_an_address_makes_a_member_with_an_address() -> None:
    row, code = asked("parnia@example.org")
    member = services.redeem(pk=row.pk, typed=code, client="a")
    assert (member.phone, member.email) == (None, "parnia@example.org")


def test_a_code_works_once() -> None:
    row, code = asked()
    services.redeem(pk=row.pk, typed=code, client="a")
    assert refused(lambda: services.redeem(pk=row.pk, typed=code, client="a")) == "code_old"


def test_a_code_lives_five_minutes(hands: Hands) -> None:
    row, code = asked()
    hands.on(minutes=5)
    assert refused(lambda: services.redeem(pk=row.pk, typed=code, client="a")) == "code_old"
    hands.on(seconds=-1)
    assert services.redeem(pk=row.pk, typed=code, client="a").phone == PHONE


def test_five_tries_and_the_right_code_comes_too_late() -> None:
    row, code = asked()
    for _ in range(5):
        assert refused(lambda: services.redeem(pk=row.pk, typed=another(code), client="a")) == "code_wrong"
    assert refused(lambda: services.redeem(pk=row.pk, typed=code, client="a")) == "code_old"
    assert Audit.objects.count() == 0
    assert CodeTry.objects.count() == 6


def test_before_the_code_is_handed_over_nothing_opens() -> None:
    row = services.ask_code(contact=PHONE, client="a", language="fa")
    assert refused(lambda: services.redeem(pk=row.pk, typed="000000", client="a")) == "code_wrong"


def test_a_code_of_one_asking_does_not_open_another() -> None:
    _mine, code = asked(client="mine")
    theirs, other = asked(client="theirs")
    if code != other:
        assert refused(lambda: services.redeem(pk=theirs.pk, typed=code, client="theirs")) == "code_wrong"


def test_codes_survive_a_rotation_of_the_key(settings: Any) -> None:
    """T24."""
    row, code = asked()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" * 10
    assert services.redeem(pk=row.pk, typed=code, client="a").phone == PHONE


@pytest.mark.django_db(transaction=True)
def test_a_try_is_never_counted_inside_a_transaction_that_may_roll_back() -> None:
    row, code = asked()
    with pytest.raises(RuntimeError), transaction.atomic():
        services.redeem(pk=row.pk, typed=code, client="a")


# Races, with real threads


@pytest.mark.django_db(transaction=True)
def test_forty_parallel_guesses_get_five_tries() -> None:
    """T7."""
    row, code = asked()
    answers = at_once(40, lambda n: services.redeem(pk=row.pk, typed=another(code), client=f"c{n}"))
    assert sorted(answers) == ["code_old"] * 35 + ["code_wrong"] * 5


@pytest.mark.django_db(transaction=True)
def test_looking_before_counting_would_let_all_forty_guess() -> None:
    """T7: the guard is that the try is counted by one conditional statement."""
    row, _code = asked()
    looked = threading.Barrier(40)

    def careless(_n: int) -> str:
        found = SignInCode.objects.get(pk=row.pk)
        looked.wait(timeout=20)
        if not found.tries_left:
            return "code_old"
        SignInCode.objects.filter(pk=row.pk).update(tries_left=found.tries_left - 1)
        return "code_wrong"

    assert at_once(40, careless).count("code_wrong") == 40


@pytest.mark.django_db(transaction=True)
def test_the_right_code_from_five_threads_admits_one() -> None:
    """T7."""
    row, code = asked()
    answers = at_once(5, lambda n: services.redeem(pk=row.pk, typed=code, client=f"c{n}"))
    assert sorted(str(answer) for answer in answers) == sorted([str(Member.objects.get()), *["code_old"] * 4])
    assert [verb for _actor, verb, _kind in lines()] == ["join"]


@pytest.mark.django_db(transaction=True)
def test_one_client_gets_thirty_parallel_tries_at_most() -> None:
    rows = [services.ask_code(contact=f"+98918{n:07d}", client=f"c{n}", language="fa") for n in range(8)]
    answers = at_once(40, lambda n: services.redeem(pk=rows[n % 8].pk, typed="000000", client="guesser"))
    assert answers.count("code_wrong") <= 30
    assert answers.count("code_wrong") + answers.count("too_many") == 40


@pytest.mark.django_db(transaction=True)
def test_asking_at_the_same_instant_passes_no_limit() -> None:
    answers = at_once(12, lambda _n: services.ask_code(contact=PHONE, client="a", language="fa").contact)
    assert sorted(answers) == [PHONE] + ["too_many"] * 11


@pytest.mark.django_db(transaction=True)
def test_the_budget_holds_against_many_clients(settings: Any) -> None:
    settings.SMS_DAILY_BUDGET = 5
    at_once(16, lambda n: services.ask_code(contact=f"+98918{n:07d}", client=f"c{n}", language="fa"))
    assert SignInCode.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_requests_do_the_work_once() -> None:
    """T2."""
    member = Member.objects.create(phone=PHONE)

    def work() -> tuple[int, dict[str, int]]:
        return 201, {"id": Learner.objects.create(name="پرنیا").pk}

    answers = at_once(20, lambda _n: services.answer_once(member=member, key="k", digest="d", work=work))
    assert Learner.objects.count() == 1
    assert answers == [(201, {"id": Learner.objects.get().pk})] * 20


@pytest.mark.django_db(transaction=True)
def test_two_profiles_at_once_make_one_learner() -> None:
    member = Member.objects.create(phone=PHONE)
    at_once(8, lambda n: services.save_profile(actor=member, name=f"پرنیا {n}", birth_year=1391))
    assert (Learner.objects.count(), Care.objects.count()) == (1, 1)


# Idempotency


def test_the_same_key_gives_the_same_answer_for_a_day(member: Member, hands: Hands) -> None:
    answers = iter([(201, {"n": 1}), (201, {"n": 2})])

    def work() -> tuple[int, dict[str, int]]:
        return next(answers)

    def ask() -> tuple[int, object]:
        return services.answer_once(member=member, key="k", digest="d", work=work)

    assert [ask(), ask()] == [(201, {"n": 1})] * 2
    hands.on(hours=24)
    assert ask() == (201, {"n": 2})


def test_the_same_key_for_another_request_is_refused(member: Member, stranger: Member) -> None:
    def ask(who: Member, digest: str) -> str:
        return refused(lambda: services.answer_once(member=who, key="k", digest=digest, work=lambda: (204, None)))

    assert [ask(member, "a"), ask(member, "a"), ask(member, "b"), ask(stranger, "b")] == ["", "", "key_reused", ""]


def test_a_refused_work_keeps_no_answer(member: Member) -> None:
    def no() -> tuple[int, object]:
        Learner.objects.create(name="پرنیا")
        raise Refused(rules.NOT_YOURS)

    assert refused(lambda: services.answer_once(member=member, key="k", digest="d", work=no)) == "not_yours"
    assert not IdempotencyKey.objects.exists()
    assert not Learner.objects.exists()


# People


def test_the_first_profile_makes_a_learner_and_the_care_for_oneself(member: Member) -> None:
    learner = services.save_profile(actor=member, name="پرنیا كريمي", birth_year=1391)
    assert (learner.name, learner.born_from, learner.born_until) == (
        "پرنیا کریمی",
        dt.date(2012, 3, 20),
        dt.date(2013, 3, 20),
    )
    assert Care.objects.values_list("guardian", "learner", "relation").get() == (member.pk, learner.pk, "self")
    assert Learner.objects.visible_to(member).get() == learner
    assert lines() == [(member.pk, "save_profile", "members.learner")]
    assert set(Audit.objects.get().changes.values()) == {"changed"}


def test_the_same_profile_twice_is_one_row_and_one_line(member: Member) -> None:
    first = services.save_profile(actor=member, name="پرنیا", birth_year=1391)
    assert services.save_profile(actor=member, name="پرنیا", birth_year=1391) == first
    services.save_profile(actor=member, name="پرنیا کریمی", birth_year=1391)
    assert Learner.objects.get().name == "پرنیا کریمی"
    assert Audit.objects.latest("pk").changes == {"name": "changed"}
    assert len(lines()) == 2


@pytest.mark.parametrize(
    ("name", "year", "code"),
    [
        ("پر\u202eنیا", 1391, "name_hidden"),
        ("پ", 1391, "name_short"),
        ("پ" * 101, 1391, "name_long"),
        ("پرنیا", 91, "birth_year"),
    ],
)
def test_a_refused_profile_leaves_no_trace(member: Member, name: str, year: int, code: str) -> None:
    assert refused(lambda: services.save_profile(actor=member, name=name, birth_year=year)) == code
    assert (Learner.objects.count(), lines()) == (0, [])


def test_language_and_colours_are_set_once(member: Member) -> None:
    for _ in range(2):
        services.set_language_and_theme(actor=member, language="en", theme="dark")
    member.refresh_from_db()
    assert (member.language, member.theme) == ("en", "dark")
    assert [line.changes for line in Audit.objects.all()] == [{"language": ["fa", "en"], "theme": ["", "dark"]}]


@pytest.mark.parametrize(("language", "theme"), [("ko", ""), ("fa", "purple"), ("", "")])
def test_an_unknown_language_or_colour_is_refused(member: Member, language: str, theme: str) -> None:
    assert (
        refused(lambda: services.set_language_and_theme(actor=member, language=language, theme=theme))
        == "unknown_choice"
    )


def test_a_district_is_saved_with_a_line(member: Member) -> None:
    services.save_district(actor=member, district=District(slug="one", name="منطقهٔ یک"))
    assert lines() == [(member.pk, "save_district", "members.district")]


# Tokens


def test_a_token_is_shown_once_and_kept_as_a_digest(member: Member) -> None:
    secret = services.make_token(actor=member, name="my script", scope="me")
    token = ApiToken.objects.get()
    assert secret.startswith("lc_")
    assert len(secret) > 40
    assert token.digest == services.token_digests(secret)[0]
    assert secret not in str(list(ApiToken.objects.values()))
    assert lines() == [(member.pk, "make_token", "members.apitoken")]


def test_revoking_twice_changes_nothing_more(member: Member) -> None:
    services.make_token(actor=member, name="x", scope="me")
    token = ApiToken.objects.get()
    services.revoke_token(actor=member, token=token)
    when = ApiToken.objects.get().revoked_at
    services.revoke_token(actor=member, token=token)
    assert ApiToken.objects.get().revoked_at == when
    assert [verb for _actor, verb, _kind in lines()] == ["make_token", "revoke_token"]


def test_a_stranger_revokes_nothing(member: Member, stranger: Member) -> None:
    services.make_token(actor=member, name="x", scope="me")
    assert refused(lambda: services.revoke_token(actor=stranger, token=ApiToken.objects.get())) == "not_yours"
    assert ApiToken.objects.get().revoked_at is None


def test_twenty_tokens_and_no_more(member: Member) -> None:
    for _ in range(20):
        services.make_token(actor=member, name="x", scope="me")
    assert refused(lambda: services.make_token(actor=member, name="x", scope="me")) == "tokens_full"
    services.revoke_token(actor=member, token=ApiToken.objects.first())
    assert refused(lambda: services.make_token(actor=member, name="x", scope="me")) == ""


def test_a_scope_that_does_not_exist_is_refused(member: Member) -> None:
    assert refused(lambda: services.make_token(actor=member, name="x", scope="admin")) == "unknown_choice"


# Sessions


def begun(member: Member) -> SessionStore:
    store = SessionStore()
    store["_auth_user_id"] = str(member.pk)
    store["agent"] = "Firefox, Android"
    store.save()
    return store


def test_the_table_of_sessions_holds_no_key_that_opens_one(member: Member) -> None:
    store = begun(member)
    row = Session.objects.get()
    assert (row.member, row.agent) == (member, "Firefox, Android")
    assert row.pk == row_key(store.session_key)
    assert store.session_key not in str(list(Session.objects.values()))
    assert SessionStore(row.pk).get("agent") is None
    assert SessionStore(store.session_key).get("agent") == "Firefox, Android"


def test_a_session_that_is_used_lives_on_and_one_left_alone_ends(member: Member, hands: Hands) -> None:
    key = begun(member).session_key
    hands.on(days=13)
    used = SessionStore(key)
    assert used.get("agent")
    assert used.modified
    used.save()
    hands.on(days=13, hours=23)
    assert SessionStore(key).get("agent")
    hands.on(hours=1)
    assert SessionStore(key).get("agent") is None


def test_a_session_is_not_written_at_every_request(member: Member, hands: Hands) -> None:
    key = begun(member).session_key
    Session.objects.update(seen_on=hands.at.date())
    hands.on(hours=2)
    store = SessionStore(key)
    assert store.get("agent")
    assert not store.modified


def test_a_short_session_ends_two_hours_after_its_last_use(member: Member, hands: Hands) -> None:
    store = begun(member)
    store.set_expiry(7200)
    store.save()
    for _ in range(3):
        hands.on(hours=1, minutes=59)
        store = SessionStore(store.session_key)
        assert store.get("agent")
        store.save()
    hands.on(hours=2)
    assert SessionStore(store.session_key).get("agent") is None


def test_a_session_is_shortened_and_never_lengthened(member: Member, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.session = begun(member)
    shorten(request, 8 * 3600)
    shorten(request, 14 * 86400)
    assert request.session.get_expiry_age() == 8 * 3600


def test_saving_a_session_keeps_the_day_it_began(member: Member) -> None:
    store = begun(member)
    began = Session.objects.get().created_at
    store["x"] = 1
    store.save()
    assert Session.objects.get().created_at == began


def test_a_session_ended_elsewhere_is_not_revived(member: Member) -> None:
    store = begun(member)
    services.sign_out_everywhere(actor=member, member=member)
    store["x"] = 1
    with pytest.raises(Exception, match=r"^$"):
        store.save()
    assert not Session.objects.exists()


def test_signing_out_one_device_and_all_others(member: Member, stranger: Member) -> None:
    mine, phone, tablet = begun(member), begun(member), begun(member)
    theirs = begun(stranger)
    services.sign_out(actor=member, device=row_key(phone.session_key))
    services.sign_out(actor=member, device=row_key(phone.session_key))
    services.sign_out(actor=member, device=row_key(theirs.session_key))
    assert services.sign_out_everywhere(actor=member, member=member, spare=row_key(mine.session_key)) == 1
    kept = set(Session.objects.values_list("pk", flat=True))
    assert kept == {row_key(mine.session_key), row_key(theirs.session_key)}
    assert tablet.session_key
    assert [verb for _actor, verb, _kind in lines()] == ["sign_out", "sign_out_everywhere"]


def test_a_stranger_signs_nobody_out(member: Member, stranger: Member) -> None:
    begun(member)
    assert refused(lambda: services.sign_out_everywhere(actor=stranger, member=member)) == "not_yours"
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari, macOS"),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>" * 50, ""),
    ],
)
def test_a_device_is_named_in_two_words(agent: str, words: str) -> None:
    assert device_words(agent) == words


# Commands


def test_api_token_prints_only_the_token(member: Member, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("api_token", "۰۹۱۸ ۱۲۳ ۴۵۴۲")
    out = capsys.readouterr()
    assert out.err == ""
    assert ApiToken.objects.get(digest=services.token_digests(out.out.strip())[0]).member == member
    assert out.out.count("\n") == 1


@pytest.mark.parametrize("command", ["api_token", "grant_superuser"])
@pytest.mark.parametrize("login", ["09180000000", "nobody@example.org", "nonsense"])
def test_commands_name_nobody_clearly(db: None, command: str, login: str) -> None:
    with pytest.raises(CommandError, match=r"\w"):
        call_command(command, login)
    assert not Member.objects.exists()


def test_grant_superuser_grants_once(member: Member) -> None:
    for _ in range(2):
        call_command("grant_superuser", PHONE)
    member.refresh_from_db()
    assert member.is_superuser
    assert lines() == [(None, "grant_superuser", "members.member")]
