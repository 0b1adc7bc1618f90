"""The browsers that a member lets us tell, and the way to them: each push service is a line of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import transaction

from base.refusal import refuse_if
from members.services import record
from notifications import rules
from notifications.channels import Away, Message, NotNow, Refused, push
from notifications.models import PushAddress
from notifications.services import lines

if TYPE_CHECKING:
    from types import TracebackType

    from members.models import Member


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
    """The way to all browsers of a member, and what is heard of each push service on it."""

    def __init__(self) -> None:
        self._out = push.Push()
        self._ears: dict[str, lines.Ear] = {}
        self._open: set[str] = set()

    def __enter__(self) -> Self:
        """Opens nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections."""
        self._out.__exit__(kind, error, trace)

    def send(self, message: Message) -> None:
        """Hands a message to each of the member's browsers; it is enough that one is told.

        Raises:
            Refused: none of them takes messages any more.
            NotNow: none was told, and some may be later.
        """
        told, after, refused = False, None, ""
        for row in PushAddress.objects.filter(member=int(message.to)).order_by("pk"):
            try:
                self._tell(row, message)
            except Refused as error:
                refused = str(error)
            except NotNow as error:
                after = error
            else:
                told = True
        if not told:
            raise after or Refused(refused or "no address")

    def _tell(self, row: PushAddress, message: Message) -> None:
        line = push.line_of(row.endpoint) if push.is_service(row.endpoint) else ""
        if not line:
            raise Refused("unknown service")
        if line not in self._open and lines.pick(line) is None:
            raise NotNow("away")
        ear = self._ears.setdefault(line, lines.Ear(line))
        try:
            self._out.send(push.Address(row.endpoint, row.public_key, row.shared_secret), message)
        except Refused as error:
            self._heard(line, ear)
            if str(error) in push.GONE:
                PushAddress.objects.filter(pk=row.pk).delete()
            raise
        except (NotNow, Away) as error:
            self._open.discard(line)
            ear.bad(is_away=isinstance(error, Away))
            raise NotNow(str(error), getattr(error, "after", 0)) from error
        self._heard(line, ear)

    def _heard(self, line: str, ear: lines.Ear) -> None:
        self._open.add(line)
        ear.good()

    def good(self) -> None:
        """Each push service was listened to by itself."""

    def bad(self, *, is_away: bool) -> bool:  # noqa: ARG002 - as an Ear has it
        """That one member was not told says nothing of the others' services."""
        return False

    def write(self) -> None:
        """Adds what came of the batch to the figures of each service."""
        for ear in self._ears.values():
            ear.write()
