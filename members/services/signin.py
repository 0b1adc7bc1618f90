"""Signing in with a one-time code: asking, drawing, redeeming."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from base import clock
from base.refusal import Refused, refuse_if
from members import rules
from members.limits import allow
from members.models import (
    LIFE_OF_A_CODE,
    ApiToken,
    Care,
    CodeTry,
    Learner,
    Member,
    Session,
    SignInCode,
    digests,
)
from members.services.audit import record
from members.sums import NOTHING, Answer

if TYPE_CHECKING:
    from uuid import UUID

CODES = 10**6
TRIES_AT_BIRTH = 2
ANSWERED_WITHIN = dt.timedelta(minutes=10)
TOLD_EVERY = 3600  # seconds; how often the log says that few codes are used
_ASKING = 0x434F4445  # the advisory lock under which codes are asked for
logger = logging.getLogger(__name__)


def ask_code(*, contact: str, client: str, language: str, answer: Answer = NOTHING) -> SignInCode:
    """Asks for a code to a contact (as `parse_contact` gives it); the row waits, still without a code, for delivery.

    Known and unknown contacts are the same here: nobody looks for a member. `client` is the asking address. Askings
    are counted one after another, so that no limit is passed at the same instant twice. The row itself is the record;
    there is no audit line, because nobody is known yet.

    Raises:
        Refused: `too_many`, whichever limit was reached; `challenge` where a text message needs the answer to a sum first.
    """
    refuse_if(rules.why_not_ask_code(contact=contact, client=client))  # without the lock, so that a flood costs little
    _refuse_unsolved(contact, client, answer)  # without it too: a code has its chance only minutes later
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


def _refuse_unsolved(contact: str, client: str, answer: Answer) -> None:
    refusal = rules.why_not_text(contact=contact, client=client, answer=answer)
    if refusal is not None and allow("few-codes-used", 1, TOLD_EVERY):
        logger.warning("few of the last sign-in codes by text message were used: a sum is asked first")
    refuse_if(refusal)


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
    `join` or `sign_in`. Where nobody has used the account for a year, its number may be another person's by now: a new account
    begins, unless a birth is known and asked for, which `recognise` answers.

    Raises:
        Refused: `too_many` (tries of this client), `code_old` (expired, used, or five tries gone), `code_wrong`;
            `birth_asked`, and the code is used.
    """
    row = prove_code(pk=pk, typed=typed, client=client)
    with transaction.atomic():
        use_up(row)
        known = _holder(row)
        if known is None or not rules.is_idle(known):
            return _admit(row)
        if not _births(known):
            return _begin_anew(row, known)
        SignInCode.objects.filter(pk=pk).update(tries_left=TRIES_AT_BIRTH)
    raise Refused(rules.BIRTH_ASKED)


def recognise(*, pk: UUID, birth_year: int | None) -> Member:
    """Lets in whoever says in which year they were born, after `redeem` has asked. None is somebody else: a new account begins,
    the old one loses the number and all that opened it, and nothing of it is seen. So it is after two wrong years.

    Raises:
        Refused: `code_old` where nothing was asked, or ten minutes ago; `birth_wrong`.
    """
    with transaction.atomic():
        since = clock.now() - ANSWERED_WITHIN
        asked = SignInCode.objects.select_for_update(no_key=True).filter(pk=pk, used_at__gt=since, tries_left__gt=0)
        row = asked.first()
        known = None if row is None else _holder(row)
        if row is None or known is None or not rules.is_idle(known):
            raise Refused(rules.CODE_OLD)
        if birth_year is not None and any(rules.was_born_in(one, birth_year) for one in _births(known)):
            return _admit(row)
        row.tries_left -= 1
        if birth_year is None or not row.tries_left:
            return _begin_anew(row, known)
        row.save(update_fields=["tries_left"])
    raise Refused(rules.BIRTH_WRONG)


def _holder(row: SignInCode) -> Member | None:
    """Who signs in with the contact of an asking, locked."""
    return Member.objects.select_for_update(no_key=True).filter(**{_way(row): row.contact}).first()


def _births(member: Member) -> list[Learner]:
    """The member as a learner, else whom they care for: those of whom a year of birth is known."""
    cares = Care.objects.open_on(clock.today()).filter(guardian=member, learner__born_from__isnull=False)
    found = list(cares.select_related("learner"))
    return [one.learner for one in found if one.relation == Care.Relation.SELF] or [one.learner for one in found]


def _begin_anew(row: SignInCode, old: Member) -> Member:
    """The contact is another person's: the old account keeps its rows and is found by staff, and nothing opens it."""
    setattr(old, _way(row), None)
    old.parted_at = old.parted_at if old.contact else clock.now()
    old.save(update_fields=[_way(row), "parted_at"])
    Session.objects.filter(member=old).delete()
    ApiToken.objects.filter(member=old, revoked_at__isnull=True).update(revoked_at=clock.now())
    member = _admit(row)
    record(actor=member, verb="part", row=old, changes={_way(row): "changed"})
    return member


def prove_code(*, pk: UUID, typed: str, client: str) -> SignInCode:
    """The asking for which the right code was typed; every try is counted before anything is compared, and stays counted.

    Raises:
        Refused: `too_many`, `code_old`, `code_wrong`.
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
    return row


def _count_try(client: str) -> None:
    """Counts first and judges then, so that tries at the same instant see each other; a refused one is not counted."""
    refuse_if(rules.why_not_try_code(client=client))
    with transaction.atomic(durable=True):
        tried = CodeTry.objects.create(client=client, at=clock.now())
    refusal = rules.why_not_try_code(client=client, counting=1)
    if refusal:
        tried.delete()
        raise Refused(refusal)


def use_up(row: SignInCode) -> None:
    """Uses a proven code, within the caller's transaction.

    Raises:
        Refused: `code_old` when it was used meanwhile.
    """
    unused = SignInCode.objects.filter(pk=row.pk, used_at__isnull=True)
    if not unused.update(used_at=clock.now()):
        raise Refused(rules.CODE_OLD)


def _way(row: SignInCode) -> str:
    return "email" if "@" in row.contact else "phone"


def _admit(row: SignInCode) -> Member:
    member, is_new = Member.objects.get_or_create(**{_way(row): row.contact}, defaults={"language": row.language})
    Member.objects.filter(pk=member.pk).update(seen_on=clock.today())
    record(actor=member, verb="join" if is_new else "sign_in", row=member)
    return member


def _digests(pk: UUID, code: str) -> list[str]:
    return digests("signin", f"{pk}:{code}")
