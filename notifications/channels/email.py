"""E-mail: one kept connection for a batch, one Message-ID for a message however often it is handed over."""

from __future__ import annotations

import binascii
import re
import smtplib
from contextlib import contextmanager, suppress
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import sanitize_address

from members.city import present
from notifications.channels import Away, Lost, Message, NotNow, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

PERMANENT = 500
END = b"\r\n"
LINE = 76  # letters of base64 (RFC 2045)
PLAIN = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)*", re.ASCII)
TAKEN = (250, 251)
GO_ON = 354
CLOSING = 421  # the server ends the connection with this answer


class Email:
    """A connection to the mail server, opened with the first message and again after it was lost."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._begun: dict[str, Callable[[], None] | Exception] = {}

    def __enter__(self) -> Self:
        """Opens nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Says goodbye to the server."""
        self._leave()

    def begin(self, messages: list[Message]) -> None:
        """Writes a message to the server, which reads it while others are made; `send` then tells what came of it."""
        for message in messages:
            try:
                with self._judging():
                    self._begun[message.reference] = self._write(message)
            except (Refused, NotNow, Away) as error:
                self._begun[message.reference] = error

    def send(self, message: Message) -> None:
        """Says what came of a message, which is handed over now if it was not.

        Raises:
            Refused: the address is none, or its server says so for good (5xx).
            NotNow: its server says so for now (4xx).
            Lost: the mail server fell silent; the message may have arrived.
            Away: the mail server cannot be reached, or does not want ours.
        """
        if message.reference not in self._begun:
            self.begin([message])
        answer = self._begun.pop(message.reference)
        if isinstance(answer, Exception):
            raise answer
        with self._judging():
            answer()

    @contextmanager
    def _judging(self) -> Iterator[None]:
        """What smtplib and Django say, in the words of all channels."""
        try:
            yield
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

    def _open(self) -> None:
        try:
            self._connection.open()
        except (OSError, smtplib.SMTPException) as error:
            self._leave()
            raise Away(type(error).__name__) from error

    def _write(self, message: Message) -> Callable[[], None]:
        """Straight to the mail server, which takes a third off; by Django's way where the messages go elsewhere.

        What it gives waits for the answer.
        """
        self._open()
        line = getattr(self._connection, "connection", None)
        if not isinstance(line, smtplib.SMTP):
            self._connection.send_messages([build(message)])
            return _nothing
        line.ehlo_or_helo_if_needed()
        to = _addressed(message.to)
        way = _at_once if line.has_extn("pipelining") and line.has_extn("chunking") else _step_by_step
        return way(line, _bare(sender()), to, _whole(message))

    def _leave(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._connection.close()


def _nothing() -> None:
    """There is no answer to wait for."""


def _step_by_step(line: smtplib.SMTP, by: str, to: str, content: bytes) -> Callable[[], None]:
    """Three commands, each when the one before it was answered, then the message; raises as smtplib's `sendmail`."""
    code, said = line.mail(by, [f"size={len(content)}"] if line.has_extn("size") else [])
    if code not in TAKEN:
        raise smtplib.SMTPSenderRefused(code, said, by)
    code, said = line.rcpt(to)
    if code not in TAKEN:
        raise _renewed(line, code, smtplib.SMTPRecipientsRefused({to: (code, said)}))
    code, said = line.docmd("DATA")
    if code != GO_ON:
        raise _renewed(line, code, smtplib.SMTPDataError(code, said))
    line.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
    return partial(_taken, line)


def _taken(line: smtplib.SMTP) -> None:
    code, said = line.getreply()
    if code not in TAKEN:
        raise _renewed(line, code, smtplib.SMTPDataError(code, said))


def _at_once(line: smtplib.SMTP, by: str, to: str, content: bytes) -> Callable[[], None]:
    """Envelope and message in one write (RFC 2920, 3030)."""
    head = f"MAIL FROM:{_quoted(by)}\r\nRCPT TO:{_quoted(to)}\r\nBDAT {len(content)} LAST\r\n"
    line.send(head.encode("ascii") + content)
    return partial(_all_taken, line, by, to)


def _all_taken(line: smtplib.SMTP, by: str, to: str) -> None:
    """The three answers; a server that takes no envelope throws the message away, and asks for nothing more."""
    code, said = line.getreply()
    if code not in TAKEN:
        raise smtplib.SMTPSenderRefused(code, said, by)
    code, said = line.getreply()
    refused = None if code in TAKEN else smtplib.SMTPRecipientsRefused({to: (code, said)})
    if code != CLOSING:
        code, said = line.getreply()
    if refused is not None:
        raise _renewed(line, code, refused)
    if code not in TAKEN:
        raise _renewed(line, code, smtplib.SMTPDataError(code, said))


def _renewed(line: smtplib.SMTP, code: int, error: smtplib.SMTPException) -> smtplib.SMTPException:
    """The error, after which the server listens to the next message."""
    if code != CLOSING:
        with suppress(smtplib.SMTPServerDisconnected):
            line.rset()
    return error


def _quoted(address: str) -> str:
    return f"<{address}>" if PLAIN.fullmatch(address) else smtplib.quoteaddr(address)


def _judged(code: int) -> Refused | NotNow:
    return Refused(str(code)) if code >= PERMANENT else NotNow(str(code))


def _code(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code
    return next(code for code, _text in error.recipients.values())


def build(message: Message) -> EmailMessage:
    """The message as Django's backends take it; its bytes are put together at once, which is ten times quicker.

    Raises:
        ValueError: a header has a line end, or the address is none.
    """
    return Letter(message.subject, message.body, sender(), [message.to], content=_whole(message))


class Letter(EmailMessage):
    """A message whose bytes are ready."""

    def __init__(self, *arguments: Any, content: bytes, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.content = content

    def message(self, *, policy: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        """The bytes in the shape of an e-mail."""
        return Ready(self.content)


class Ready:
    """As much of a message as Django's backends ask for."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, linesep: str = "\r\n") -> bytes:
        """With the line ends of SMTP, or others."""
        return self._content if linesep == "\r\n" else self._content.replace(b"\r\n", linesep.encode())

    def get_charset(self) -> None:
        """Each part names its own."""


def _whole(message: Message) -> bytes:
    host, edge = urlsplit(settings.SITE_URL).hostname, f"={message.reference}="
    headers = {
        "From": _from(sender()),
        "To": _addressed(message.to),
        "Subject": _encoded(message.subject),
        "Date": formatdate(),
        "Message-ID": f"<{message.reference}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
    }
    if message.leave:
        headers |= {"List-Unsubscribe": f"<{message.leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if not message.html:
        return _head(headers) + _part("plain", message.body)
    parts = [_part("plain", message.body), _part("html", message.html)]
    content, method = message.calendar
    if not content:
        return _head(headers) + _joined("alternative", edge, parts)
    file = _part(f"calendar; method={method}", content, 'Content-Disposition: attachment; filename="meeting.ics"\r\n')
    return _head(headers) + _joined("mixed", f"={edge}", [_joined("alternative", edge, parts), file])


def _joined(kind: str, edge: str, parts: list[bytes]) -> bytes:
    """Parts as one, from its Content-Type on."""
    border = f"--{edge}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{edge}"\r\n'.encode()
    return head + END.join([b"", *(border + END + part for part in parts), border + b"--", b""])


def _head(headers: dict[str, str]) -> bytes:
    for value in headers.values():
        if value.splitlines()[1:]:
            raise ValueError("a header has a line end")
    return b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in headers.items())


def _part(kind: str, text: str, more: str = "") -> bytes:
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\n{more}Content-Transfer-Encoding: base64\r\n\r\n'
    body = text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    coded = binascii.b2a_base64(body, newline=False)  # at once; `base64.encodebytes` takes ten times as long
    lines = [coded[start : start + LINE] for start in range(0, len(coded), LINE)]
    return head.encode() + END.join([*lines, b""])


@lru_cache
def _encoded(text: str) -> str:
    """A headline as it may stand in a header; folded lines are one."""
    return " ".join(Header(text, "utf-8" if not text.isascii() else "us-ascii").encode(linesep="").split("\n"))


def _addressed(address: str) -> str:
    """As headers and envelopes take it; nearly all are plain, and Django's parser takes longer than the mail server."""
    return address if PLAIN.fullmatch(address) else sanitize_address(address, "utf-8")


@lru_cache
def _bare(given: str) -> str:
    return parseaddr(given)[1]


@lru_cache
def _from(given: str) -> str:
    return sanitize_address(given, "utf-8")


def sender() -> str:
    """DEFAULT_FROM_EMAIL, under the city's name where it has none."""
    return _named(settings.DEFAULT_FROM_EMAIL, " | ".join(present().names.values()))


@lru_cache
def _named(given: str, city: str) -> str:
    name, address = parseaddr(given)
    return formataddr((name or city, address))
