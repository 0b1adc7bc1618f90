"""The addresses of a member's messages."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("me/inbox/", views.inbox, name="inbox"),
    path("me/inbox/read/", views.inbox_read, name="inbox_read"),
    path("me/preferences/", views.preferences, name="preferences"),
    path("me/preferences/save/", views.preferences_save, name="preferences_save"),
    path("me/preferences/device/", views.device_tell, name="device_tell"),
    path("me/preferences/device/forget/", views.device_forget, name="device_forget"),
    path("unsubscribe/<str:secret>/", views.unsubscribe, name="unsubscribe"),
    path("unsubscribe/<str:secret>/now/", views.unsubscribe_now, name="unsubscribe_now"),
]
