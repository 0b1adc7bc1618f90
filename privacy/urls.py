"""Addresses of what a member has here, below `/me/data/`, and of erasing at the desk."""

from django.urls import path

from privacy import views

app_name = "privacy"
urlpatterns = [
    path("me/data/", views.data, name="data"),
    path("me/data/ask/", views.download_ask, name="download_ask"),
    path("me/data/file/", views.download, name="download"),
    path("me/data/erase/", views.erase, name="erase"),
    path("me/data/erase/confirm/", views.erase_ask, name="erase_ask"),
    path("me/data/keep/", views.keep, name="keep"),
    path("city/people/<int:pk>/erase/", views.city_erase, name="city_erase"),
    path("city/people/<int:pk>/erase/confirm/", views.city_erase_ask, name="city_erase_ask"),
    path("city/people/<int:pk>/keep/", views.city_keep, name="city_keep"),
]
