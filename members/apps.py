"""Registers the app."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """See the models for what lives here."""

    name = "members"
