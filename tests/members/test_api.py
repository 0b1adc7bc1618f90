"""The API about the member who asks; what every writing address shares."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client, RequestFactory
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from base.refusal import Refused
from members import limits, services
from members.asking import In, once
from members.authentication import OpensMe, OpensWork, TokenAuthentication
from members.models import ApiToken, Care, Learner, Member

if TYPE_CHECKING:
    from rest_framework.response import Response

    from tests.members.people import Hands

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def token(member: Member, scope: str = "me") -> str:
    return services.make_token(actor=member, name="x", scope=scope)


def test_me_by_session_and_by_token(as_member: Client, member: Member) -> None:
    learner = services.save_profile(actor=member, name="پرنیا", birth_year=1391)
    expected = {"id": member.pk, "language": "fa", "contact": "+989181234542", "learner": learner.pk}
    assert as_member.get("/api/v1/me/").json() == expected
    assert Client().get("/api/v1/me/", headers=bearer(token(member))).json() == expected


def test_before_the_first_enrolment_there_is_no_learner(as_member: Client) -> None:
    assert as_member.get("/api/v1/me/").json()["learner"] is None
    assert as_member.get("/api/v1/me/learners/").json() == {"next": None, "previous": None, "results": []}


def test_learners_are_those_one_cares_for_today(as_member: Client, member: Member, stranger: Member) -> None:
    child, former = Learner.objects.create(name="آرش"), Learner.objects.create(name="سارا")
    Care.objects.create(guardian=member, learner=child, relation="child")
    yesterday = dt.date(2020, 1, 2)
    Care.objects.create(
        guardian=member, learner=former, relation="other", from_on=dt.date(2020, 1, 1), until_on=yesterday
    )
    own = services.save_profile(actor=member, name="پرنیا", birth_year=1391)
    services.save_profile(actor=stranger, name="رها", birth_year=1370)
    none = {"gender": None, "district": None}
    assert as_member.get("/api/v1/me/learners/").json()["results"] == [
        {"id": own.pk, "name": "پرنیا", "relation": "self", "born_from": "2012-03-20", "born_until": "2013-03-20"}
        | none,
        {"id": child.pk, "name": "آرش", "relation": "child", "born_from": None, "born_until": None} | none,
    ]


@pytest.mark.parametrize("path", ["/api/v1/me/", "/api/v1/me/learners/"])
def test_a_visitor_is_asked_who_they_are(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (401, PROBLEM)
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["status"] == 401


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("me", 200), ("work", 200)])
def test_a_scope_opens_what_it_says(client: Client, member: Member, scope: str, status: int) -> None:
    assert client.get("/api/v1/me/", headers=bearer(token(member, scope))).status_code == status


@pytest.mark.parametrize(("scope", "opens"), [("read", False), ("me", False), ("work", True)])
def test_only_a_work_token_opens_work(member: Member, scope: str, *, opens: bool) -> None:
    request = Request(RequestFactory().get("/"))
    request.user, request.auth = member, ApiToken(scope=scope)
    assert OpensWork().has_permission(request, None) is opens


@pytest.mark.parametrize("secret", ["", "x", "lc_nothing", "é", "a" * 5000, "lc_ \x00"])
def test_a_token_that_is_none_is_401_and_never_a_visitor(client: Client, secret: str) -> None:
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401


def test_a_revoked_token_opens_nothing(client: Client, member: Member) -> None:
    secret = token(member)
    services.revoke_token(actor=member, token=ApiToken.objects.get())
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401


def test_the_token_of_an_erased_member_opens_nothing(client: Client, member: Member) -> None:
    secret = token(member)
    Member.objects.update(erased_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401


def test_a_wrong_token_is_not_rescued_by_a_session(as_member: Client) -> None:
    assert as_member.get("/api/v1/me/", headers=bearer("lc_nothing")).status_code == 401


def test_a_token_survives_a_rotation_of_the_key(client: Client, member: Member, settings: Any) -> None:
    """T24."""
    secret = token(member)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-" * 10
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401
    settings.SECRET_KEY_FALLBACKS = [old]
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 200


def test_the_day_of_use_is_written_once_a_day(
    client: Client, member: Member, hands: Hands, django_assert_num_queries: Any
) -> None:
    secret = token(member)
    client.get("/api/v1/me/", headers=bearer(secret))
    assert ApiToken.objects.get().last_used_on == hands.at.date()
    with django_assert_num_queries(2):  # the token with its member, the member's own learner
        client.get("/api/v1/me/", headers=bearer(secret))
    hands.on(days=1)
    client.get("/api/v1/me/", headers=bearer(secret))
    assert ApiToken.objects.get().last_used_on == hands.at.date()


# Strict input (P6)


class CourseIn(In):
    """A request with one field."""

    learner = serializers.IntegerField()


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"learner": 1, "is_superuser": True}, {"is_superuser"}),
        ({"a": 1, "b": 2}, {"a", "b"}),
        ({"learner": "x"}, {"learner"}),
        ([], {"non_field_errors"}),
    ],
)
def test_unknown_fields_are_refused(data: Any, wrong: set[str]) -> None:
    """P6."""
    form = CourseIn(data=data)
    assert not form.is_valid()
    assert set(form.errors) == wrong


def test_known_fields_pass() -> None:
    form = CourseIn(data={"learner": "5"})
    assert form.is_valid()
    assert form.validated_data == {"learner": 5}


# The same answer to the same request


class Making(APIView):
    """Makes a learner a request, once a key."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [OpensMe]

    def post(self, request: Request) -> Response:
        def work() -> tuple[int, dict[str, int]]:
            return 201, {"id": Learner.objects.create(name=request.data["name"]).pk}

        return once(request, work)


def make(member: Member, name: str, key: str | None) -> Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    request = APIRequestFactory().post("/api/v1/x/", {"name": name}, format="json", headers=headers)
    force_authenticate(request, member)
    return Making.as_view()(request)


def test_without_a_key_each_request_is_its_own(member: Member) -> None:
    assert [make(member, "پرنیا", None).status_code for _ in range(2)] == [201, 201]
    assert Learner.objects.count() == 2


def test_with_a_key_the_answer_comes_again(member: Member, stranger: Member) -> None:
    """T2."""
    first, second = make(member, "پرنیا", "k"), make(member, "پرنیا", "k")
    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert Learner.objects.count() == 1
    assert make(stranger, "پرنیا", "k").data != first.data


def test_a_key_names_one_request(member: Member) -> None:
    make(member, "پرنیا", "k")
    response = make(member, "آرش", "k")
    assert (response.status_code, response.data["code"]) == (409, "key_reused")
    assert Learner.objects.count() == 1


@pytest.mark.parametrize("key", ["", "a" * 101, "a\tb"])
def test_a_key_is_short_and_printable(member: Member, key: str) -> None:
    assert make(member, "پرنیا", key).status_code == 400


# Limits in the cache


def test_a_limit_lets_n_pass_and_opens_again(hands: Hands) -> None:
    """R1."""
    hands.at = hands.at.replace(second=10)
    assert [limits.allow("enrol:1", 20, 60) for _ in range(21)] == [True] * 20 + [False]
    assert limits.allow("enrol:2", 20, 60)
    assert limits.retry_after(60) == 50
    hands.on(seconds=49)
    assert not limits.allow("enrol:1", 20, 60)
    hands.on(seconds=1)
    assert limits.allow("enrol:1", 20, 60)


def test_without_redis_people_pass(settings: Any) -> None:
    options = {"socket_connect_timeout": 0.2}
    away = {"BACKEND": "learningcity.cache.PatientRedis", "LOCATION": "redis://127.0.0.1:1", "OPTIONS": options}
    settings.CACHES = {"default": away}
    assert all(limits.allow("x", 1, 60) for _ in range(50))


def test_a_refusal_carries_its_reason() -> None:
    with pytest.raises(Refused):
        services.make_token(actor=Member(), name="x", scope="none")
    with pytest.raises(ValidationError):
        CourseIn(data={"x": 1}).is_valid(raise_exception=True)
