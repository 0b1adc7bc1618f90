"""The statuses with which an address answers each kind of person, and the shapes that they come in."""

from __future__ import annotations

from dataclasses import dataclass, replace

PEOPLE = ("visitor", "member", "stranger", "coordinator", "staff", "superuser")
TOKENS = ("read", "me", "work")


@dataclass(frozen=True, slots=True)
class Right:
    """The status with which one method of an address answers each person.

    `member` is whom the row belongs to and the owner of the tokens; `of` names the row where it matters which one it is.
    """

    visitor: int
    member: int
    stranger: int
    coordinator: int
    staff: int
    superuser: int
    read: int | None = None
    me: int | None = None
    work: int | None = None
    method: str = "GET"
    of: str = ""


def everybody(status: int = 200, method: str = "GET", of: str = "") -> Right:
    """The same answer for all; on the API for tokens too."""
    same = dict.fromkeys((*PEOPLE, *TOKENS), status)
    return Right(**same, method=method, of=of)


def members(status: int = 200, method: str = "GET", *, visitor: int = 302) -> Right:
    """Whoever is signed in; visitors are led to sign in."""
    return replace(everybody(status, method), visitor=visitor, read=visitor, me=visitor, work=visitor)


def owner(status: int = 200, method: str = "GET") -> Right:
    """The one to whom the row belongs; for all others it is not there, whatever their role."""
    return replace(members(404, method), member=status)


def answering(of: str) -> Right:
    """Those who answer for it: its workgroup's coordinators, staff, superusers; for all others it is not there."""
    return replace(everybody(404, of=of), coordinator=200, staff=200, superuser=200)


def desk(status: int = 200, method: str = "GET", of: str = "") -> Right:
    """Those who answer for the workgroup of the row, or for any where there is no row; for all others it is not there."""
    right = replace(members(404, method), of=of)
    return replace(right, coordinator=status, staff=status, superuser=status)


def governing(status: int = 200, method: str = "GET") -> Right:
    """Municipal staff and superusers, who found workgroups and appoint; for all others it is not there."""
    return replace(members(404, method), staff=status, superuser=status)


def by_token(right: Right) -> Right:
    """As the API does it: 401 without a member; tokens need the scope `me`."""
    return replace(right, visitor=401, read=403, me=right.member, work=right.member)


def by_work_token(right: Right) -> Right:
    """As the API does it for work: 401 without a member; tokens need the scope `work`."""
    return replace(right, visitor=401, read=403, me=403, work=right.member)


def writing(status: int = 302, *, visitor: int = 302) -> tuple[Right, ...]:
    """An address that only changes something: who opens it is led to its page, whoever they are."""
    return members(302), members(status, "POST", visitor=visitor)


def acting(status: int = 302) -> tuple[Right, ...]:
    """An address of the workspace that only changes something: who opens it is led to its page, the rest is `desk`."""
    return everybody(302), desk(status, "POST")


def at_desks(status: int = 200, method: str = "GET") -> tuple[Right, ...]:
    """An address at both desks: the city's is for staff, the workgroups' for coordinators as well."""
    return replace(governing(status, method), of="city"), desk(status, method, of="work")


def acting_at_desks(status: int = 302) -> tuple[Right, ...]:
    """An address at both desks that only changes something."""
    return everybody(302, of="city"), everybody(302, of="work"), *at_desks(status, "POST")


def by_token_at_desks(status: int = 200, method: str = "GET") -> tuple[Right, ...]:
    """As the API does it."""
    city, work = at_desks(status, method)
    return by_work_token(city), by_work_token(work)
