"""Text messages: one POST to the city's gateway for each, and a GET that asks whether one arrived there."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from notifications.channels import Away, Lost, Message, NotNow, Refused

if TYPE_CHECKING:
    from types import TracebackType

TIMEOUT = 10
LONGEST_ANSWER = 10_000
NOT_FOUND, TOO_MANY = 404, 429
OUR_FAULT = (301, 302, 303, 307, 308, 401, 403, 404, 405)


class _Stay(HTTPRedirectHandler):
    """A gateway that sends us elsewhere is not followed."""

    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        """Goes nowhere."""


def _providers() -> dict[str, tuple[str | None, str | None]]:
    """Address and token of each line."""
    return {"sms": (settings.SMS_URL, settings.SMS_TOKEN), "sms2": (settings.SMS_URL_2, settings.SMS_TOKEN_2)}


def is_known(line: str) -> bool:
    """Whether that line leads to a gateway."""
    return bool(_providers()[line][0])


class Sms:
    """A gateway: POST {reference, to, text} to its address; GET <address>/<reference> says 200 if it is there, else 404.

    A message with a template is handed over as {reference, to, template, parameters}.
    """

    def __init__(self, line: str = "sms") -> None:
        self._opener = build_opener(_Stay)
        address, token = _providers()[line]
        self._address, self._token = address or "", token

    def __enter__(self) -> Self:
        """Each message is a request of its own."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays open."""

    def send(self, message: Message) -> None:
        """Hands one message over.

        Raises:
            Refused: the gateway does not take this number or text (400, 410, 422).
            NotNow: the gateway is too busy or broken (429, 5xx); ask `has` before trying again.
            Lost: it fell silent; the message may have arrived, so ask as well.
            Away: the gateway cannot be reached, or does not know us.
        """
        try:
            status, _answer = self._ask(self._address, json.dumps(_fields(message)).encode())
        except (TimeoutError, http.client.HTTPException, ConnectionResetError) as error:
            raise Lost(type(error).__name__) from error
        except OSError as error:
            raise Away(type(error).__name__) from error
        if status in OUR_FAULT:
            raise Away(str(status))
        if status == TOO_MANY or status >= http.client.INTERNAL_SERVER_ERROR:
            raise NotNow(str(status))
        if status >= http.client.MULTIPLE_CHOICES:
            raise Refused(str(status))

    def has(self, reference: str) -> bool | None:
        """Whether the gateway has a message of that reference; None when it cannot tell.

        Raises:
            Away: the gateway cannot be reached.
        """
        status, _answer = self._look(reference)
        return {http.client.OK: True, NOT_FOUND: False}.get(status)

    def receipt(self, reference: str) -> str:
        """What became of a message: delivered, failed, or nothing that is known yet.

        Raises:
            Away: the gateway cannot be reached.
        """
        status, answer = self._look(reference)
        if status != http.client.OK:
            return ""
        try:
            found = json.loads(answer)
        except ValueError:
            return ""
        state = found.get("state") if isinstance(found, dict) else None
        return state if state in {"delivered", "failed"} else ""

    def _look(self, reference: str) -> tuple[int, bytes]:
        if not self._address:
            return 0, b""
        try:
            return self._ask(f"{self._address}/{reference}", None)
        except (OSError, http.client.HTTPException) as error:
            raise Away(type(error).__name__) from error

    def _ask(self, address: str, body: bytes | None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = Request(address, data=body, headers=headers)  # noqa: S310 - SMS_URL is checked at the start: http(s)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return int(answer.status), answer.read(LONGEST_ANSWER)
        except HTTPError as error:
            error.close()
            return error.code, b""
        except URLError as error:
            reason = error.reason if isinstance(error.reason, OSError) else OSError(error.reason)
            raise reason from error


def _fields(message: Message) -> dict[str, object]:
    whole: dict[str, object] = {"reference": message.reference, "to": message.to}
    if message.template:
        return whole | {"template": message.template, "parameters": message.parameters}
    return whole | {"text": message.body}
