"""Addresses of what there is to learn and of one's own page."""

from django.urls import path

from programs.views import catalogue, course, enrol, me
from programs.views.work import courses, home, programs, translations

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
    path("work/programs/new/", programs.program_new, name="work_program_new"),
    path("work/programs/create/", programs.program_create, name="work_program_create"),
    path("work/programs/<slug:slug>/", programs.program_edit, name="work_program"),
    path("work/programs/<slug:slug>/save/", programs.program_save, name="work_program_save"),
    path("work/programs/<slug:slug>/publish/", programs.program_publish, name="work_program_publish"),
    path("work/programs/<slug:slug>/submit/", programs.program_submit, name="work_program_submit"),
    path("work/programs/<slug:slug>/turn/", programs.program_turn, name="work_program_turn"),
    path("work/programs/<slug:slug>/remark/", programs.program_remark, name="work_program_remark"),
    path("work/programs/<slug:slug>/courses/", programs.course_create, name="work_course_create"),
    path("work/programs/<slug:slug>/history/", programs.program_history, name="work_program_history"),
    path("work/programs/<slug:slug>/history/<int:version>/", programs.program_restore, name="work_program_restore"),
    path("work/translations/", translations.translation_list, name="work_translations"),
    path("work/courses/<slug:slug>/", courses.course_edit, name="work_course"),
    path("work/courses/<slug:slug>/save/", courses.course_save, name="work_course_save"),
    path("work/courses/<slug:slug>/publish/", courses.course_publish, name="work_course_publish"),
    path("work/courses/<slug:slug>/meetings/", courses.course_meetings, name="work_course_meetings"),
    path("work/courses/<slug:slug>/meetings/<int:pk>/drop/", courses.meeting_drop, name="work_meeting_drop"),
    path("work/courses/<slug:slug>/copy/", courses.course_copy, name="work_course_copy"),
    path("work/courses/<slug:slug>/cancel/", courses.course_cancel, name="work_course_cancel"),
    path("work/courses/<slug:slug>/history/", courses.course_history, name="work_course_history"),
    path("work/courses/<slug:slug>/history/<int:version>/", courses.course_restore, name="work_course_restore"),
]
