"""Personal API tokens."""

from __future__ import annotations

import secrets

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from members import rules
from members.models import ApiToken, Member, digests
from members.services.audit import record

PREFIX = "lc_"  # by it a leaked token is recognised


@transaction.atomic
def make_token(*, actor: Member, name: str, scope: str) -> str:
    """Makes a token of the actor and answers its text, which is shown this once and never stored.

    Raises:
        Refused: `tokens_full` at 20 live tokens, `unknown_choice` for a scope there is none of.
    """
    refuse_if(None if scope in ApiToken.Scope.values else rules.UNKNOWN_CHOICE)
    Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    refuse_if(rules.why_not_make_token(actor))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(member=actor, name=name, scope=scope, digest=token_digests(secret)[0])
    record(actor=actor, verb="make_token", row=token, changes={"scope": scope})
    return secret


@transaction.atomic
def revoke_token(*, actor: Member, token: ApiToken) -> None:
    """Makes a token open nothing from now on; twice changes nothing.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(rules.why_not_revoke_token(actor, token))
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now()):
        record(actor=actor, verb="revoke_token", row=token)


def mark_used(*, token: ApiToken) -> None:
    """Notes the day on which a token was used, at most one write a day; that is no change of data: no audit line."""
    today = clock.today()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        if token.member.seen_on != today:
            Member.objects.filter(pk=token.member_id).update(seen_on=today)


def token_digests(secret: str) -> list[str]:
    """What the table of tokens holds for such a text, the present key's digest first."""
    return digests("api-token", secret)
