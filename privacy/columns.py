"""What each column says about people; a house test refuses a column that is not named here."""

from __future__ import annotations

NONE = "none"  # nothing about a person
PERSONAL = "personal"  # about a person: in their download, gone after their erasure
SENSITIVE = "sensitive"  # personal, and shown to nobody but those whose task needs it
SECRET = "secret"  # noqa: S105 # nosec B105 # pragma: allowlist secret - opens something: stored as a digest or kept from every page, export and log

# By table: what each class holds.
TABLES: dict[str, dict[str, str]] = {
    "members.City": {NONE: "names phone quiet_from quiet_until logo version"},
    "members.DistrictTranslation": {NONE: "language_code name master"},
    "members.District": {NONE: "slug order"},
    "members.Member": {
        PERSONAL: (
            "phone email language theme is_superuser calendar_version seen_on created_at parted_at leaving_at "
            "leaving_by erased_at"
        ),
    },
    "members.Learner": {PERSONAL: "name born_from born_until district erased_at", SENSITIVE: "gender"},
    "members.Care": {PERSONAL: "guardian learner relation from_on until_on consent_version calendar_version"},
    "members.Invitation": {
        PERSONAL: "learner made_by contact is_own made_at expires_at answered_at answer",
        NONE: "tries_left",
    },
    "members.SignInCode": {
        PERSONAL: "id contact client language",
        NONE: "minute asked_at due_at attempts handed_at expires_at tries_left used_at",
        SECRET: "digest",  # pragma: allowlist secret
    },
    "members.CodeTry": {PERSONAL: "client", NONE: "at"},
    "members.ApiToken": {
        PERSONAL: "member name last_used_on",
        SECRET: "digest",  # pragma: allowlist secret
        NONE: "scope created_at revoked_at",
    },
    "members.Audit": {NONE: "at verb object_type door request_id", PERSONAL: "actor_id for_id object_id changes"},
    "members.Seal": {NONE: "day lines digest made_at"},
    "members.IdempotencyKey": {PERSONAL: "member key body", NONE: "digest status expires_at"},
    "members.Session": {
        SECRET: "session_key session_data",  # pragma: allowlist secret
        NONE: "expire_date",
        PERSONAL: "member agent created_at seen_on",
    },
    "notifications.Notice": {
        NONE: "key kind urgency created_at expires_at due_at channels paused_at withdrawn_at forgotten_at has_parked",
        PERSONAL: "values",
    },
    "notifications.Delivery": {
        NONE: "notice channel state due_at priority leased_until attempts reference sent_at provider",
        PERSONAL: "member read_at error receipt opened_at unsubscribed_at",
    },
    "notifications.DeliveryCount": {NONE: "month kind channel state number"},
    "notifications.Rhythm": {PERSONAL: "member quiet_from quiet_until digest"},
    "notifications.Line": {NONE: "name failures recent away_until next_at sent failed"},
    "notifications.PushAddress": {
        PERSONAL: "member agent created_at",
        SECRET: "endpoint public_key shared_secret",  # pragma: allowlist secret
    },
    "notifications.Preference": {PERSONAL: "member kind channel wanted"},
    "workgroups.OrganisationTranslation": {NONE: "language_code name description master"},
    "workgroups.Organisation": {NONE: "slug kind phone"},
    "workgroups.LiteracyAreaTranslation": {NONE: "language_code name description master"},
    "workgroups.LiteracyArea": {NONE: "slug order icon isced sdg"},
    "workgroups.VenueTranslation": {NONE: "language_code name address master"},
    "workgroups.Venue": {NONE: "slug district organisation lat lon access"},
    "workgroups.Workgroup_areas": {NONE: "workgroup literacyarea"},
    "workgroups.Workgroup_organisations": {NONE: "workgroup organisation"},
    "workgroups.WorkgroupTranslation": {NONE: "language_code name purpose master"},
    "workgroups.Workgroup": {NONE: "slug areas organisations founded_on version"},
    "workgroups.Meeting": {
        NONE: "workgroup number state starts_at ends_at venue place link version approved_at",
        PERSONAL: "approved_by",
    },
    "workgroups.AgendaItem": {NONE: "meeting order title version", PERSONAL: "minutes"},
    "workgroups.Attendance": {PERSONAL: "meeting member mark"},
    "workgroups.DecisionTranslation": {NONE: "language_code text master"},
    "workgroups.Decision": {
        NONE: "workgroup meeting number owner_role owner_organisation due_on state closed_on is_published version",
        PERSONAL: "owner",
    },
    "workgroups.Appointment": {PERSONAL: "member role workgroup organisation from_on until_on"},
    "programs.Follow": {PERSONAL: "member area workgroup program since"},
    "programs.Reminder": {PERSONAL: "member course since"},
    "programs.Feed": {NONE: "workgroup profile partner mode default_area currency mapping last_read_at"},
    "programs.ProgramTranslation": {
        NONE: "language_code title written_at summary outcomes description audience keywords master",
    },
    "programs.Program": {
        NONE: "decision slug workgroup area state level source_language version feed feed_key pinned joining",
    },
    "programs.Roll": {
        NONE: "workgroup organisation kind until_on code_at",
        SECRET: "code_digest",  # pragma: allowlist secret
    },
    "programs.Reserve": {NONE: "course seats taken age_min age_max audience until_on ended_at"},
    "programs.RollLine": {NONE: "roll", PERSONAL: "digest"},
    "programs.RollProof": {PERSONAL: "roll learner at"},
    "programs.CourseTranslation": {
        NONE: "language_code title written_at note cancel_reason fee_note master",
        PERSONAL: "instructors",
    },
    "programs.Course": {
        NONE: (
            "decision program slug state source_language starts_on ends_on sort_on opens_at closes_at moves_until "
            "venue online mode partner_url selection offer_hours complete_percent minimum decide_on decided_at age_min "
            "age_max audience joining audience_words languages fee_min fee_max fee_currency area district weekdays "
            "dayparts search_text search_joined version updated_at feed feed_key fingerprint source_capacity "
            "pinned missing_since asks_version capacity waiting_size seats_taken seats_reserved reserves_until waiting "
            "next_place drawn_at"
        ),
    },
    "programs.Import": {
        NONE: (
            "feed name digest content language options state columns places counts failure before is_stale "
            "made_at saved_at undone_at leased_until attempts"
        ),
        PERSONAL: "member",
    },
    "programs.ImportRow": {NONE: "run line key what title course details reason told before stayed"},
    "programs.Slot": {NONE: "course weekday starts ends"},
    "programs.Teaching": {NONE: "course from_on until_on", PERSONAL: "member"},
    "programs.Revision": {NONE: "program course version at content", PERSONAL: "by"},
    "programs.Remark": {NONE: "program at text", PERSONAL: "by"},
    "programs.ClassMeeting": {NONE: "course starts_at ends_at venue state"},
    "programs.Party": {NONE: "course size"},
    "programs.Draw": {NONE: "course commitment seed committed_at tickets"},
    "programs.Offer": {NONE: "course place seats made_at expires_at answered_at answer"},
    "programs.Enrolment": {
        PERSONAL: "course learner state place party offer reserve from_reserve asked_by exception_by asked_at state_at once",
        SENSITIVE: "reason exception_reason exception_rule",
    },
    "programs.Questionnaire": {NONE: "course version consent_fa consent_en made_at", PERSONAL: "made_by"},
    "programs.Item": {
        NONE: "questionnaire number kind text_fa text_en choices_fa choices_en is_required is_sensitive",
    },
    "programs.AnswerSheet": {PERSONAL: "enrolment questionnaire given_at erased_at", SENSITIVE: "given"},
    "programs.AnswerFile": {PERSONAL: "by course number sheet kind made_at", SENSITIVE: "name content"},
    "programs.Wish": {NONE: "text language key area state made_at program course answered_at"},
    "programs.Support": {PERSONAL: "wish member district at"},
    "programs.VainSearch": {NONE: "key on area_slug district_slug times"},
    "programs.Question": {PERSONAL: "course member text asked_at answer answered_by answered_at"},
    "records.Attendance": {PERSONAL: "enrolment meeting mark by at", NONE: "version"},
    "records.Certificate": {
        PERSONAL: "enrolment code frozen issued_on revoked_at reason",
    },
    "records.Feedback": {PERSONAL: "enrolment stars recommends given_on", SENSITIVE: "comment"},
    "records.PassportLink": {
        PERSONAL: "learner made_by made_at ended_at",
        SECRET: "nonce",  # pragma: allowlist secret
    },
    "announcements.Announcement_programs": {NONE: "announcement program"},
    "announcements.Announcement_courses": {NONE: "announcement course"},
    "announcements.Announcement_decisions": {NONE: "announcement decision"},
    "announcements.AnnouncementTranslation": {NONE: "language_code title summary body reason master"},
    "announcements.Announcement": {
        NONE: (
            "slug workgroup kind state audience channels is_public is_pinned is_banner publish_at ends_at "
            "approved_at published_at corrected_at withdrawn_at notice spread_to spread_at search_text version "
            "programs courses decisions"
        ),
        PERSONAL: "author approver",
    },
    "announcements.PictureTranslation": {NONE: "language_code alt master"},
    "announcements.Picture": {NONE: "announcement file width height order"},
    "announcements.Attachment": {NONE: "announcement file name size"},
    "privacy.Download": {
        PERSONAL: "member asked_at ready_at",
        NONE: "leased_until attempts",
        SECRET: "session content",  # pragma: allowlist secret - the file is everything of one person
    },
}
FIELDS = {
    f"{table}.{name}": level
    for table, levels in TABLES.items()
    for level, names in levels.items()
    for name in names.split()
}
