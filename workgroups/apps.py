"""Registers the app."""

from django.apps import AppConfig


class WorkgroupsConfig(AppConfig):
    """See the models for what lives here."""

    name = "workgroups"
