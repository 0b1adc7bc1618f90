"""The browsers that a member lets us tell, and the way to them: each push service is a line of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from django.db import transaction

from base.refusal import refuse_if
from members.services import record
from notifications import rules
from notifications.channels import Away, Message, NotNow, Refused, push
from notifications.models import PushAddress
from notifications.services import lines

if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import TracebackType

    from members.models import Member

NOWHERE = Refused("no address")
ABREAST = 8  # messages in hand at once: as many may go out again after a kill, each in the place of its first


@transaction.atomic
def tell_device(*, actor: Member, address: push.Address, agent: str = "") -> None:
    """Tells the member by that browser too, from now on; one that was somebody else's before is theirs no more.

    Raises:
        base.refusal.Refused: it is no browser's address, or they have too many.
    """
    refuse_if(rules.why_not_tell_device(actor, address))
    columns = {"member": actor, "public_key": address.public_key, "shared_secret": address.shared_secret}
    known = PushAddress.objects.filter(endpoint=address.endpoint)
    if known.filter(**columns).exists():
        return
    row, _ = PushAddress.objects.update_or_create(endpoint=address.endpoint, defaults=columns | {"agent": agent})
    record(actor=actor, verb="tell_device", row=row, changes={"device": "changed"})


@transaction.atomic
def forget_device(*, actor: Member, device: int) -> None:
    """Tells the member by that browser no more, from this second."""
    row = PushAddress.objects.filter(member=actor, pk=device).first()
    if row is not None:
        record(actor=actor, verb="forget_device", row=row, changes={"device": "changed"})
        row.delete()


class Browsers:
    """The way to all browsers of a member, and what is heard of each push service on it.

    Several messages are handed over at once, each thread with connections of its own; the database is asked in the caller's
    thread alone. A service that was not heard yet is tried with one.
    """

    def __init__(self) -> None:
        self._pool, self._mine = ThreadPoolExecutor(ABREAST), threading.local()
        self._outs: list[push.Push] = []
        self._ears: dict[str, lines.Ear] = {}
        self._open: set[str] = set()
        self._came: dict[str, list[Refused | NotNow | None]] = {}

    def __enter__(self) -> Self:
        """Opens nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections."""
        self._pool.shutdown()
        for out in self._outs:
            out.__exit__(kind, error, trace)

    def begin(self, messages: list[Message]) -> None:
        """Hands them to each of their members' browsers, all at once; `send` then tells what came of each."""
        self._came = {message.reference: [] for message in messages}
        rows = list(PushAddress.objects.filter(member__in={int(message.to) for message in messages}).order_by("pk"))
        pairs = [(row, message) for message in messages for row in rows if row.member_id == int(message.to)]
        running: list[tuple[PushAddress, str, str, Future[None]]] = []
        for row, message in pairs:
            line = push.line_of(row.endpoint) if push.is_service(row.endpoint) else ""
            error = self._why_not(line)
            if error is not None:
                self._came[message.reference].append(error)
                continue
            running.append((row, message.reference, line, self._pool.submit(self._post, row, message)))
            if line not in self._open:
                self._hear(*running.pop())
        for one in running:
            self._hear(*one)

    def send(self, message: Message) -> None:
        """Says what came of a message, which is handed over now if it was not; it is enough that one browser is told.

        Raises:
            Refused: none of them takes messages any more.
            NotNow: none was told, and some may be later.
        """
        if message.reference not in self._came:
            self.begin([message])
        came = self._came.pop(message.reference)
        errors = [error for error in came if error is not None]
        if len(errors) == len(came):
            raise next((error for error in reversed(errors) if isinstance(error, NotNow)), (errors or [NOWHERE])[-1])

    def _why_not(self, line: str) -> Refused | NotNow | None:
        if not line:
            return Refused("unknown service")
        return NotNow("away") if line not in self._open and lines.pick(line) is None else None

    def _post(self, row: PushAddress, message: Message) -> None:
        """In a thread of the pool."""
        if not hasattr(self._mine, "out"):
            self._mine.out = push.Push()
            self._outs.append(self._mine.out)
        self._mine.out.send(push.Address(row.endpoint, row.public_key, row.shared_secret), message)

    def _hear(self, row: PushAddress, reference: str, line: str, answer: Future[None]) -> None:
        """Waits for what a push service says, and keeps what follows from it."""
        if line not in self._ears:
            self._ears[line] = lines.Ear(line)
        came: Refused | NotNow | None = None
        try:
            answer.result()
        except Refused as error:
            came = error
            if str(error) in push.GONE:
                PushAddress.objects.filter(pk=row.pk).delete()
        except (NotNow, Away) as error:
            came = NotNow(str(error), getattr(error, "after", 0))
            self._open.discard(line)
            self._ears[line].bad(is_away=isinstance(error, Away))
        if not isinstance(came, NotNow):
            self._open.add(line)
            self._ears[line].good()
        self._came[reference].append(came)

    def good(self) -> None:
        """Each push service was listened to by itself."""

    def bad(self, *, is_away: bool) -> bool:  # noqa: ARG002 - as an Ear has it
        """That one member was not told says nothing of the others' services."""
        return False

    def write(self) -> None:
        """Adds what came of the batch to the figures of each service."""
        for ear in self._ears.values():
            ear.write()
