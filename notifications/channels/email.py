"""E-mail: one kept connection for a batch, one Message-ID for a message however often it is handed over."""

from __future__ import annotations

import contextlib
import smtplib
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from members.city import present
from notifications.channels import Away, Lost, Message, NotNow, Refused

if TYPE_CHECKING:
    from types import TracebackType

    from django.core.mail import EmailMessage

PERMANENT = 500
CLOSING = 421  # the server ends the connection with this answer


class Email:
    """A connection to the mail server, opened with the first message and again after it was lost."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def __enter__(self) -> Self:
        """Opens nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Says goodbye to the server."""
        self._leave()

    def send(self, message: Message) -> None:
        """Hands one message over.

        Raises:
            Refused: the address is none, or its server says so for good (5xx).
            NotNow: its server says so for now (4xx).
            Lost: the mail server fell silent; the message may have arrived.
            Away: the mail server cannot be reached, or does not want ours.
        """
        try:
            self._connection.open()
        except (OSError, smtplib.SMTPException) as error:
            self._leave()
            raise Away(type(error).__name__) from error
        try:
            self._connection.send_messages([build(message)])
        except ValueError as error:  # Django's BadHeaderError, or an address that is none
            raise Refused("no address") from error
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            code = _code(error)
            if code == CLOSING:
                self._leave()
            raise _judged(code) from error
        except smtplib.SMTPSenderRefused as error:
            self._leave()
            raise Away(str(error.smtp_code)) from error
        except (OSError, smtplib.SMTPException) as error:
            self._leave()
            raise Lost(type(error).__name__) from error

    def _leave(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._connection.close()


def _judged(code: int) -> Refused | NotNow:
    return Refused(str(code)) if code >= PERMANENT else NotNow(str(code))


def _code(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code
    return next(code for code, _text in error.recipients.values())


def build(message: Message) -> EmailMessage:
    """The message with its headers; a line end in a header is refused by Django when it is sent."""
    host = urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{message.reference}@{host}>", "Auto-Submitted": "auto-generated", "Precedence": "bulk"}
    if message.leave:
        headers |= {"List-Unsubscribe": f"<{message.leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = EmailMultiAlternatives(message.subject, message.body, sender(), [message.to], headers=headers)
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail


def sender() -> str:
    """DEFAULT_FROM_EMAIL, under the city's name where it has none."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or " | ".join(present().names.values()), address))
