from typing import TypeVar

from django.contrib import admin
from django.db import models

_T = TypeVar("_T", bound=models.Model)

class TranslatableAdmin(admin.ModelAdmin[_T]): ...
class TranslatableTabularInline(admin.TabularInline[_T, models.Model]): ...
