"""Registers the app."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """See the models for what lives here."""

    name = "programs"
