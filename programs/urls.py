"""Addresses of what there is to learn and of one's own page."""

from django.urls import path

from programs.views import catalogue, course, enrol, me, questions, wishes
from programs.views.work import demand, home, messages, programs, rosters
from programs.views.work import questions as work_questions

app_name = "programs"
urlpatterns = [
    path("courses/", catalogue.course_list, name="course_list"),
    path("courses/<slug:slug>/", course.course_detail, name="course_detail"),
    path("courses/<slug:slug>/enrol/", enrol.course_enrol, name="course_enrol"),
    path("courses/<slug:slug>/ask/", questions.ask_form, name="course_ask_form"),
    path("courses/<slug:slug>/ask/send/", questions.ask, name="course_ask"),
    path("programs/<slug:slug>/", course.program_detail, name="program_detail"),
    path("workgroups/", catalogue.workgroup_list, name="workgroup_list"),
    path("workgroups/<slug:slug>/", course.workgroup_detail, name="workgroup_detail"),
    path("organisations/<slug:slug>/", catalogue.organisation_detail, name="organisation_detail"),
    path("venues/<slug:slug>/", catalogue.venue_detail, name="venue_detail"),
    path("areas/<slug:slug>/", catalogue.area_detail, name="area_detail"),
    path("wishes/", wishes.wish_list, name="wishes"),
    path("wishes/add/", wishes.wish, name="wish"),
    path("wishes/<int:pk>/support/", wishes.wish_support, name="wish_support"),
    path("me/", me.me, name="me"),
    path("me/questions/", questions.my_questions, name="my_questions"),
    path("me/calendar/", me.calendar_link, name="calendar_link"),
    path("me/calendar/renew/", me.calendar_renew, name="calendar_renew"),
    path("me/enrolments/<int:pk>/leave/", enrol.enrolment_leave, name="enrolment_leave"),
    path("me/enrolments/<int:pk>/withdraw/", enrol.enrolment_withdraw, name="enrolment_withdraw"),
    path("me/enrolments/<int:pk>/accept/", enrol.enrolment_accept, name="enrolment_accept"),
    path("me/enrolments/<int:pk>/decline/", enrol.enrolment_decline, name="enrolment_decline"),
    path("work/", home.work, name="work"),
    path("work/programs/", programs.program_list, name="work_programs"),
    path("work/courses/<slug:slug>/roster/", rosters.roster, name="work_roster"),
    path("work/courses/<slug:slug>/roster/add/", rosters.admit_form, name="work_admit_form"),
    path("work/courses/<slug:slug>/roster/add/save/", rosters.admit, name="work_admit"),
    path("work/courses/<slug:slug>/roster/print/", rosters.roster_print, name="work_roster_print"),
    path("work/courses/<slug:slug>/roster/export/", rosters.export_form, name="work_export_form"),
    path("work/courses/<slug:slug>/roster/export/file/", rosters.export, name="work_export"),
    path("work/courses/<slug:slug>/roster/<int:pk>/", rosters.place, name="work_place"),
    path("work/courses/<slug:slug>/roster/<int:pk>/contact/", rosters.place_contact, name="work_place_contact"),
    path("work/courses/<slug:slug>/roster/<int:pk>/withdraw/", rosters.place_withdraw, name="work_place_withdraw"),
    path("work/courses/<slug:slug>/roster/<int:pk>/promote/", rosters.place_promote, name="work_place_promote"),
    path("work/courses/<slug:slug>/message/", messages.message, name="work_message"),
    path("work/courses/<slug:slug>/message/preview/", messages.message_preview, name="work_message_preview"),
    path("work/courses/<slug:slug>/message/send/", messages.message_send, name="work_message_send"),
    path("work/demand/", demand.demand, name="work_demand"),
    path("work/demand/<int:pk>/", demand.wish, name="work_wish"),
    path("work/demand/<int:pk>/answer/", demand.wish_fulfil, name="work_wish_fulfil"),
    path("work/demand/<int:pk>/set-aside/", demand.wish_set_aside, name="work_wish_set_aside"),
    path("work/coverage/", demand.coverage_page, name="work_coverage"),
    path("work/coverage/courses/", demand.coverage_cell, name="work_coverage_cell"),
    path("work/questions/", work_questions.question_list, name="work_questions"),
    path("work/questions/<int:pk>/", work_questions.question, name="work_question"),
    path("work/questions/<int:pk>/reply/", work_questions.question_reply, name="work_question_reply"),
]
