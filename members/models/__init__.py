"""The city, accounts, the people who learn, who cares for whom, and the trail of what was done."""

from members.models.city import City, District
from members.models.inviting import Invitation
from members.models.people import (
    LIFE_OF_A_CODE,
    OF_AGE,
    TRIES_PER_CODE,
    ApiToken,
    Care,
    CodeTry,
    IdempotencyKey,
    Learner,
    Member,
    Session,
    SignInCode,
    digests,
    years_after,
    years_between,
)
from members.models.trail import Audit, Seal

__all__ = [
    "LIFE_OF_A_CODE",
    "OF_AGE",
    "TRIES_PER_CODE",
    "ApiToken",
    "Audit",
    "Care",
    "City",
    "CodeTry",
    "District",
    "IdempotencyKey",
    "Invitation",
    "Learner",
    "Member",
    "Seal",
    "Session",
    "SignInCode",
    "digests",
    "years_after",
    "years_between",
]
