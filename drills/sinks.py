"""A mail server and a gateway for text messages that only count, quickly enough for 200,000, and fail as they are told to."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^>]+>)", re.MULTILINE | re.IGNORECASE)
END = b"\r\n.\r\n"
EVERY = 40  # of the messages one is dropped in the middle of DATA, and one after it, while the sink is told to
PATIENT = "250 OK"


@dataclass
class Mail:
    """What came in, as (to, Message-ID), with its moment; and how the server behaves now.

    `mode`: ok; busy (450 to every address), full (452 after DATA), closing (421), gone (550), silent (no answer at all),
    dropping (the connection ends now and then, in the middle of DATA or after it). `offers` are the extensions that it names.
    """

    mode: str = "ok"
    offers: tuple[str, ...] = ("PIPELINING", "CHUNKING")
    received: list[tuple[str, str]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    asked: int = 0
    connections: int = 0
    commands: int = 0
    dropped_after: int = 0
    delay: float = 0.0


class _Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, mail: Mail) -> None:
        self.mail, self.buffer, self.in_data, self.to = mail, b"", False, ""
        self.chunk, self.is_refused = 0, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets."""
        self.transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self.mail.connections += 1
        self.say("220 sink")

    def say(self, line: str) -> None:
        """Answers, unless it is silent."""
        if self.mail.mode != "silent":
            self.transport.write(line.encode() + b"\r\n")

    def data_received(self, data: bytes) -> None:
        """Takes what came, command by command."""
        self.buffer += data
        while not self.transport.is_closing() and self._took():
            pass
        self._cut()

    def _took(self) -> bool:
        """A command or a message from what is there; false when it is not whole yet."""
        if self.chunk:
            if len(self.buffer) < self.chunk or self._is_cut():
                return False
            whole, self.buffer, self.chunk = self.buffer[: self.chunk], self.buffer[self.chunk :], 0
            self.say("554 no envelope") if self.is_refused else self.take(whole)
            return True
        end = END if self.in_data else b"\r\n"
        if end not in self.buffer:
            return False
        whole, self.buffer = self.buffer.split(end, 1)
        if self.in_data:
            self.take(whole)
        else:
            self.command(whole.decode(errors="replace"))
        return True

    def _is_cut(self) -> bool:
        is_inside = bool(self.in_data or self.chunk)
        return is_inside and self.mail.mode == "dropping" and len(self.mail.received) % EVERY == EVERY // 2

    def _cut(self) -> None:
        """In the middle of a message, where the connection may end."""
        if self._is_cut():
            self.mail.received.append(("", "cut"))  # counted aside, so that the next one gets through
            self.transport.close()

    def command(self, line: str) -> None:
        """Answers one command."""
        self.mail.commands += 1
        verb = line[:4].upper()
        if verb == "RCPT":
            self.to = line.partition("<")[2].partition(">")[0]
            self.mail.asked += 1
        if verb == "BDAT":
            self.chunk = int(line.split()[1])
            return
        self.in_data = verb == "DATA"
        answers = {
            "EHLO": "\r\n".join([*(f"250-{one}" for one in ("sink", *self.mail.offers)), "250 OK"]),
            "DATA": "354 go on",
            "QUIT": "221 bye",
            "MAIL": "421 closing" if self.mail.mode == "closing" else PATIENT,
            "RCPT": {"busy": "450 later", "gone": "550 no such user"}.get(self.mail.mode, PATIENT),
        }
        answer = answers.get(verb, PATIENT)
        if verb in {"MAIL", "RCPT"}:
            self.is_refused = answer != PATIENT
        self.say(answer)
        if answer.startswith("421") or verb == "QUIT":
            self.transport.close()

    def take(self, content: bytes) -> None:
        """Keeps a message, or does not."""
        self.in_data = False
        if self.mail.mode == "full":
            self.say("452 full")
            return
        found = MESSAGE_ID.search(content)
        self.mail.received.append((self.to, found[1].decode() if found else ""))
        self.mail.moments.append(time.monotonic())
        if self.mail.mode == "dropping" and len(self.mail.received) % EVERY == 0:
            self.mail.dropped_after += 1
            self.transport.close()
            return
        asyncio.get_running_loop().call_later(self.mail.delay, self.say, PATIENT) if self.mail.delay else self.say(
            PATIENT
        )


@dataclass
class Texts:
    """What came in, each POST in order; and how the gateway behaves now.

    `mode`: ok; broken (500), wrong (no JSON, 200), silent (takes it and does not answer), dead (does not take it).
    """

    mode: str = "ok"
    posts: list[tuple[str, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    calls: list[float] = field(default_factory=list)
    bodies: list[dict[str, object]] = field(default_factory=list)


class _Request(asyncio.Protocol):
    """One request."""

    def __init__(self, texts: Texts) -> None:
        self.texts, self.buffer = texts, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Waits."""
        self.transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Answers once the request is whole."""
        self.buffer += data
        head, _, body = self.buffer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if b"\r\n\r\n" not in self.buffer or len(body) < int(length[1] if length else 0):
            return
        self.texts.calls.append(time.monotonic())
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        answer = self.post(json.loads(body)) if method == "POST" else self.look(path.rsplit("/", 1)[1])
        if answer is not None:
            status, content = answer
            line = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n{content}"
            self.transport.write(line.encode())
        if answer is not None or self.texts.mode == "silent":
            self.transport.close()

    def post(self, fields: dict[str, object]) -> tuple[int, str] | None:
        """Takes a message."""
        if self.texts.mode == "dead":
            return None
        if self.texts.mode == "broken":
            return 500, "{}"
        self.texts.posts.append((str(fields["to"]), str(fields["reference"])))
        self.texts.bodies.append(fields)
        self.texts.known.add(str(fields["reference"]))
        return None if self.texts.mode == "silent" else (200, "<html>" if self.texts.mode == "wrong" else "{}")

    def look(self, reference: str) -> tuple[int, str] | None:
        """Says whether it has a message."""
        if self.texts.mode in {"dead", "silent"}:
            return None
        return (200, "{}") if reference in self.texts.known else (404, "{}")


@contextmanager
def listening() -> Iterator[tuple[Mail, Texts, dict[str, str]]]:
    """Both, while the block runs, and the environment that leads to them."""
    mail, texts, loop = Mail(), Texts(), asyncio.new_event_loop()
    smtp = loop.run_until_complete(loop.create_server(lambda: _Session(mail), "127.0.0.1", 0))
    http = loop.run_until_complete(loop.create_server(lambda: _Request(texts), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ports = [one.sockets[0].getsockname()[1] for one in (smtp, http)]
    try:
        yield (
            mail,
            texts,
            {
                "EMAIL_URL": f"smtp://127.0.0.1:{ports[0]}",
                "SMS_URL": f"http://127.0.0.1:{ports[1]}/messages",
            },
        )
    finally:
        for one in (smtp, http):
            loop.call_soon_threadsafe(one.close)
        loop.call_soon_threadsafe(loop.call_later, 0.05, loop.stop)  # after those who said goodbye have gone
        thread.join(5)
        loop.close()
