"""What may be asked of accounts and people, and if not, why not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import phonenumbers
from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from base import calendar, clock
from base.persian import fold, has_hidden_controls
from base.refusal import Refusal
from members.models import ApiToken, Care, CodeTry, Invitation, Learner, Member, SignInCode, years_between
from members.sums import Answer, Verdict, judge

if TYPE_CHECKING:
    from django.db.models import QuerySet

SHORTEST_NAME, LONGEST_NAME = 2, 100
OLDEST = 120  # years; the longest documented life is 122
MOST_TOKENS = 20
MOST_IN_CARE = 12
MOST_GUARDIANS = 2
MOST_INVITATIONS = 5  # of one member that wait for an answer
IDLE_DAYS = 365  # after so long a number may be somebody else's
CARED_FOR = (Care.Relation.CHILD, Care.Relation.PARENT, Care.Relation.OTHER)
_CLEAR_START, _CLEAR_END = 4, 2  # digits of a number that stay readable when it is masked


class Window(NamedTuple):
    """So many times within so many seconds."""

    times: int
    seconds: int


class Use(NamedTuple):
    """How many codes by text message had their chance lately, and how many of them were used."""

    codes: int
    used: int

    @property
    def percent(self) -> int | None:
        """Rounded down; None where there was no code."""
        return self.used * 100 // self.codes if self.codes else None

    @property
    def is_low(self) -> bool:
        """Whether somebody seems to be asking in other people's names."""
        return self.codes >= JUDGED.times and self.used * 100 < LEAST_USED * self.codes


PER_NUMBER_AND_CLIENT = (Window(1, 60), Window(5, 3600))
PER_NUMBER = (Window(10, 3600), Window(20, 86400))
PER_CLIENT = (Window(60, 600),)
PORTAL_A_MINUTE = Window(60, 60)
TRIES_PER_CLIENT = Window(30, 3600)
JUDGED = Window(200, 86400)  # the last codes by text message
LEAST_USED = 30  # percent of them

TOO_MANY = Refusal("too_many", _("Wait a few minutes and try again"), {"seconds": 60})
CHALLENGE = Refusal("challenge", _("Before we send a text message, answer the sum"))
SUM_WRONG = Refusal("challenge", _("That was not the right answer. Here is another sum"))
SUM_OLD = Refusal("challenge", _("That sum is too old or belongs to another number. Here is a new one"))
_BY_VERDICT = {Verdict.NONE: CHALLENGE, Verdict.WRONG: SUM_WRONG, Verdict.OLD: SUM_OLD}
CODE_OLD = Refusal("code_old", _("That code has expired; get a new one"))
CODE_WRONG = Refusal("code_wrong", _("That code is not right; check it again"))
NO_MEMBER = Refusal("no_member", _("Nobody signs in with this number or address; they must have signed in once before"))
NAME_HIDDEN = Refusal("name_hidden", _("The name holds hidden signs; type it again instead of pasting it"))
NAME_SHORT = Refusal("name_short", _("Write first name and surname, such as Parnia Karimi"))
NAME_LONG = Refusal("name_long", _("Write the name with at most 100 letters"))
BIRTH_YEAR = Refusal("birth_year", _("Check the year of birth; nobody can be that old or not yet born"))
TOKENS_FULL = Refusal("tokens_full", _("You have 20 tokens; revoke one that you no longer need"))
NOT_YOURS = Refusal("not_yours", _("This belongs to someone else"))
UNKNOWN_CHOICE = Refusal("unknown_choice", _("Choose one of the options"))
CONSENT = Refusal("consent", _("Say that you may act for this person; without it we may not keep anything about them"))
FAMILY_FULL = Refusal(
    "family_full", _("You can act for up to 12 people; remove someone first, or ask at the help line")
)
DUPLICATE = Refusal("duplicate", _("You already have someone of this name and year of birth; choose them in the list"))
GROWN = Refusal(
    "grown",
    _(
        "Whoever is 18 or older enrols with an account of their own. For somebody who cannot, choose “Someone I care for”"
    ),
)
NO_CHILD = Refusal("no_child", _("Only a child is handed over to an account of their own, when it turns 18"))
TOO_YOUNG = Refusal("too_young", _("That is possible from the 18th birthday on"))
OWN_CONTACT = Refusal("own_contact", _("This is your own; write the number or address of the other person"))
GUARDIANS_FULL = Refusal("guardians_full", _("Two people care for this learner already"))
INVITED_ALREADY = Refusal("invited_already", _("This number or address was invited already; wait for the answer"))
INVITATIONS_FULL = Refusal(
    "invitations_full", _("Five of your invitations wait for an answer. Take one of them back first")
)
INVITATION_OVER = Refusal(
    "invitation_over", _("This invitation was answered, taken back, or is too old; ask for a new one")
)
NOT_FIRST = Refusal("not_first", _("Only who added the learner can end the care of the other guardian"))
BIRTH_ASKED = Refusal("birth_asked", _("Nobody has signed in with this for a year. Say in which year you were born"))
BIRTH_WRONG = Refusal("birth_wrong", _("That year is not the one we know; try once more"))
CONTACT_TAKEN = Refusal(
    "contact_taken",
    _("This opens another account. If both are yours, ask at the help line: staff make one account of the two"),
)
LAST_CONTACT = Refusal("last_contact", _("You sign in with this. Give another number or address first"))
OWN_ACCOUNT = Refusal("own_account", _("This person has an account of their own and changes this there"))
ONESELF = Refusal("oneself", _("This is you; name and year of birth are changed on their own page"))
HAS_PLACES = Refusal(
    "has_places",
    _("This person still has places in courses. First withdraw them there, then you can remove the person"),
)
KEY_REUSED = Refusal("key_reused", _("This Idempotency-Key was already used for another request"))


def why_not_ask_code(*, contact: str, client: str) -> Refusal | None:
    """The limits of asking, counted in rows so that they hold without a cache; all of them look the same from outside.

    What a stranger can use up from elsewhere (per number) is counted after what only this client can (number and
    client). The portal's limit a minute holds for text messages and e-mail apart, the daily budget for text messages.
    """
    asked = SignInCode.objects.all()
    same_channel = asked.filter(contact__contains="@") if "@" in contact else asked.exclude(contact__contains="@")
    budget = () if "@" in contact else (Window(settings.SMS_DAILY_BUDGET, 86400),)
    reached = (
        _reached(asked.filter(contact=contact, client=client), PER_NUMBER_AND_CLIENT)
        or _reached(asked.filter(contact=contact), PER_NUMBER)
        or _reached(asked.filter(client=client), PER_CLIENT)
        or _reached(same_channel, (PORTAL_A_MINUTE, *budget))
    )
    return TOO_MANY if reached else None


def _reached(asked: QuerySet[SignInCode], windows: tuple[Window, ...]) -> bool:
    now = clock.now()
    since = {f"within_{window.seconds}": now - dt.timedelta(seconds=window.seconds) for window in windows}
    counts = asked.filter(asked_at__gt=min(since.values())).aggregate(
        **{name: Count("pk", filter=Q(asked_at__gt=start)) for name, start in since.items()}
    )
    return any(counts[f"within_{window.seconds}"] >= window.times for window in windows)


def why_not_text(*, contact: str, client: str, answer: Answer) -> Refusal | None:
    """Whether a sum stands before a text message: while few of the last codes are used. None stands before an e-mail.

    It is the same for everybody: nobody looks for a member, and a right answer spares the look at the codes.
    """
    if "@" in contact:
        return None
    verdict = judge(answer, contact=contact, client=client)
    return None if verdict is Verdict.RIGHT or not use_of_codes().is_low else _BY_VERDICT[verdict]


def use_of_codes() -> Use:
    """The last 200 codes by text message that were handed over and then used or left to grow old, of the last day.

    Whoever is stopped by a sum leaves no row, so that old rows would count for ever where few people sign in: hence the
    day. Rows are not kept longer anyway (retention).
    """
    now = clock.now()
    since = now - dt.timedelta(seconds=JUDGED.seconds)
    texts = SignInCode.objects.exclude(contact__contains="@").filter(asked_at__gt=since, handed_at__isnull=False)
    had_their_chance = texts.filter(Q(used_at__isnull=False) | Q(expires_at__lte=now))
    last = had_their_chance.order_by("-asked_at")[: JUDGED.times]
    return Use(**last.aggregate(codes=Count("pk"), used=Count("used_at")))


def why_not_try_code(*, client: str, counting: int = 0) -> Refusal | None:
    """Whether this client has typed too many codes in the last hour; `counting` are rows of the present try itself."""
    since = clock.now() - dt.timedelta(seconds=TRIES_PER_CLIENT.seconds)
    tried = CodeTry.objects.filter(client=client, at__gt=since).count() - counting
    return TOO_MANY if tried >= TRIES_PER_CLIENT.times else None


def why_not_name(name: str) -> Refusal | None:
    """Whether a text can be a person's name: readable as it stands, with letters, not endless."""
    if has_hidden_controls(name):
        return NAME_HIDDEN
    if len(name) < SHORTEST_NAME or not any(letter.isalpha() for letter in name):
        return NAME_SHORT
    return NAME_LONG if len(name) > LONGEST_NAME else None


def why_not_birth_year(year: int) -> Refusal | None:
    """Whether someone alive can be born in that year, Jalali or Gregorian."""
    today = clock.today()
    try:
        born_from, born_until = year_interval(year)
    except calendar.BadDay:
        return BIRTH_YEAR
    return BIRTH_YEAR if born_from > today or years_between(born_until, today) > OLDEST else None


def year_interval(year: int) -> tuple[dt.date, dt.date]:
    """First and last day of a calendar year: Jalali up to 1699, Gregorian from then on.

    Raises:
        BadDay: the calendar has no such year.
    """
    return (
        calendar.parse_day(f"{year:04}/1/1"),
        calendar.parse_day(f"{year + 1:04}/1/1") - dt.timedelta(days=1),
    )


def typed_year(born_from: dt.date) -> int:
    """The year that was given for such an interval, in its own calendar: no Jalali year begins on 1 January."""
    is_gregorian = (born_from.month, born_from.day) == (1, 1)
    return born_from.year if is_gregorian else calendar.year_of(born_from, language="fa")


def is_same_person(learner: Learner, name: str, born: tuple[dt.date, dt.date]) -> bool:
    """Whether it is the person of that name whose birth lies in that year, or is not known."""
    if learner.erased_at is not None or fold(learner.name) != fold(name):
        return False
    return learner.born_from is None or (learner.born_from <= born[1] and (learner.born_until or born[0]) >= born[0])


def why_not_act_for(relation: str, *, consents: bool) -> Refusal | None:
    """Whether the relation is none of those in which one acts for somebody else, or nobody agreed."""
    if relation not in CARED_FOR:
        return UNKNOWN_CHOICE
    return None if consents else CONSENT


def why_not_be_child(relation: str, of_age_on: dt.date | None) -> Refusal | None:
    """Whether somebody is no child any more, for whom nobody acts by being the parent."""
    grown = of_age_on is not None and of_age_on <= clock.today()
    return GROWN if relation == Care.Relation.CHILD and grown else None


def care_until(relation: str, of_age_on: dt.date | None) -> dt.date | None:
    """When a care ends by itself: for a child on the day on which it turns eighteen."""
    return of_age_on if relation == Care.Relation.CHILD else None


def why_not_invite(actor: Member, care: Care | None, *, contact: str, is_own: bool) -> Refusal | None:
    """Whether a second guardian (or the child itself, about to be of age) may not be asked by this member, at this contact."""
    if care is None:
        return NOT_YOURS
    if care.relation == Care.Relation.SELF:
        return ONESELF
    if Care.objects.filter(learner=care.learner_id, relation=Care.Relation.SELF).exists():
        return OWN_ACCOUNT
    if is_own and care.relation != Care.Relation.CHILD:
        return NO_CHILD
    if contact in {actor.phone, actor.email}:
        return OWN_CONTACT
    return _why_not_one_more(actor, care, contact, is_own=is_own)


def _why_not_one_more(actor: Member, care: Care, contact: str, *, is_own: bool) -> Refusal | None:
    waiting = Invitation.objects.open()
    if not is_own and guardians_of(care.learner_id).count() >= MOST_GUARDIANS:
        return GUARDIANS_FULL
    if waiting.filter(learner=care.learner_id, contact=contact).exists():
        return INVITED_ALREADY
    return INVITATIONS_FULL if waiting.filter(made_by=actor).count() >= MOST_INVITATIONS else None


def guardians_of(learner_id: int) -> QuerySet[Care]:
    """The care of others for a learner today, the first one first."""
    cares = Care.objects.open_on(clock.today()).filter(learner=learner_id, guardian__erased_at__isnull=True)
    return cares.exclude(relation=Care.Relation.SELF).order_by("pk")


def why_not_accept(invitation: Invitation, known: list[Care], relation: str, *, consents: bool) -> Refusal | None:
    """Whether the learner cannot be cared for by one more, or the member acts for very many; `known` are the member's."""
    refusal = why_not_act_for(relation, consents=consents)
    refusal = refusal or why_not_be_child(relation, invitation.learner.of_age_on)
    if refusal is not None:
        return refusal
    learner = invitation.learner
    if learner.born_from is not None and learner.born_until is not None:
        refusal = why_not_care_for(known, learner.name, (learner.born_from, learner.born_until))
    is_full = guardians_of(learner.pk).count() >= MOST_GUARDIANS
    return refusal or (GUARDIANS_FULL if is_full else None)


def why_not_dismiss(cares: list[Care], actor: Member, other: Care) -> Refusal | None:
    """Whether the care of the other guardian is not this member's to end; `cares` are those of the learner today."""
    if actor.pk not in {one.guardian_id for one in cares} or other.guardian_id == actor.pk:
        return NOT_YOURS
    return None if cares[0].guardian_id == actor.pk else NOT_FIRST


def was_born_in(learner: Learner, year: int) -> bool:
    """Whether the learner's known birth lies, at least in part, in that year of either calendar."""
    if learner.born_from is None or learner.born_until is None or why_not_birth_year(year) is not None:
        return False
    born_from, born_until = year_interval(year)
    return learner.born_from <= born_until and learner.born_until >= born_from


def is_idle(member: Member) -> bool:
    """Whether nobody has used the account for so long that its number may be another person's by now."""
    last = max(member.seen_on or clock.day_of(member.created_at), clock.day_of(member.created_at))
    return (clock.today() - last).days >= IDLE_DAYS


def why_not_end_contact(member: Member) -> Refusal | None:
    """Whether the member would have nothing left to sign in with."""
    return None if member.phone and member.email else LAST_CONTACT


def why_not_care_for(known: list[Care], name: str, born: tuple[dt.date, dt.date]) -> Refusal | None:
    """Whether one more person is too many or is there already; `known` is everybody whom the member cares for today."""
    duplicate = why_not_call(known, name, born)
    if duplicate is not None:
        return duplicate
    others = [care for care in known if care.relation != Care.Relation.SELF]
    return FAMILY_FULL if len(others) >= MOST_IN_CARE else None


def why_not_call(others: list[Care], name: str, born: tuple[dt.date, dt.date]) -> Refusal | None:
    """Whether one of those others has that name and year of birth already."""
    return DUPLICATE if any(is_same_person(care.learner, name, born) for care in others) else None


def why_not_edit_learner(care: Care | None, *, has_account: bool) -> Refusal | None:
    """Whether somebody's facts are not the member's to change: not cared for, oneself, or someone who does it themself."""
    if care is None:
        return NOT_YOURS
    if care.relation == Care.Relation.SELF:
        return ONESELF
    return OWN_ACCOUNT if has_account else None


def why_not_end_care(care: Care, *, is_shared: bool, has_places: bool) -> Refusal | None:
    """Whether the learner would be left alone with places in courses, or is the member themself."""
    if care.relation == Care.Relation.SELF:
        return ONESELF
    return HAS_PLACES if has_places and not is_shared else None


def why_not_make_token(member: Member) -> Refusal | None:
    """A member has at most 20 live tokens."""
    live = ApiToken.objects.filter(member=member, revoked_at__isnull=True).count()
    return TOKENS_FULL if live >= MOST_TOKENS else None


def why_not_revoke_token(member: Member, token: ApiToken) -> Refusal | None:
    """A token is revoked by its owner or a superuser."""
    return None if token.member_id == member.pk or member.is_superuser else NOT_YOURS


def why_not_sign_out(actor: Member, member: Member) -> Refusal | None:
    """Devices are signed out by their member or a superuser."""
    return None if actor.pk == member.pk or actor.is_superuser else NOT_YOURS


def why_not_set_language_and_theme(language: str, theme: str) -> Refusal | None:
    """Both must be among those that the portal has."""
    known = language in dict(settings.LANGUAGES) and theme in Member.Theme.values
    return None if known else UNKNOWN_CHOICE


def masked(contact: str) -> str:
    """A contact that its owner recognises and nobody else can use: 0918 ••• ••42 or p•••@example.org."""
    if "@" in contact:
        name, _at, domain = contact.partition("@")
        return f"{name[:1]}•••@{domain}"
    try:
        parsed = phonenumbers.parse(contact, settings.PHONE_REGION)
    except phonenumbers.NumberParseException:
        return "•••"
    return _masked_digits(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def spelt(contact: str | None) -> str:
    """A contact as people write it: a number in the country's own groups, an address as it is."""
    if not contact or "@" in contact:
        return contact or ""
    try:
        parsed = phonenumbers.parse(contact, settings.PHONE_REGION)
    except phonenumbers.NumberParseException:
        return contact
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def _masked_digits(text: str) -> str:
    total = sum(sign.isdigit() for sign in text)
    shown, seen = "", 0
    for sign in text:
        seen += sign.isdigit()
        hidden = sign.isdigit() and _CLEAR_START < seen <= total - _CLEAR_END
        shown += "•" if hidden else sign
    return shown
