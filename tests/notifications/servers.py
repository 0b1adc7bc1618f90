"""A real mail server and a real gateway for text messages, each on a port of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailHandler:
    """Takes every message but those whose address has another answer in `answers`."""

    answers: dict[str, str] = field(default_factory=dict)
    received: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    delay: float = 0.0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd's signature, as below
        session: Session,
        envelope: Envelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Counts the connections."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        """Takes or refuses an address."""
        if self.answers.get(address, "").startswith("RCPT "):
            return self.answers[address].removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        """Keeps the message, unless its address has another answer."""
        await asyncio.sleep(self.delay)
        answer = self.answers.get(envelope.rcpt_tos[0], "250 OK")
        if answer.startswith("250") or answer == "DROP":
            found: Any = message_from_bytes(envelope.content or b"", policy=policy.default)
            self.received.append(found)
        if answer == "DROP":
            server.transport.close()
        return answer


@contextmanager
def mail_server() -> Iterator[tuple[MailHandler, int]]:
    """A mail server that runs while the block does, and its port."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    handler = MailHandler()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


@dataclass
class Gateway:
    """What came in: each POST in order. `status` answers the next ones; `keeps` whether they are remembered."""

    posts: list[dict[str, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    status: int = 201
    asked_status: int | None = None
    keeps: bool = True
    delay: float = 0.0
    silent: threading.Event = field(default_factory=threading.Event)
    says: str = ""


@contextmanager
def gateway() -> Iterator[tuple[Gateway, str]]:
    """A gateway that runs while the block does, and its address."""
    state = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(state.delay)
            state.posts.append(body)
            if state.keeps:
                state.known.add(body["reference"])
            if state.silent.is_set():
                self.connection.close()
                return
            self._answer(state.status)

        def do_GET(self) -> None:
            found = self.path.rsplit("/", 1)[-1] in state.known
            self._answer(state.asked_status or (200 if found else 404), {"state": state.says} if state.says else {})

        def _answer(self, status: int, facts: dict[str, str] | None = None) -> None:
            content = json.dumps(facts or {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the server's name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state, f"http://127.0.0.1:{server.server_port}/messages"
    finally:
        server.shutdown()
        server.server_close()
