"""Messages on members' devices: sealed for one browser, signed by us, handed to known push services alone (T18, T20, D11)."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from base.refusal import Refused
from members.models import Audit, Member
from notifications import inbox, rules, services
from notifications.channels import push, sealing
from notifications.models import Delivery, Line, Notice, PushAddress
from notifications.services.devices import ABREAST
from tests.notifications.conftest import NIGHT, NOON
from tests.notifications.test_deliver import MINUTE, say, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from tests.notifications.servers import PushService

    At = Callable[[dt.datetime], None]

pytestmark = pytest.mark.django_db(transaction=True)
CURVE = ec.SECP256R1()


@dataclass
class Browser:
    """The receiver's side: its pair of keys and its secret."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = b"s" * 16

    def address(self, endpoint: str) -> push.Address:
        return push.Address(endpoint, sealing.encoded(sealing.public_point(self.key)), sealing.encoded(self.secret))

    def read(self, sealed: bytes) -> bytes:
        """Opens a record as RFC 8291 says of the receiver."""
        salt, size, length = sealed[:16], int.from_bytes(sealed[16:20], "big"), sealed[20]
        theirs, text = sealed[21 : 21 + length], sealed[21 + length :]
        assert len(sealed) <= size == 4096
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        about = b"WebPush: info\0" + sealing.public_point(self.key) + theirs
        first = HKDF(hashes.SHA256(), 32, self.secret, about).derive(shared)
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(first)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(first)
        return AESGCM(key).decrypt(nonce, text, None).rstrip(b"\0").removesuffix(b"\x02")


def told(service: PushService, path: str = "/a", language: str = "fa", **more: Any) -> tuple[Browser, Delivery]:
    """A member whose browser is told something."""
    member, _ = Member.objects.get_or_create(email="a@example.org", defaults={"language": language})
    browser = Browser()
    services.tell_device(actor=member, address=browser.address(f"https://{service.host}{path}"), agent="Firefox")
    say(member, f"k{path}", **more)
    return browser, Delivery.objects.get(notice__key=f"k{path}", channel="push")


def claims(header: str) -> dict[str, Any]:
    """Who says that they are who, after their signature was found right with the key beside it."""
    token, key = (part.split("=", 1)[1] for part in header.removeprefix("vapid ").split(", "))
    said, signature = token.rsplit(".", 1)
    raw = sealing.decoded(signature)
    pair = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sealing.decoded(key))
    public.verify(pair, said.encode(), ec.ECDSA(hashes.SHA256()))
    found: dict[str, Any] = json.loads(sealing.decoded(said.split(".")[1]))
    return found


def test_the_example_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    own = sealing.private_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    public = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    salt, text = sealing.decoded("DGv6ra1nlYgDCS1FRnbzlw"), b"When I grow up, I want to be a watermelon"
    assert sealing.encoded(sealing.encrypt(text, public, "BTBZMqHH6r4Tts7J_aSIgg", salt=salt, own=own)) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_message_is_sealed_for_its_browser_and_signed_for_its_service(at: At, service: PushService) -> None:
    browser, row = told(service)
    services.deliver_due()
    ((path, headers, body),) = service.posts
    words = json.loads(browser.read(body))
    assert (path, state(row)) == ("/a", ("sent", 1))
    assert (words["title"], words["lang"], words["dir"]) == ("پرنیا در «سفالگری» ثبت‌نام شد", "fa", "rtl")
    assert words["url"] == "http://127.0.0.1:8000/fa/courses/pottery/"
    assert (headers["TTL"], headers["Urgency"]) == (str(72 * 3600), "normal")
    assert headers["Topic"] == row.reference.hex
    assert headers["Content-Encoding"] == "aes128gcm"
    said = claims(headers["Authorization"])
    assert (said["aud"], said["sub"]) == (f"https://{service.host}", "mailto:learningcity@localhost")
    assert NOON.timestamp() < said["exp"] <= NOON.timestamp() + 24 * 3600
    with pytest.raises(Exception, match=r"^$"):
        Browser().read(body)


def test_a_batch_keeps_its_connection_and_each_device_is_told(at: At, service: PushService) -> None:
    for path in ("/a", "/b"):
        told(service, path)
    services.deliver_due()
    assert sorted(path for path, _, _ in service.posts) == ["/a", "/a", "/b", "/b"]
    assert service.connections <= 4


def test_several_go_at_once_once_the_service_answered_the_first(at: At, service: PushService) -> None:
    """A worker that is ended has eight in hand at most, each of which takes its first one's place."""
    told(service)
    member, service.delay = Member.objects.get(), 0.1
    for number in range(24):
        say(member, f"more{number}")
    services.deliver_due()
    assert Counter(row.state for row in Delivery.objects.filter(channel="push")) == Counter(sent=25)
    assert len({headers["Topic"] for _, headers, _ in service.posts}) == len(service.posts) == 25
    assert 1 < service.most <= ABREAST
    assert service.connections <= ABREAST


@pytest.mark.parametrize("status", [404, 410])
def test_an_address_that_is_gone_is_told_no_more(at: At, service: PushService, status: int) -> None:
    _, row = told(service)
    service.answers["/a"] = (status, {})
    services.deliver_due()
    assert (state(row)[0], row.error) == ("failed", f"refused {status}")
    assert not PushAddress.objects.exists()


def test_one_of_two_devices_is_enough(at: At, service: PushService) -> None:
    told(service, "/gone")
    services.deliver_due()
    service.answers["/gone"] = (410, {})
    _, row = told(service, "/a")
    services.deliver_due()
    assert state(row)[0] == "sent"
    assert PushAddress.objects.get().endpoint.endswith("/a")


@pytest.mark.parametrize(
    ("answer", "least"), [((429, {"Retry-After": "3600"}), 3600), ((503, {}), 40), ((500, {"Retry-After": "x"}), 40)]
)
def test_a_busy_service_is_asked_again_when_it_says(
    at: At, service: PushService, answer: tuple[int, dict[str, str]], least: int
) -> None:
    _, row = told(service)
    service.answers["/a"] = answer
    services.deliver_due()
    assert state(row) == ("queued", 1)
    assert row.due_at >= NOON + dt.timedelta(seconds=least)
    service.answers.clear()
    at(row.due_at)
    services.deliver_due()
    assert state(row) == ("sent", 2)
    assert service.posts[0][1]["Topic"] == service.posts[1][1]["Topic"]


def test_a_dead_service_is_left_alone_and_others_are_told(
    at: At, service: PushService, settings: SettingsWrapper
) -> None:
    """T20."""
    settings.PUSH_HOSTS = ["localhost:1", service.host]
    dead, rows = Member.objects.create(email="d@example.org"), []
    services.tell_device(actor=dead, address=Browser().address("https://localhost:1/x"))
    for number in range(8):
        say(dead, f"dead{number}")
        rows.append(Delivery.objects.get(notice__key=f"dead{number}", channel="push"))
    _, living = told(service)
    services.deliver_due()
    assert state(living)[0] == "sent"
    assert Line.objects.get(name="localhost:1").away_until is not None
    assert {state(row) for row in rows} == {("queued", 1)}
    assert [row.error for row in rows] == ["ConnectionRefusedError", *["away"] * 7]
    assert not Line.objects.filter(name="push", away_until__isnull=False).exists()


def test_the_night_is_quiet_but_for_what_cannot_wait(at: At, service: PushService) -> None:
    at(NIGHT)
    _, row = told(service)
    urgent = told(service, "/b", urgency=Notice.Urgency.URGENT)[1]
    services.deliver_due()
    assert (state(row)[0], state(urgent)[0]) == ("queued", "sent")
    assert {headers["Urgency"] for _, headers, _ in service.posts} == {"high"}
    at(NIGHT + dt.timedelta(hours=8))
    services.deliver_due()
    assert state(row)[0] == "sent"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://{host}/a",
        "https://example.org/a",
        "https://127.0.0.1/a",
        "https://{host}@example.org/a",
        "https://example.org#@{host}/",
        "https://{host}.example.org/",
        "https://x{host}/a",
        "https://{host}/" + "a" * 500,
        "https://{host}/a b",
        "https://{host}/a\r\nX: y",
        "https://[::1/a",
        "",
    ],
)
def test_no_other_machine_is_ever_an_address(service: PushService, endpoint: str) -> None:
    """T18."""
    member = Member.objects.create(email="a@example.org")
    with pytest.raises(Refused, match="not_a_device"):
        services.tell_device(actor=member, address=Browser().address(endpoint.format(host=service.host)))
    assert not PushAddress.objects.exists()


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://notify.windows.com.example.org/x", False),
        ("https://evilpush.apple.com/x", False),
    ],
)
def test_the_makers_of_browsers_are_known(endpoint: str, known: bool) -> None:  # noqa: FBT001 - a column of the table
    """T18."""
    assert push.is_service(endpoint) is known


def test_what_is_no_key_is_refused(service: PushService) -> None:
    member, endpoint = Member.objects.create(email="a@example.org"), f"https://{service.host}/a"
    good = Browser().address(endpoint)
    for keys in (
        ("", ""),
        ("BA", good.shared_secret),
        (sealing.encoded(b"\x04" * 65), good.shared_secret),
        (good.public_key, "c2hvcnQ"),
        ("é", good.shared_secret),
    ):
        with pytest.raises(Refused, match="not_a_device"):
            services.tell_device(actor=member, address=push.Address(endpoint, *keys))


def test_a_service_that_is_known_no_more_is_not_spoken_to(
    at: At, service: PushService, settings: SettingsWrapper
) -> None:
    """T18."""
    _, row = told(service)
    settings.PUSH_HOSTS = ["fcm.googleapis.com"]
    services.deliver_due()
    assert (state(row)[0], service.posts) == ("failed", [])


def test_a_service_without_the_right_certificate_gets_nothing(
    at: At, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T18: a machine of our own network that only bears the name."""
    monkeypatch.delenv("SSL_CERT_FILE")
    _, row = told(service)
    services.deliver_due()
    assert (state(row)[0], service.posts) == ("queued", [])


def test_a_device_is_told_once_however_often_it_says_so(service: PushService) -> None:
    member, other = (Member.objects.create(email=f"{name}@example.org") for name in "ab")
    address = Browser().address(f"https://{service.host}/a")
    for _ in range(2):
        services.tell_device(actor=member, address=address)
    assert Audit.objects.filter(verb="tell_device").count() == 1
    services.tell_device(actor=other, address=address)
    assert PushAddress.objects.get().member == other
    device = PushAddress.objects.get().pk
    for actor in (member, other, other):
        services.forget_device(actor=actor, device=device)
    assert list(Audit.objects.filter(verb="forget_device").values_list("actor_id", flat=True)) == [other.pk]


def test_ten_devices_are_enough(service: PushService) -> None:
    member = Member.objects.create(email="a@example.org")
    for number in range(rules.MOST_DEVICES):
        services.tell_device(actor=member, address=Browser().address(f"https://{service.host}/{number}"))
    with pytest.raises(Refused, match="too_many_devices"):
        services.tell_device(actor=member, address=Browser().address(f"https://{service.host}/more"))
    services.tell_device(actor=member, address=Browser().address(f"https://{service.host}/0"))


def test_a_device_that_was_removed_gets_nothing_that_waited(at: At, service: PushService) -> None:
    _, row = told(service)
    services.forget_device(actor=row.member, device=PushAddress.objects.get().pk)
    services.deliver_due()
    assert (state(row)[0], row.error, service.posts) == ("failed", "refused no address", [])


def test_what_reminds_of_a_class_lasts_until_it_begins(at: At, service: PushService) -> None:
    values = {"starts_at": (NOON + 90 * MINUTE).isoformat()}
    reminder = Notice(kind="programs/starts_tomorrow", values=values, expires_at=NOON + 100 * MINUTE)
    assert rules.lasts(reminder, NOON) == 90 * 60
    assert rules.lasts(Notice(kind="announcements/news", values={}, expires_at=NOON + MINUTE), NOON) == 60


def test_the_page_takes_an_address_and_lists_devices(client: Client, service: PushService) -> None:
    member = Member.objects.create(email="a@example.org", language="en")
    client.force_login(member)
    with override("en"):
        page, tell, forget = (
            reverse(f"notifications:{name}") for name in ("preferences", "device_tell", "device_forget")
        )
    address = Browser().address(f"https://{service.host}/a")
    fields = {name: getattr(address, name) for name in ("endpoint", "public_key", "shared_secret")}
    refused = client.post(tell, {"endpoint": "https://example.org/"})
    assert (refused.status_code, PushAddress.objects.count()) == (422, 0)
    assert "This browser cannot be told" in refused.content.decode()
    assert client.post(tell, fields, headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140"})["Location"] == page
    text = client.get(page).content.decode()
    (device,) = inbox.devices_of(member)
    assert "Firefox" in text
    assert device.mark in text
    assert service.host not in text
    client.post(forget, {"device": device.id})
    assert not PushAddress.objects.exists()


def test_without_a_key_nothing_is_offered(client: Client, settings: SettingsWrapper) -> None:
    settings.VAPID_PRIVATE_KEY = None
    member = Member.objects.create(email="a@example.org", language="en")
    client.force_login(member)
    assert "data-push-key" not in client.get("/en/me/preferences/").content.decode()
    with pytest.raises(Refused, match="push_is_off"):
        services.tell_device(actor=member, address=Browser().address("https://fcm.googleapis.com/x"))


def test_a_new_pair_of_keys_can_be_used(capsys: pytest.CaptureFixture[str], settings: SettingsWrapper) -> None:
    call_command("vapid_keys")
    first, second = capsys.readouterr().out.splitlines()
    private, public = first.removeprefix("VAPID_PRIVATE_KEY="), second.rsplit(" ", 1)[1]
    assert sealing.public_key_of(private) == public
    settings.VAPID_PRIVATE_KEY = private
    assert claims(sealing.authorization("https://x"))["aud"] == "https://x"
