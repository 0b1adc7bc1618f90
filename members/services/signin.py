"""Signing in with a one-time code: asking, drawing, redeeming."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from base import clock
from base.refusal import Refused, refuse_if
from members import rules
from members.models import LIFE_OF_A_CODE, CodeTry, Member, SignInCode, digests
from members.services.audit import record

if TYPE_CHECKING:
    from uuid import UUID

CODES = 10**6
_ASKING = 0x434F4445  # the advisory lock under which codes are asked for


def ask_code(*, contact: str, client: str, language: str) -> SignInCode:
    """Asks for a code to a contact (as `parse_contact` gives it); the row waits, still without a code, for delivery.

    Known and unknown contacts are the same here: nobody looks for a member. `client` is the asking address. Askings
    are counted one after another, so that no limit is passed at the same instant twice. The row itself is the record;
    there is no audit line, because nobody is known yet.

    Raises:
        Refused: `too_many`, whichever limit was reached.
    """
    refuse_if(rules.why_not_ask_code(contact=contact, client=client))  # without the lock, so that a flood costs little
    with transaction.atomic():
        _one_at_a_time()
        refuse_if(rules.why_not_ask_code(contact=contact, client=client))
        now = clock.now()
        try:
            with transaction.atomic():
                return SignInCode.objects.create(
                    contact=contact,
                    client=client,
                    language=language,
                    minute=int(now.timestamp() // 60),
                    asked_at=now,
                    due_at=now,
                    expires_at=now + LIFE_OF_A_CODE,
                )
        except IntegrityError as error:
            raise Refused(rules.TOO_MANY) from error


def _one_at_a_time() -> None:
    """Waits until no other transaction is asking; SQLite's IMMEDIATE transactions are one at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ASKING])


def draw_code(row: SignInCode) -> str:
    """Draws the six digits for whoever hands them over, and keeps only their HMAC; drawing again makes the first void.

    Raises:
        Refused: `code_old` when the asking has expired or was used, so that nothing is sent for it.
    """
    code = f"{secrets.randbelow(CODES):06d}"
    live = SignInCode.objects.filter(pk=row.pk, used_at__isnull=True, expires_at__gt=clock.now())
    if not live.update(digest=_digests(row.pk, code)[0]):
        raise Refused(rules.CODE_OLD)
    return code


def redeem(*, pk: UUID, typed: str, client: str) -> Member:
    """Lets in whoever types the right six Latin digits for the asking that this browser holds; creates the member then.

    Every try is counted, and stays counted, before anything is compared. A code works once. Leaves one audit line:
    `join` or `sign_in`.

    Raises:
        Refused: `too_many` (tries of this client), `code_old` (expired, used, or five tries gone), `code_wrong`.
    """
    _count_try(client)
    now = clock.now()
    live = SignInCode.objects.filter(pk=pk, used_at__isnull=True, expires_at__gt=now, tries_left__gt=0)
    with transaction.atomic(durable=True):  # a refusal further down must not give the try back
        counted = live.update(tries_left=F("tries_left") - 1)
    if not counted:
        raise Refused(rules.CODE_OLD)
    row = SignInCode.objects.get(pk=pk)
    if not any(constant_time_compare(row.digest or "", digest) for digest in _digests(pk, typed)):
        raise Refused(rules.CODE_WRONG)
    return _admit(row)


def _count_try(client: str) -> None:
    """Counts first and judges then, so that tries at the same instant see each other; a refused one is not counted."""
    refuse_if(rules.why_not_try_code(client=client))
    with transaction.atomic(durable=True):
        tried = CodeTry.objects.create(client=client, at=clock.now())
    refusal = rules.why_not_try_code(client=client, counting=1)
    if refusal:
        tried.delete()
        raise Refused(refusal)


@transaction.atomic
def _admit(row: SignInCode) -> Member:
    unused = SignInCode.objects.filter(pk=row.pk, used_at__isnull=True)
    if not unused.update(used_at=clock.now()):
        raise Refused(rules.CODE_OLD)
    way = "email" if "@" in row.contact else "phone"
    member, is_new = Member.objects.get_or_create(**{way: row.contact}, defaults={"language": row.language})
    Member.objects.filter(pk=member.pk).update(seen_on=clock.today())
    record(actor=member, verb="join" if is_new else "sign_in", row=member)
    return member


def _digests(pk: UUID, code: str) -> list[str]:
    return digests("signin", f"{pk}:{code}")
