"""The addresses of what the city says: for everyone, and for those who write it (`city` for staff, `work` for coordinators)."""

from django.urls import path

from announcements import desks  # noqa: F401 - registers the converter
from announcements.views import desk, files, log, public

ROW = "<desk:desk>/announcements/<slug:slug>"
app_name = "announcements"
urlpatterns = [
    path("announcements/", public.announcement_list, name="announcement_list"),
    path("announcements/feed.atom", public.feed, name="feed"),
    path("announcements/embed/", public.embed, name="embed"),
    path("announcements/<slug:slug>/", public.announcement_detail, name="announcement_detail"),
    path("<desk:desk>/announcements/", desk.announcement_list, name="desk_list"),
    path("<desk:desk>/announcements/calendar/", desk.calendar, name="desk_calendar"),
    path("<desk:desk>/announcements/new/", desk.announcement_new, name="desk_new"),
    path("<desk:desk>/announcements/create/", desk.announcement_create, name="desk_create"),
    path(f"{ROW}/", desk.announcement, name="desk_row"),
    path(f"{ROW}/save/", desk.announcement_save, name="desk_save"),
    path(f"{ROW}/preview/", desk.announcement_preview, name="desk_preview"),
    path(f"{ROW}/submit/", desk.announcement_submit, name="desk_submit"),
    path(f"{ROW}/approve/", desk.announcement_approve, name="desk_approve"),
    path(f"{ROW}/back/", desk.announcement_send_back, name="desk_send_back"),
    path(f"{ROW}/withdraw/", desk.announcement_withdraw_form, name="desk_withdraw_form"),
    path(f"{ROW}/withdraw/confirm/", desk.announcement_withdraw, name="desk_withdraw"),
    path(f"{ROW}/test/", desk.announcement_test, name="desk_test"),
    path(f"{ROW}/files/", files.files, name="desk_files"),
    path(f"{ROW}/files/picture/", files.picture_add, name="desk_picture_add"),
    path(f"{ROW}/files/picture/<int:pk>/drop/", files.picture_drop, name="desk_picture_drop"),
    path(f"{ROW}/files/document/", files.document_add, name="desk_document_add"),
    path(f"{ROW}/files/document/<int:pk>/drop/", files.document_drop, name="desk_document_drop"),
    path("<desk:desk>/deliveries/<int:pk>/", log.deliveries, name="desk_deliveries"),
    path("<desk:desk>/deliveries/<int:pk>/steer/", log.steer, name="desk_steer"),
]
