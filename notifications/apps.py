"""Registers the app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """See the models for what lives here."""

    name = "notifications"
