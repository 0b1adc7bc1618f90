"""Web push: a message that one browser alone can read, handed to its maker's push service (RFC 8030)."""

from __future__ import annotations

import contextlib
import http.client
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from django.conf import settings

from notifications.channels import Away, Lost, Message, NotNow, Refused

if TYPE_CHECKING:
    from types import TracebackType

TIMEOUT = 10
LONGEST_ANSWER = 10_000
LONGEST_WAIT = 24 * 3600
GONE, OURS = ("404", "410"), 401
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Address:
    """Where a browser takes messages, and the keys that it gave."""

    endpoint: str
    public_key: str
    shared_secret: str


class Push:
    """Kept connections to push services, one to each."""

    def __init__(self) -> None:
        self._open: dict[str, http.client.HTTPSConnection] = {}

    def __enter__(self) -> Self:
        """Opens nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes every connection."""
        for one in self._open.values():
            one.close()

    def send(self, address: Address, message: Message) -> None:
        """Hands one message over. Its topic is its reference: handed over twice, the second takes the first one's place.

        Raises:
            Refused: that browser takes no more messages (404, 410), none of ours (403), or none like this (other 4xx).
            NotNow: the service is too busy or broken (429, 5xx), with what it says of when to come again.
            Lost: it fell silent; the message may have arrived.
            Away: it cannot be reached, or does not take our signature (401).
        """
        from notifications.channels import sealing  # cryptography is large, and few processes seal

        sealed = sealing.encrypt(message.body.encode(), address.public_key, address.shared_secret)
        parts = urlsplit(address.endpoint)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(message.lasts),
            "Urgency": message.urgency,
            "Topic": message.reference.replace("-", ""),
            "Authorization": sealing.authorization(f"https://{parts.netloc}"),
        }
        status, wait = self._ask(parts.netloc, parts._replace(scheme="", netloc="").geturl(), sealed, headers)
        if status == OURS:
            raise Away(str(status))
        if status == TOO_MANY or status >= http.client.INTERNAL_SERVER_ERROR:
            raise NotNow(str(status), wait)
        if status >= http.client.MULTIPLE_CHOICES:
            raise Refused(str(status))

    def _ask(self, host: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, int]:
        """Posts; a kept connection that the other side closed meanwhile is opened again once. Follows no redirect."""
        is_kept = host in self._open
        try:
            return self._post(host, path, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self._leave(host)
            if not is_kept:
                raise Lost(type(error).__name__) from error
        except (TimeoutError, http.client.HTTPException) as error:
            self._leave(host)
            raise Lost(type(error).__name__) from error
        except OSError as error:
            self._leave(host)
            raise Away(type(error).__name__) from error
        return self._ask(host, path, body, headers)

    def _post(self, host: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, int]:
        if host not in self._open:
            self._open[host] = http.client.HTTPSConnection(host, timeout=TIMEOUT, context=ssl.create_default_context())
        connection = self._open[host]
        if connection.sock is None:
            try:
                connection.connect()
            except TimeoutError as error:
                raise OSError("no connection") from error
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        if len(answer.read(LONGEST_ANSWER)) == LONGEST_ANSWER:
            self._leave(host)
        return answer.status, seconds(answer.headers.get("Retry-After"))

    def _leave(self, host: str) -> None:
        with contextlib.suppress(KeyError, OSError):
            self._open.pop(host).close()


def seconds(said: str | None) -> int:
    """What a service says of when to come again, in seconds and at most a day; 0 where it says nothing usable."""
    return min(int(said), LONGEST_WAIT) if said and said.isascii() and said.isdigit() else 0


def is_service(endpoint: str) -> bool:
    """Whether an address is one of a push service that the city knows, over https and at its usual port.

    `.example.org` in PUSH_HOSTS stands for every machine below it. No other machine is ever spoken to, and one that only
    bears the name, such as one inside our own network, cannot show the certificate.
    """
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    if parts.scheme != "https" or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return False
    return bool(line_of(endpoint))


def line_of(endpoint: str) -> str:
    """The entry of PUSH_HOSTS to which an address belongs; the line whose health workers tell each other."""
    host = urlsplit(endpoint).netloc
    known = (one for one in settings.PUSH_HOSTS if host == one or (one.startswith(".") and host.endswith(one)))
    return next(known, "")
