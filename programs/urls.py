"""Addresses of what there is to learn and of one's own page."""

from django.urls import path

from programs.views import catalogue, course, embed, enrol, me
from programs.views.work import home, imports, programs

app_name = "programs"
urlpatterns = [
    path("courses/", catalogue.course_list, name="course_list"),
    path("courses/<slug:slug>/", course.course_detail, name="course_detail"),
    path("courses/<slug:slug>/enrol/", enrol.course_enrol, name="course_enrol"),
    path("programs/<slug:slug>/", course.program_detail, name="program_detail"),
    path("workgroups/", catalogue.workgroup_list, name="workgroup_list"),
    path("workgroups/<slug:slug>/", course.workgroup_detail, name="workgroup_detail"),
    path("embed/<slug:slug>/", embed.workgroup_embed, name="workgroup_embed"),
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
    path("work/imports/", imports.import_list, name="work_imports"),
    path("work/imports/new/", imports.import_new, name="work_import_new"),
    path("work/imports/add/", imports.import_add, name="work_import_add"),
    path("work/imports/<int:pk>/", imports.import_detail, name="work_import"),
    path("work/imports/<int:pk>/report.csv", imports.import_report, name="work_import_report"),
    path("work/imports/<int:pk>/columns/", imports.import_columns, name="work_import_columns"),
    path("work/imports/<int:pk>/places/", imports.import_places, name="work_import_places"),
    path("work/imports/<int:pk>/confirm/", imports.import_confirm, name="work_import_confirm"),
    path("work/imports/<int:pk>/undo/", imports.import_undo, name="work_import_undo"),
]
