"""Addresses of what there is to learn and of one's own page."""

from django.urls import path

from programs.views import catalogue, course, enrol, me
from programs.views.city import appointments, workgroups
from programs.views.work import decisions, groups, home, meetings, minutes, programs

MEETING = "work/workgroups/<slug:slug>/meetings/<int:number>"
app_name = "programs"
urlpatterns = [
    path("courses/", catalogue.course_list, name="course_list"),
    path("courses/<slug:slug>/", course.course_detail, name="course_detail"),
    path("courses/<slug:slug>/enrol/", enrol.course_enrol, name="course_enrol"),
    path("programs/<slug:slug>/", course.program_detail, name="program_detail"),
    path("workgroups/", catalogue.workgroup_list, name="workgroup_list"),
    path("workgroups/<slug:slug>/", course.workgroup_detail, name="workgroup_detail"),
    path("organisations/<slug:slug>/", catalogue.organisation_detail, name="organisation_detail"),
    path("venues/<slug:slug>/", catalogue.venue_detail, name="venue_detail"),
    path("areas/<slug:slug>/", catalogue.area_detail, name="area_detail"),
    path("me/", me.me, name="me"),
    path("me/calendar/", me.calendar_link, name="calendar_link"),
    path("me/calendar/renew/", me.calendar_renew, name="calendar_renew"),
    path("me/enrolments/<int:pk>/leave/", enrol.enrolment_leave, name="enrolment_leave"),
    path("me/enrolments/<int:pk>/withdraw/", enrol.enrolment_withdraw, name="enrolment_withdraw"),
    path("me/enrolments/<int:pk>/accept/", enrol.enrolment_accept, name="enrolment_accept"),
    path("me/enrolments/<int:pk>/decline/", enrol.enrolment_decline, name="enrolment_decline"),
    path("work/", home.work, name="work"),
    path("work/programs/", programs.program_list, name="work_programs"),
    path("work/decisions/", decisions.decision_list, name="work_decisions"),
    path("work/decisions/<int:pk>/", decisions.decision, name="work_decision"),
    path("work/decisions/<int:pk>/save/", decisions.decision_save, name="work_decision_save"),
    path("work/decisions/<int:pk>/close/", decisions.decision_close, name="work_decision_close"),
    path("work/decisions/<int:pk>/publish/", decisions.decision_publish, name="work_decision_publish"),
    path("work/decisions/<int:pk>/lead/", decisions.decision_lead, name="work_decision_lead"),
    path("work/workgroups/<slug:slug>/", groups.workgroup, name="work_workgroup"),
    path("work/workgroups/<slug:slug>/save/", groups.workgroup_save, name="work_workgroup_save"),
    path("work/workgroups/<slug:slug>/meetings/", meetings.meeting_list, name="work_meetings"),
    path("work/workgroups/<slug:slug>/meetings/call/", meetings.meeting_call, name="work_meeting_call"),
    path(f"{MEETING}/", minutes.meeting, name="work_meeting"),
    path(f"{MEETING}/edit/", meetings.meeting_edit, name="work_meeting_edit"),
    path(f"{MEETING}/move/", meetings.meeting_move, name="work_meeting_move"),
    path(f"{MEETING}/off/", meetings.meeting_off, name="work_meeting_off"),
    path(f"{MEETING}/meeting.ics", meetings.meeting_file, name="work_meeting_file"),
    path(f"{MEETING}/items/", minutes.item_add, name="work_item_add"),
    path(f"{MEETING}/items/<int:pk>/", minutes.item_save, name="work_item_save"),
    path(f"{MEETING}/attendance/", minutes.attendance_save, name="work_meeting_attendance"),
    path(f"{MEETING}/decide/", minutes.decide, name="work_decide"),
    path(f"{MEETING}/approve/", minutes.approve, name="work_meeting_approve"),
    path(f"{MEETING}/minutes/", minutes.minutes_print, name="work_minutes"),
    path(f"{MEETING}/minutes.pdf", minutes.minutes_pdf, name="work_minutes_pdf"),
    path("city/workgroups/", workgroups.workgroup_list, name="city_workgroups"),
    path("city/workgroups/new/", workgroups.workgroup_new, name="city_workgroup_new"),
    path("city/workgroups/found/", workgroups.workgroup_found, name="city_workgroup_found"),
    path("city/workgroups/<slug:slug>/", workgroups.workgroup_edit, name="city_workgroup"),
    path("city/workgroups/<slug:slug>/save/", workgroups.workgroup_save, name="city_workgroup_save"),
    path("city/workgroups/<slug:slug>/appointments/", appointments.appointments, name="city_appointments"),
    path("city/workgroups/<slug:slug>/appointments/appoint/", appointments.appoint, name="city_appoint"),
    path("city/workgroups/<slug:slug>/appointments/<int:pk>/", appointments.term, name="city_term"),
    path("city/workgroups/<slug:slug>/appointments/<int:pk>/save/", appointments.term_save, name="city_term_save"),
]
