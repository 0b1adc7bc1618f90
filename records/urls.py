"""The addresses of what came of learning."""

from django.urls import path

from records.views import attendance, badges, certificates, checkin, feedback, outcomes, passports

COURSE = "work/courses/<slug:slug>/"
app_name = "records"
urlpatterns = [
    path(f"{COURSE}attendance/", attendance.attendance_course, name="attendance_course"),
    path(f"{COURSE}attendance/<int:pk>/", attendance.attendance, name="attendance"),
    path(f"{COURSE}attendance/<int:pk>/save/", attendance.attendance_save, name="attendance_save"),
    path(f"{COURSE}attendance/<int:pk>/door/", checkin.door, name="checkin_door"),
    path("check-in/", checkin.form, name="checkin"),
    path("check-in/done/", checkin.confirm, name="checkin_confirm"),
    path("check-in/<str:token>/", checkin.opened, name="checkin_opened"),
    path(f"{COURSE}outcomes/", outcomes.outcomes, name="outcomes"),
    path(f"{COURSE}outcomes/confirm/", outcomes.outcomes_confirm, name="outcomes_confirm"),
    path(f"{COURSE}outcomes/<int:pk>/", outcomes.outcome, name="outcome"),
    path(f"{COURSE}outcomes/<int:pk>/decide/", outcomes.outcome_decide, name="outcome_decide"),
    path(f"{COURSE}outcomes/<int:pk>/revoke/", outcomes.outcome_revoke, name="outcome_revoke"),
    path(f"{COURSE}outcomes/<int:pk>/issue/", outcomes.outcome_issue, name="outcome_issue"),
    path("me/certificates/", certificates.certificates, name="certificates"),
    path("me/certificates/<str:code>/", certificates.certificate, name="certificate"),
    path("me/certificates/<str:code>/pdf/", certificates.certificate_pdf, name="certificate_pdf"),
    path("me/certificates/<str:code>/badge.json", badges.certificate_badge, name="certificate_badge"),
    path("me/feedback/<int:pk>/", feedback.feedback, name="feedback"),
    path("me/feedback/<int:pk>/say/", feedback.feedback_say, name="feedback_say"),
    path(f"{COURSE}feedback/", feedback.feedback_results, name="feedback_results"),
    path("me/passport/", passports.passport, name="passport"),
    path("me/passport/<int:pk>/pdf/", passports.passport_pdf, name="passport_pdf"),
    path("me/passport/<int:pk>/share/", passports.passport_share, name="passport_share"),
    path("me/passport/<int:pk>/end/", passports.passport_end, name="passport_end"),
    path("passport/<str:secret>/", passports.passport_shared, name="passport_shared"),
    path("verify/", certificates.verify, name="verify"),
    path("verify/badge/", badges.verify_badge, name="verify_badge"),
    path("verify/<str:code>/", certificates.verified, name="verified"),
]
