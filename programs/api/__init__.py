"""The API of what there is to learn, and of one's own places: the same rows, rules and services as the pages."""

from django.urls import path

from programs.api import catalogue, groups, meetings, places

urlpatterns = [
    path("courses/", catalogue.courses, name="api_courses"),
    path("courses/feed.ics", catalogue.feed, name="api_courses_feed"),
    path("courses/<int:pk>/", catalogue.course, name="api_course"),
    path("courses/<int:pk>/enrolments/", places.enrol, name="api_enrol"),
    path("programs/", catalogue.programs, name="api_programs"),
    path("areas/", catalogue.areas, name="api_areas"),
    path("organisations/", catalogue.organisations, name="api_organisations"),
    path("workgroups/", catalogue.workgroups, name="api_workgroups"),
    path("venues/", catalogue.venues, name="api_venues"),
    path("me/enrolments/", places.my_enrolments, name="api_my_enrolments"),
    path("me/enrolments/<int:pk>/", places.withdraw, name="api_withdraw"),
    path("me/enrolments/<int:pk>/accept/", places.accept, name="api_accept"),
    path("me/enrolments/<int:pk>/decline/", places.decline, name="api_decline"),
    path("work/workgroups/", groups.work_workgroups, name="api_work_workgroups"),
    path("work/workgroups/<slug:slug>/", groups.edit_workgroup, name="api_work_workgroup"),
    path("work/meetings/", meetings.meetings, name="api_work_meetings"),
    path("work/meetings/<int:pk>/", meetings.meeting, name="api_work_meeting"),
    path("work/meetings/<int:pk>/off/", meetings.call_off, name="api_work_meeting_off"),
    path("work/meetings/<int:pk>/items/", meetings.add_item, name="api_work_meeting_items"),
    path("work/meetings/<int:pk>/attendance/", meetings.mark_attendance, name="api_work_meeting_attendance"),
    path("work/meetings/<int:pk>/approve/", meetings.approve, name="api_work_meeting_approve"),
    path("work/meetings/<int:pk>/decisions/", meetings.decide, name="api_work_meeting_decide"),
    path("work/items/<int:pk>/", meetings.write_minutes, name="api_work_item"),
    path("work/decisions/", meetings.decisions, name="api_work_decisions"),
    path("work/decisions/<int:pk>/", meetings.decision, name="api_work_decision"),
    path("work/decisions/<int:pk>/close/", meetings.close, name="api_work_decision_close"),
    path("work/decisions/<int:pk>/publish/", meetings.publish, name="api_work_decision_publish"),
    path("city/workgroups/", groups.city_workgroups, name="api_city_workgroups"),
    path("city/appointments/", groups.appointments, name="api_city_appointments"),
    path("city/appointments/<int:pk>/extend/", groups.extend, name="api_city_appointment_extend"),
    path("city/appointments/<int:pk>/release/", groups.release, name="api_city_appointment_release"),
]
