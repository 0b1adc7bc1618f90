"""Every change to accounts, learners and the trail."""

from members.services.assisting import introduce
from members.services.audit import record, record_all
from members.services.calendars import renew_calendar
from members.services.caring import Person, care_for, edit_learner, end_care
from members.services.contacts import change_contact, end_contact
from members.services.devices import sign_out, sign_out_everywhere
from members.services.forgetting import forget_answers_of_the_api, forget_codes, forget_sessions, forget_trail
from members.services.idempotency import answer_once
from members.services.inviting import (
    accept_invitation,
    claim,
    come_of_age,
    decline_invitation,
    dismiss_guardian,
    forget_invitations,
    invite,
    revoke_invitation,
)
from members.services.people import grant_superuser, save_district, save_profile, set_language_and_theme
from members.services.sealing import seal_trail
from members.services.signin import ask_code, draw_code, prove_code, recognise, redeem
from members.services.tokens import make_token, mark_used, revoke_token, token_digests

__all__ = [
    "Person",
    "accept_invitation",
    "answer_once",
    "ask_code",
    "care_for",
    "change_contact",
    "claim",
    "come_of_age",
    "decline_invitation",
    "dismiss_guardian",
    "draw_code",
    "edit_learner",
    "end_care",
    "end_contact",
    "forget_answers_of_the_api",
    "forget_codes",
    "forget_invitations",
    "forget_sessions",
    "forget_trail",
    "grant_superuser",
    "introduce",
    "invite",
    "make_token",
    "mark_used",
    "prove_code",
    "recognise",
    "record",
    "record_all",
    "redeem",
    "renew_calendar",
    "revoke_invitation",
    "revoke_token",
    "save_district",
    "save_profile",
    "seal_trail",
    "set_language_and_theme",
    "sign_out",
    "sign_out_everywhere",
    "token_digests",
]
