"""Words that courses carry as codes: for whom they are, in which language they are taught."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIENCES = {
    "everyone": _("Everyone"),
    "parents": _("Parents"),
    "women": pgettext_lazy("audience", "Women"),
    "girls": _("Girls"),
    "boys": _("Boys"),
    "children": _("Children"),
    "teenagers": _("Teenagers"),
    "young": _("Young people"),
    "students": _("Students"),
    "adults": _("Adults"),
    "seniors": _("Older people"),
    "jobseekers": _("People who look for work"),
    "families": _("Families"),
    "teachers": _("Teachers"),
    "blind": _("Blind and partially sighted people"),
}
RULES = {
    "": _("For everyone"),
    "women_only": _("For women"),
    "girls_only": _("For girls"),
    "boys_only": _("For boys"),
    "men_only": _("For men"),
}
LANGUAGES = {
    "fa": _("Persian"),
    "en": _("English"),
    "sdh": _("Southern Kurdish"),
    "lki": _("Laki"),
    "ckb": _("Sorani Kurdish"),
    "psc": _("Persian Sign Language"),
    "ar": _("Arabic"),
    "de": _("German"),
    "fr": _("French"),
    "sw": _("Swahili"),
}
