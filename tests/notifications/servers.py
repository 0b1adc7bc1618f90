"""A real mail server, gateway for text messages and push service, each on a port of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

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


@dataclass
class PushService:
    """What came in: the headers and the sealed body of each POST, by path. `answers` are by path, usually 201.

    `delay` are the seconds until it answers, `most` how many it had in hand at once.
    """

    certificate: str
    host: str = ""
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    connections: int = 0
    delay: float = 0.0
    in_hand: int = 0
    most: int = 0


@contextmanager
def push_service(folder: Path) -> Iterator[PushService]:
    """A push service over TLS that runs while the block does, with a certificate of its own in that folder."""
    state = PushService(_certificate(folder))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            state.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.posts.append((self.path, dict(self.headers), body))
            state.in_hand += 1
            state.most = max(state.most, state.in_hand)
            time.sleep(state.delay)
            state.in_hand -= 1
            status, more = state.answers.get(self.path, (201, {}))
            self.send_response(status)
            for name, value in (more | {"Content-Length": "0"}).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the server's name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(state.certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    state.host = f"localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def _certificate(folder: Path) -> str:
    """A key and a certificate for localhost, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    day = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(day - dt.timedelta(1)).not_valid_after(day + dt.timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    shape = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "push.pem"
    path.write_bytes(key.private_bytes(*shape) + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return str(path)
