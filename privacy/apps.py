"""Registers the app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """See `columns` for what each column says of people, `owners` for whose a row is, `retention` for how long it stays."""

    name = "privacy"
