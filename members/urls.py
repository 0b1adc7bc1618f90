"""The addresses of the app's pages."""

from __future__ import annotations

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("accounts/signin/", views.signin, name="signin"),
    path("accounts/signin/ask/", views.ask, name="ask"),
    path("accounts/code/", views.code, name="code"),
    path("accounts/code/redeem/", views.redeem, name="redeem"),
    path("accounts/code/resend/", views.resend, name="resend"),
    path("accounts/known/", views.known, name="known"),
    path("accounts/known/answer/", views.recognise, name="recognise"),
    path("accounts/signout/", views.signout, name="signout"),
    path("accounts/profile/", views.profile, name="profile"),
    path("accounts/profile/save/", views.profile_save, name="profile_save"),
    path("me/devices/", views.devices, name="devices"),
    path("me/devices/end/", views.device_end, name="device_end"),
    path("me/devices/end-others/", views.devices_end_others, name="devices_end_others"),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/make/", views.token_make, name="token_make"),
    path("me/tokens/revoke/", views.token_revoke, name="token_revoke"),
]
