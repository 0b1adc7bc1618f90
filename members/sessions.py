"""The session engine: sessions are rows that their member sees as devices; the table holds no key that opens one."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DatabaseError, transaction

from base import clock
from base.prepared import prepared
from members.models import Member, Session

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

AGE_OF_A_SUPERUSER = 2 * 3600
_RENEWED = 8  # an idle time is prolonged once an eighth of it has passed, not at every request
_BROWSERS = (
    ("Edge", r"\bEdgA?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


def row_key(secret: str) -> str:
    """What the table holds for a session's key. The key is 160 random bits, so its hash needs no key of its own."""
    return hashlib.sha256(secret.encode()).hexdigest()[:40]


@prepared
def _alive(key: str, now: dt.datetime) -> QuerySet[Session]:
    return Session.objects.filter(pk=key, expire_date__gt=now)


class SessionStore(DatabaseStore):
    """Django's database sessions with hashed keys, their member and device, and a true idle time."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Our own table."""
        return Session

    def load(self) -> dict[str, Any]:
        """What the session holds, nothing when it has ended; prolongs it when it was used again after a while."""
        now = clock.now()
        found = _alive(row_key(self.session_key or ""), now)
        if not found:
            self._session_key = None
            return {}
        (row,) = found
        held: dict[str, Any] = self.decode(row.session_data)
        age = dt.timedelta(seconds=held.get("_session_expiry") or settings.SESSION_COOKIE_AGE)
        if row.expire_date - now < age - age / _RENEWED or row.seen_on != clock.today():
            self.modified = True
        if row.member_id is not None and row.seen_on != clock.today():
            Member.objects.filter(pk=row.member_id).update(seen_on=clock.today())
        return held

    def exists(self, session_key: str) -> bool:
        """Whether the key is taken."""
        return Session.objects.filter(pk=row_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row that stands for this session."""
        return Session(
            session_key=row_key(self.session_key or ""),
            session_data=self.encode(data),
            expire_date=clock.now() + dt.timedelta(seconds=self.get_expiry_age()),
            member_id=data.get("_auth_user_id"),
            agent=data.get("agent", ""),
        )

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Writes the session; the day it began stays.

        Raises:
            CreateError: the key is taken.
            UpdateError: the session has ended meanwhile, for example from another device.
        """
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        row = self.create_model_instance(dict(self.items()))
        try:
            with transaction.atomic():
                row.save(force_update=True, update_fields=["session_data", "expire_date", "member", "agent", "seen_on"])
        except DatabaseError as error:
            raise UpdateError from error

    def delete(self, session_key: str | None = None) -> None:
        """Ends the session."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(pk=row_key(key)).delete()


def begin(request: HttpRequest, member: Member) -> None:
    """Signs the browser in under a new session key, for as long as the member's powers allow without use.

    Two hours for superusers, else 14 days; whoever knows of other powers calls `shorten`.
    """
    login(request, member)
    request.session["agent"] = device_words(request.headers.get("User-Agent", ""))
    if member.is_superuser:
        request.session.set_expiry(AGE_OF_A_SUPERUSER)


def shorten(request: HttpRequest, seconds: int) -> None:
    """Lets a signed-in session end after so many seconds without use, if it would live longer; asking again is free."""
    if request.session.get_expiry_age() > seconds:
        request.session.set_expiry(seconds)


def device_words(user_agent: str) -> str:
    """A device in the two words that its owner knows, such as "Firefox, Android"; nothing for an unknown one."""
    found = (next((name for name, sign in signs if re.search(sign, user_agent)), "") for signs in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))


def row_of(request: HttpRequest) -> str:
    """The key of the row of this very session, the one not to be ended by mistake."""
    return row_key(request.session.session_key or "")


def member_of(request: HttpRequest) -> Member:
    """The member whose page it is; `login_required` has seen to it that there is one."""
    return cast("Member", request.user)
