"""What the municipality and its workgroups tell the city."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Announcements(AppConfig):
    name = "announcements"
    verbose_name = _("Announcements")
