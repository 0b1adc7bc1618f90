"""The API of what there is to learn, and of one's own places: the same rows, rules and services as the pages."""

from django.urls import path

from programs.api import catalogue, dumps, places

urlpatterns = [
    path("courses/", catalogue.courses, name="api_courses"),
    path("courses/feed.ics", catalogue.feed, name="api_courses_feed"),
    path("courses/dump.json", dumps.dump_json, name="api_courses_json"),
    path("courses/dump.csv", dumps.dump_csv, name="api_courses_csv"),
    path("courses/xcri.xml", dumps.dump_xcri, name="api_courses_xcri"),
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
]
