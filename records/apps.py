"""Registers the app."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """See the models for what lives here."""

    name = "records"
