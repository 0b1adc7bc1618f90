"""Registers the app."""

from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    """See the models for what lives here."""

    name = "announcements"
