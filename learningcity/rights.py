"""Who may open which address: one line for each name of the URLconf, walked by the tests person by person.

An address that is not placed here fails the build. "Not yours" is 404 everywhere; 403 stands for what one may know of and
not do (a token whose scope is too narrow, a session without its form's token).
"""

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


_signing_in = (everybody(302), everybody(422, "POST"))
_ADMIN = Right(302, 302, 302, 302, 302, 200)

RIGHTS: dict[str, tuple[Right, ...]] = {
    # What is public
    "entry": (everybody(302),),
    "home": (everybody(),),
    "help": (everybody(),),
    "accessibility": (everybody(),),
    "privacy": (everybody(),),
    "about": (everybody(),),
    "robots": (everybody(),),
    "security": (everybody(),),
    "healthz": (everybody(),),
    "readyz": (everybody(),),
    "metrics": (everybody(404),),
    "outbox": (everybody(404),),
    "file": (everybody(of="kept"), everybody(404, of="unknown")),
    "sitemap": (everybody(),),
    "programs:course_list": (everybody(),),
    "programs:course_detail": (
        everybody(of="published"),
        everybody(of="cancelled"),
        answering("draft"),
        answering("course of a draft program"),
    ),
    "programs:program_detail": (everybody(of="published"), answering("draft")),
    "programs:workgroup_list": (everybody(),),
    "programs:workgroup_detail": (everybody(),),
    "programs:workgroup_embed": (everybody(),),
    "programs:organisation_detail": (everybody(),),
    "programs:venue_detail": (everybody(),),
    "programs:area_detail": (everybody(),),
    "calendar": (everybody(of="right secret"), everybody(404, of="wrong secret")),
    "opened": (everybody(302, of="right code"), everybody(404, of="wrong code")),
    "notifications:unsubscribe": (everybody(of="right secret"), everybody(404, of="wrong secret")),
    "notifications:unsubscribe_now": (
        everybody(302, of="right secret"),
        everybody(302, "POST", of="right secret"),
        everybody(404, "POST", of="wrong secret"),
    ),
    "sms_reports": (everybody(404), everybody(404, "POST")),
    "announcements:announcement_list": (everybody(),),
    "announcements:feed": (everybody(),),
    "announcements:embed": (everybody(),),
    "announcements:announcement_detail": (everybody(of="published"), answering("draft")),
    # Signing in
    "members:signin": (replace(everybody(302), visitor=200, read=200, me=200, work=200),),
    "members:ask": _signing_in,
    "members:code": (everybody(302),),
    "members:redeem": (everybody(302), everybody(302, "POST")),
    "members:resend": (everybody(302), everybody(302, "POST")),
    "members:signout": (everybody(302), everybody(302, "POST")),
    # One's own
    "members:profile": (members(),),
    "members:profile_save": writing(422),
    "members:devices": (members(),),
    "members:device_end": writing(),
    "members:devices_end_others": writing(),
    "members:tokens": (members(),),
    "members:token_make": writing(422),
    "members:token_revoke": (members(302), owner(302, "POST")),
    "notifications:inbox": (members(),),
    "notifications:inbox_read": writing(),
    "notifications:preferences": (members(),),
    "notifications:preferences_save": writing(422),
    "programs:me": (members(),),
    "programs:family": (members(),),
    "programs:family_new": (members(),),
    "programs:family_add": writing(422),
    "programs:family_learner": (owner(),),
    "programs:family_save": (members(302), owner(422, "POST")),
    "programs:family_end": (members(302), owner(302, "POST")),
    "programs:my_questions": (members(),),
    "programs:follows": (members(),),
    "programs:follow": (everybody(302), members(302, "POST")),
    "programs:course_ask_form": (members(),),
    "programs:course_ask": writing(422),
    "programs:calendar_link": (members(),),
    "programs:calendar_renew": writing(),
    "programs:course_enrol": (
        everybody(302),
        everybody(302, "POST"),
        replace(owner(302, "POST"), of="for the learner"),
    ),
    "programs:enrolment_leave": (owner(),),
    "programs:enrolment_withdraw": (members(302), owner(302, "POST")),
    "programs:enrolment_accept": (members(302), owner(302, "POST")),
    "programs:enrolment_decline": (members(302), owner(302, "POST")),
    # Wishes
    "programs:wishes": (everybody(),),
    "programs:wish": writing(422),
    "programs:wish_support": writing(),
    # The workspace
    "programs:work": (desk(),),
    "programs:work_programs": (desk(),),
    "programs:work_program_new": (desk(),),
    "programs:work_program_create": (members(302), desk(422, "POST")),
    "programs:work_program": (desk(),),
    "programs:work_program_save": (members(302), desk(422, "POST")),
    "programs:work_program_publish": (members(302), desk(422, "POST")),
    "programs:work_program_submit": (members(302), desk(422, "POST")),
    "programs:work_program_turn": (desk(302), desk(302, "POST")),
    "programs:work_program_remark": (desk(302), desk(422, "POST")),
    "programs:work_course_create": (desk(302), desk(302, "POST")),
    "programs:work_program_history": (desk(),),
    "programs:work_program_restore": (desk(), desk(302, "POST")),
    "programs:work_translations": (desk(),),
    "programs:work_course": (desk(),),
    "programs:work_course_save": (members(302), desk(409, "POST")),
    "programs:work_course_publish": (members(302), desk(409, "POST")),
    "programs:work_course_meetings": (desk(302), desk(422, "POST")),
    "programs:work_meeting_drop": (desk(302), desk(409, "POST")),
    "programs:work_class": (desk(),),
    "programs:work_class_move": (members(302), desk(422, "POST")),
    "programs:work_class_off": (members(302), desk(422, "POST")),
    "programs:work_instructors": (desk(),),
    "programs:work_instructor_assign": (members(302), desk(422, "POST")),
    "programs:work_instructor": (desk(),),
    "programs:work_instructor_end": (members(302), desk(422, "POST")),
    "programs:work_course_copy": (desk(302), desk(422, "POST")),
    "programs:work_course_cancel": (desk(302), desk(422, "POST")),
    "programs:work_course_history": (desk(),),
    "programs:work_course_restore": (desk(), desk(302, "POST")),
    "programs:work_roster": (desk(),),
    "programs:work_roster_print": (desk(),),
    "programs:work_admit_form": (desk(),),
    "programs:work_admit": acting(422),
    "programs:work_export_form": (desk(),),
    "programs:work_export": acting(422),
    "programs:work_place": (desk(),),
    "programs:work_place_contact": acting(200),
    "programs:work_place_withdraw": acting(422),
    "programs:work_place_promote": acting(422),
    "programs:work_message": (desk(),),
    "programs:work_message_preview": acting(422),
    "programs:work_message_send": acting(422),
    "programs:work_demand": (desk(),),
    "programs:work_wish": (desk(),),
    "programs:work_wish_fulfil": acting(422),
    "programs:work_wish_set_aside": acting(302),
    "programs:work_coverage": (desk(),),
    "programs:work_coverage_cell": (desk(),),
    "programs:work_questions": (desk(),),
    "programs:work_question": (desk(),),
    "programs:work_question_reply": acting(422),
    "programs:work_decisions": (desk(),),
    "programs:work_decision": (desk(),),
    "programs:work_decision_save": (members(302), desk(422, "POST")),
    "programs:work_decision_close": (members(302), desk(302, "POST")),
    "programs:work_decision_publish": (members(302), desk(302, "POST")),
    "programs:work_decision_lead": (members(302), desk(302, "POST")),
    "programs:work_workgroup": (desk(),),
    "programs:work_workgroup_save": (members(302), desk(422, "POST")),
    "programs:work_meetings": (desk(),),
    "programs:work_meeting_call": (members(302), desk(422, "POST")),
    "programs:work_meeting": (desk(),),
    "programs:work_meeting_edit": (desk(),),
    "programs:work_meeting_move": (members(302), desk(422, "POST")),
    "programs:work_meeting_off": (members(302), desk(302, "POST")),
    "programs:work_meeting_file": (desk(),),
    "programs:work_item_add": (members(302), desk(422, "POST")),
    "programs:work_item_save": (members(302), desk(422, "POST")),
    "programs:work_meeting_attendance": (members(302), desk(302, "POST")),
    "programs:work_decide": (members(302), desk(422, "POST")),
    "programs:work_meeting_approve": (members(302), desk(302, "POST")),
    "programs:work_minutes": (desk(),),
    "programs:work_minutes_pdf": (desk(),),
    # The desk of municipal staff
    "programs:city": (governing(),),
    "programs:city_people": (governing(),),
    "programs:city_people_find": (members(302), governing(422, "POST")),
    "programs:city_person": (governing(),),
    "programs:city_person_contact": (members(302), governing(422, "POST")),
    "programs:city_person_sessions": (members(302), governing(302, "POST")),
    "programs:city_person_merge": (members(302), governing(422, "POST")),
    "programs:city_person_merge_confirm": (members(302), governing(404, "POST")),
    "programs:city_staff": (governing(),),
    "programs:city_staff_appoint": (members(302), governing(422, "POST")),
    "programs:city_staff_term": (governing(),),
    "programs:city_staff_term_save": (members(302), replace(governing(422, "POST"), superuser=302)),
    "programs:city_audit": (governing(),),
    "programs:city_audit_export": (members(302), governing(422, "POST")),
    "programs:city_settings": (governing(),),
    "programs:city_settings_save": (members(302), governing(422, "POST")),
    "programs:city_logo_save": (members(302), governing(422, "POST")),
    "programs:city_workgroups": (governing(),),
    "programs:city_workgroup_new": (governing(),),
    "programs:city_workgroup_found": (members(302), governing(422, "POST")),
    "programs:city_workgroup": (governing(),),
    "programs:city_workgroup_save": (members(302), governing(422, "POST")),
    "programs:city_appointments": (governing(),),
    "programs:city_appoint": (members(302), governing(422, "POST")),
    "programs:city_term": (governing(),),
    "programs:city_term_save": (members(302), governing(302, "POST")),
    "programs:city_register": (governing(),),
    "programs:city_entry_new": (governing(),),
    "programs:city_entry_add": (members(302), governing(422, "POST")),
    "programs:city_entry": (governing(),),
    "programs:city_entry_save": (members(302), governing(422, "POST")),
    "programs:city_entry_move": (members(302), governing(302, "POST")),
    "programs:work_imports": (desk(),),
    "programs:work_import_new": (desk(),),
    "programs:work_import_add": (members(302), desk(422, "POST")),
    "programs:work_import": (desk(of="import"),),
    "programs:work_import_report": (desk(of="import"),),
    "programs:work_import_columns": (members(302), desk(302, "POST", of="import")),
    "programs:work_import_places": (members(302), desk(302, "POST", of="import")),
    "programs:work_import_seats": (members(302), desk(302, "POST", of="import")),
    "programs:work_import_confirm": (members(302), desk(302, "POST", of="import")),
    "programs:work_import_undo": (members(302), desk(302, "POST", of="import")),
    # Announcements, at the desk of staff and at that of coordinators
    "announcements:desk_list": at_desks(),
    "announcements:desk_calendar": at_desks(),
    "announcements:desk_new": at_desks(),
    "announcements:desk_create": acting_at_desks(422),
    "announcements:desk_row": at_desks(),
    "announcements:desk_save": acting_at_desks(422),
    "announcements:desk_preview": acting_at_desks(422),
    "announcements:desk_submit": acting_at_desks(422),
    "announcements:desk_approve": acting_at_desks(409),
    "announcements:desk_send_back": acting_at_desks(),
    "announcements:desk_withdraw_form": at_desks(),
    "announcements:desk_withdraw": acting_at_desks(422),
    "announcements:desk_test": acting_at_desks(),
    "announcements:desk_files": at_desks(),
    "announcements:desk_picture_add": acting_at_desks(422),
    "announcements:desk_picture_drop": acting_at_desks(),
    "announcements:desk_document_add": acting_at_desks(422),
    "announcements:desk_document_drop": acting_at_desks(),
    "announcements:desk_deliveries": at_desks(),
    "announcements:desk_steer": acting_at_desks(),
    # The API
    "schema": (everybody(),),
    "docs": (everybody(),),
    "api_courses": (everybody(),),
    "api_courses_feed": (everybody(),),
    "api_courses_json": (everybody(),),
    "api_courses_csv": (everybody(),),
    "api_courses_xcri": (everybody(),),
    "api_course": (everybody(of="published"), answering("draft")),
    "api_programs": (everybody(),),
    "api_areas": (everybody(),),
    "api_organisations": (everybody(),),
    "api_workgroups": (everybody(),),
    "api_venues": (everybody(),),
    "api_announcements": (everybody(),),
    "api_announcement": (everybody(),),
    "api_desk_announcements": (*by_token_at_desks(), *by_token_at_desks(400, "POST")),
    "api_desk_announcement": (*by_token_at_desks(), *by_token_at_desks(400, "PATCH")),
    "api_desk_submit": by_token_at_desks(409, "POST"),
    "api_desk_approve": by_token_at_desks(400, "POST"),
    "api_desk_send_back": by_token_at_desks(200, "POST"),
    "api_desk_withdraw": by_token_at_desks(400, "POST"),
    "api_desk_messages": (*by_token_at_desks(), *by_token_at_desks(400, "POST")),
    "api_me": (by_token(members()),),
    "api_my_learners": (by_token(members()), by_token(members(400, "POST"))),
    "api_my_learner": (by_token(owner(200, "PATCH")), by_token(owner(204, "DELETE"))),
    "api_my_enrolments": (by_token(members()),),
    "api_inbox": (by_token(members()),),
    "api_inbox_read": (by_token(members(204, "POST")),),
    "api_enrol": (by_token(members(201, "POST")), by_token(replace(owner(201, "POST"), of="for the learner"))),
    "api_withdraw": (by_token(owner(204, "DELETE")),),
    "api_accept": (by_token(owner(200, "POST")),),
    "api_decline": (by_token(owner(200, "POST")),),
    "api_ask": (by_token(members(201, "POST")),),
    "api_my_follows": (by_token(members()), by_token(members(400, "POST"))),
    "api_my_questions": (by_token(members()),),
    "api_work_roster": (by_work_token(desk()), by_work_token(desk(201, "POST", of="somebody new"))),
    "api_work_message": (by_work_token(desk(201, "POST")),),
    "api_work_withdraw": (by_work_token(desk(200, "POST")),),
    "api_work_promote": (by_work_token(desk(200, "POST")),),
    "api_work_contact": (by_work_token(desk(200, "POST")),),
    "api_work_questions": (by_work_token(members()),),
    "api_work_reply": (by_work_token(desk(200, "POST")),),
    "api_city_settings": (by_work_token(governing()), by_work_token(governing(400, "PUT"))),
    "api_city_people_find": (by_work_token(governing(400, "POST")),),
    "api_city_person": (by_work_token(governing()),),
    "api_city_person_contact": (by_work_token(governing(400, "POST")),),
    "api_city_person_sign_out": (by_work_token(governing(200, "POST")),),
    "api_city_person_merge": (by_work_token(governing(400, "POST")),),
    "api_city_audit": (by_work_token(governing()),),
    "api_work_programs": (by_work_token(desk()), by_work_token(desk(201, "POST", of="a title"))),
    "api_work_program": (by_work_token(desk()), by_work_token(desk(400, "PATCH"))),
    "api_work_program_publish": (by_work_token(desk(409, "POST")),),
    "api_work_program_submit": (by_work_token(desk(200, "POST")),),
    "api_work_program_archive": (by_work_token(desk(200, "POST")),),
    "api_work_program_reopen": (by_work_token(desk(200, "POST")),),
    "api_work_program_remarks": (by_work_token(desk()), by_work_token(desk(400, "POST"))),
    "api_work_program_courses": (by_work_token(desk()), by_work_token(desk(201, "POST"))),
    "api_work_program_versions": (by_work_token(desk()),),
    "api_work_program_restore": (by_work_token(desk(400, "POST")),),
    "api_work_course": (by_work_token(desk()), by_work_token(desk(400, "PATCH"))),
    "api_work_course_publish": (by_work_token(desk(409, "POST")),),
    "api_work_course_meetings": (by_work_token(desk()), by_work_token(desk(400, "POST"))),
    "api_work_course_meeting": (by_work_token(desk(204, "DELETE")),),
    "api_work_course_meeting_move": (by_work_token(desk(400, "POST")),),
    "api_work_course_meeting_off": (by_work_token(desk(409, "POST")),),
    "api_work_course_instructors": (by_work_token(desk()), by_work_token(desk(400, "POST"))),
    "api_work_course_instructor_end": (by_work_token(desk(400, "POST")),),
    "api_work_course_versions": (by_work_token(desk()),),
    "api_work_course_restore": (by_work_token(desk(400, "POST")),),
    "api_work_course_export": (by_work_token(desk(400, "POST")),),
    "api_work_wishes": (by_work_token(desk()),),
    "api_work_wish": (by_work_token(desk()),),
    "api_work_wish_answer": (by_work_token(desk(400, "POST")),),
    "api_work_wish_set_aside": (by_work_token(desk(200, "POST")),),
    "api_work_searches": (by_work_token(desk()),),
    "api_work_coverage": (by_work_token(desk()),),
    "api_work_course_copies": (by_work_token(desk(400, "POST")),),
    "api_work_course_cancel": (by_work_token(desk(400, "POST")),),
    "api_work_translations": (by_work_token(desk()),),
    "api_work_imports": (by_work_token(desk()), by_work_token(desk(415, "POST"))),
    "api_work_import": (by_work_token(desk()),),
    "api_work_import_columns": (by_work_token(desk(400, "POST")),),
    "api_work_import_places": (by_work_token(desk(409, "POST")),),
    "api_work_import_seats": (by_work_token(desk(200, "POST")),),
    "api_work_import_confirm": (by_work_token(desk(409, "POST")),),
    "api_work_import_undo": (by_work_token(desk(409, "POST")),),
    "api_work_workgroups": (by_work_token(desk()),),
    "api_work_workgroup": (by_work_token(desk(400, "PATCH")),),
    "api_work_meetings": (by_work_token(members()), by_work_token(members(400, "POST"))),
    "api_work_meeting": (by_work_token(desk()), by_work_token(desk(400, "PATCH"))),
    "api_work_meeting_off": (by_work_token(desk(409, "POST")),),
    "api_work_meeting_items": (by_work_token(desk(400, "POST")),),
    "api_work_meeting_attendance": (by_work_token(desk(400, "POST")),),
    "api_work_meeting_approve": (by_work_token(desk(409, "POST")),),
    "api_work_meeting_decide": (by_work_token(desk(400, "POST")),),
    "api_work_item": (by_work_token(desk(400, "PATCH")),),
    "api_work_decisions": (by_work_token(members()),),
    "api_work_decision": (by_work_token(desk()), by_work_token(desk(400, "PATCH"))),
    "api_work_decision_close": (by_work_token(desk(200, "POST")),),
    "api_work_decision_publish": (by_work_token(desk(400, "POST")),),
    "api_city_workgroups": (by_work_token(governing()), by_work_token(governing(400, "POST"))),
    "api_city_appointments": (by_work_token(governing()), by_work_token(governing(400, "POST"))),
    "api_city_appointment_extend": (by_work_token(governing(400, "POST")),),
    "api_city_appointment_release": (by_work_token(governing(400, "POST")),),
    # Repair by superusers; every address of Django's admin stands behind the same door
    "admin:index": (_ADMIN,),
    "admin/login/": (replace(everybody(403), visitor=302, read=302, me=302, work=302),),
    "admin/password_change/": (everybody(404),),
}
