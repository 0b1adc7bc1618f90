"""The addresses of what came of learning."""

from django.urls import path

from records.views import attendance

COURSE = "work/courses/<slug:slug>/"
app_name = "records"
urlpatterns = [
    path(f"{COURSE}attendance/", attendance.attendance_course, name="attendance_course"),
    path(f"{COURSE}attendance/<int:pk>/", attendance.attendance, name="attendance"),
    path(f"{COURSE}attendance/<int:pk>/save/", attendance.attendance_save, name="attendance_save"),
]
