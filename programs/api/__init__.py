"""The API of what there is to learn, and of one's own places: the same rows, rules and services as the pages."""

from django.urls import path

from programs.api import catalogue, places, rosters

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
    path("courses/<int:pk>/questions/", rosters.ask, name="api_ask"),
    path("me/questions/", rosters.my_questions, name="api_my_questions"),
    path("work/courses/<int:pk>/roster/", rosters.roster, name="api_work_roster"),
    path("work/courses/<int:pk>/messages/", rosters.message, name="api_work_message"),
    path("work/enrolments/<int:pk>/withdraw/", rosters.withdraw, name="api_work_withdraw"),
    path("work/enrolments/<int:pk>/promote/", rosters.promote, name="api_work_promote"),
    path("work/enrolments/<int:pk>/contact/", rosters.contact, name="api_work_contact"),
    path("work/questions/", rosters.questions, name="api_work_questions"),
    path("work/questions/<int:pk>/reply/", rosters.reply, name="api_work_reply"),
]
