"""Accounts, the people who learn, who cares for whom, and what opens the portal to them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models.city import District

if TYPE_CHECKING:
    from collections.abc import Iterable

OF_AGE = 18
LIFE_OF_A_CODE = dt.timedelta(minutes=5)
TRIES_PER_CODE = 5


def digests(purpose: str, secret: str) -> list[str]:
    """What is stored instead of a secret: its HMAC by the present key first, then by each key that was rotated out."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(purpose, secret, secret=key, algorithm="sha256").hexdigest() for key in keys]


class MemberManager(BaseUserManager["Member"]):
    """Finds members by what they sign in with."""

    def get_by_natural_key(self, username: str | None) -> Member:
        """The member with that mobile number (E.164) or e-mail address."""
        return self.get(**{"email" if "@" in (username or "") else "phone": username})


class Member(AbstractBaseUser):
    """A person with an account: a mobile number or an e-mail address, and no password."""

    class Theme(models.TextChoices):
        """Which colours the pages have."""

        SYSTEM = "", _("As my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Leaving(models.TextChoices):
        """Who or what asked that the account be erased."""

        SELF = "self", _("Asked by the person")
        DESK = "desk", _("Asked at the desk")
        SILENCE = "silence", _("Not used for two years")

    password = None  # type: ignore[assignment] # a one-time code is the only way in
    last_login = None  # `seen_on` is enough
    phone = models.CharField(_("mobile number"), max_length=16, null=True, blank=True, unique=True)
    email = models.EmailField(_("e-mail address"), null=True, blank=True, unique=True)
    language = models.CharField(_("language"), max_length=8, default="fa")
    theme = models.CharField(_("colours"), max_length=8, choices=Theme.choices, default=Theme.SYSTEM, blank=True)
    is_superuser = models.BooleanField(_("superuser"), default=False)
    calendar_version = models.PositiveIntegerField(_("calendar version"), default=1)
    seen_on = models.DateField(_("last seen on"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now)
    parted_at = models.DateTimeField(_("number passed on at"), null=True, blank=True)
    leaving_at = models.DateTimeField(_("to be erased at"), null=True, blank=True)
    leaving_by = models.CharField(
        _("why it is to be erased"), max_length=8, choices=Leaving.choices, default="", db_default="", blank=True
    )
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects: ClassVar[MemberManager] = MemberManager()
    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(
                name="member_reachable_or_gone",
                condition=Q(phone__isnull=False)
                | Q(email__isnull=False)
                | Q(parted_at__isnull=False)
                | Q(erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="member_email_lower", condition=Q(email__isnull=True) | Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="member_leaving",
                condition=Q(leaving_at__isnull=True, leaving_by="")
                | Q(leaving_at__isnull=False, leaving_by__in=["self", "desk", "silence"]),
            ),
        ]
        indexes = [models.Index(name="member_to_leave", fields=["leaving_at"], condition=Q(leaving_at__isnull=False))]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """An erased account opens nothing."""
        return self.erased_at is None

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin opens; the municipality's staff work in `/city/`."""
        return self.is_superuser

    @property
    def is_leaving(self) -> bool:
        """Whether somebody asked that the account be erased; one that nobody uses stays with its owner's next sign-in."""
        return self.leaving_at is not None and self.leaving_by != self.Leaving.SILENCE

    @property
    def contact(self) -> str:
        """What the person signs in with, the mobile number first."""
        return self.phone or self.email or ""

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002 - Django's signature
        """Django's permissions are for superusers; everyone else has appointments."""
        return self.is_active and self.is_superuser

    def has_perms(self, perms: Iterable[str], obj: object = None) -> bool:  # noqa: ARG002 - Django's signature
        """As `has_perm`."""
        return self.has_perm("")

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002 - Django's signature
        """As `has_perm`."""
        return self.has_perm("")

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Ends every session when the way of signing in changes."""
        return salted_hmac("member-session", f"{self.pk}:{self.contact}", secret=secret, algorithm="sha256").hexdigest()


class LearnerQuerySet(models.QuerySet["Learner"]):
    """Questions about learners."""

    def visible_to(self, member: Member | None) -> Self:
        """Those whom this member cares for today, themself included."""
        if member is None or not member.is_authenticated:
            return self.none()
        return self.in_care_of(member.pk, clock.today())

    def in_care_of(self, guardian: int, day: dt.date) -> Self:
        """Those whom the member of that key cares for on that day, themself included."""
        care = Care.objects.open_on(day).filter(guardian=guardian)
        return self.filter(pk__in=care.values("learner"), erased_at__isnull=True)


class Learner(models.Model):
    """A person who learns: the member themself, or someone they care for. Personal facts live only here."""

    class Gender(models.TextChoices):
        """Asked only where a course's rule needs it."""

        FEMALE = "female", _("Woman or girl")
        MALE = "male", _("Man or boy")

    name = models.CharField(_("name"), max_length=100)
    born_from = models.DateField(_("born from"), null=True, blank=True)
    born_until = models.DateField(_("born until"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=8, choices=Gender.choices, null=True, blank=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = LearnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("learner")
        verbose_name_plural = _("learners")
        constraints = [
            models.CheckConstraint(
                name="learner_born_interval",
                condition=Q(born_from__isnull=True, born_until__isnull=True) | Q(born_from__lte=F("born_until")),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def needs_profile(self) -> bool:
        """Whether name or birth is still to be asked before an enrolment."""
        return not self.name or self.born_from is None

    @property
    def of_age_on(self) -> dt.date | None:
        """The day from which the learner has certainly turned eighteen; None while the birth is not known."""
        return self.born_until and years_after(self.born_until, OF_AGE)

    def could_be_aged(self, youngest: int | None, oldest: int | None, day: dt.date) -> bool:
        """Whether some day of the birth interval gives an age within the bounds on that day."""
        if self.born_from is None or self.born_until is None:
            return youngest is None and oldest is None
        return (youngest is None or years_between(self.born_from, day) >= youngest) and (
            oldest is None or years_between(self.born_until, day) <= oldest
        )


def years_between(born: dt.date, day: dt.date) -> int:
    """Completed years from a birth to a day; 29 February counts from 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def years_after(born: dt.date, years: int) -> dt.date:
    """The birthday so many years later; 29 February is 1 March in other years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return dt.date(born.year + years, 3, 1)


class CareQuerySet(models.QuerySet["Care"]):
    """Questions about care."""

    def open_on(self, day: dt.date) -> Self:
        """Care that holds on that day; on its `until_on` it holds no more."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gt=day), from_on__lte=day)


class Care(models.Model):
    """A member's right and duty to act for a learner, from a day until a day."""

    class Relation(models.TextChoices):
        """What the learner is to the member."""

        SELF = "self", _("Myself")
        CHILD = "child", _("My child")
        PARENT = "parent", _("My parent")
        OTHER = "other", _("Someone I care for")

    guardian = models.ForeignKey(Member, models.CASCADE, related_name="cares", verbose_name=_("guardian"))
    learner = models.ForeignKey(Learner, models.CASCADE, related_name="cares", verbose_name=_("learner"))
    relation = models.CharField(_("relation"), max_length=8, choices=Relation.choices)
    from_on = models.DateField(_("from"), default=clock.today)
    until_on = models.DateField(_("ends on"), null=True, blank=True)
    consent_version = models.CharField(_("consent text"), max_length=16, default="", blank=True)
    calendar_version = models.PositiveIntegerField(_("calendar version"), default=1)

    objects = CareQuerySet.as_manager()

    class Meta:
        verbose_name = _("care")
        verbose_name_plural = _("cares")
        constraints = [
            models.UniqueConstraint(name="care_self_learner", fields=["learner"], condition=Q(relation="self")),
            models.UniqueConstraint(name="care_self_guardian", fields=["guardian"], condition=Q(relation="self")),
            models.UniqueConstraint(
                name="care_open", fields=["guardian", "learner"], condition=Q(until_on__isnull=True)
            ),
            models.UniqueConstraint(name="care_until", fields=["guardian", "learner", "until_on"]),
        ]

    def __str__(self) -> str:
        return f"#{self.guardian_id} {self.relation} #{self.learner_id}"


class SignInCode(models.Model):
    """One asking for a one-time code. The code itself is drawn by whoever hands it over; only its HMAC is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.CharField(_("contact"), max_length=254)
    client = models.CharField(_("client"), max_length=64)
    minute = models.PositiveBigIntegerField(_("minute"))
    digest = models.CharField(_("digest"), max_length=64, null=True)
    language = models.CharField(_("language"), max_length=8, default="fa")
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    due_at = models.DateTimeField(_("due at"), default=clock.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    handed_at = models.DateTimeField(_("handed over at"), null=True)
    expires_at = models.DateTimeField(_("expires at"))
    tries_left = models.PositiveSmallIntegerField(_("tries left"), default=TRIES_PER_CODE)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        constraints = [models.UniqueConstraint(name="code_once_a_minute", fields=["contact", "client", "minute"])]
        indexes = [
            models.Index(fields=["contact", "asked_at"]),
            models.Index(fields=["client", "asked_at"]),
            models.Index(fields=["asked_at"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CodeTry(models.Model):
    """One typed code, right or wrong, counted by client so that guessing has a limit."""

    client = models.CharField(_("client"), max_length=64)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("code try")
        verbose_name_plural = _("code tries")
        indexes = [models.Index(fields=["client", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%F %T}"


class ApiToken(models.Model):
    """A key with which a member's own programs may ask; stored as an HMAC, shown once."""

    class Scope(models.TextChoices):
        """What it opens, never more than its owner may."""

        READ = "read", _("Read what is public")
        ME = "me", _("My enrolments and messages")
        WORK = "work", _("My work for a workgroup")

    member = models.ForeignKey(Member, models.CASCADE, related_name="tokens", verbose_name=_("member"))
    name = models.CharField(_("name"), max_length=60, default="", blank=True)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    scope = models.CharField(_("scope"), max_length=8, choices=Scope.choices)
    created_at = models.DateTimeField(_("since"), default=clock.now)
    last_used_on = models.DateField(_("last used on"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"#{self.pk}"


class IdempotencyKey(models.Model):
    """One answer of the API that a repeated request gets again, for a day."""

    member = models.ForeignKey(Member, models.CASCADE, verbose_name=_("member"))
    key = models.CharField(_("key"), max_length=100)
    digest = models.CharField(_("digest of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    body: models.JSONField[Any, Any] = models.JSONField(_("answer"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(name="idempotency_key", fields=["member", "key"])]

    def __str__(self) -> str:
        return self.key


class SessionManager(BaseSessionManager["Session"]):
    """Questions about sessions."""

    def alive(self) -> models.QuerySet[Session]:
        """Those that still open something."""
        return self.filter(expire_date__gt=clock.now())


class Session(AbstractBaseSession):
    """One signed-in device; the key is a secret, the rest is what the member sees under their devices."""

    member = models.ForeignKey(Member, models.CASCADE, null=True, related_name="sessions", verbose_name=_("member"))
    agent = models.CharField(_("device"), max_length=200, default="", blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now)
    seen_on = models.DateField(_("last seen on"), default=clock.today)

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("device")  # type: ignore[assignment]
        verbose_name_plural = _("devices")  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"#{self.member_id}"
