"""Partners' catalogues: how a file becomes plain rows. Nothing here knows the database."""

from programs.imports import generic
from programs.imports.catalogue import Catalogue, Rejection, Row, Unusable, WeeklyHour
from programs.imports.profiles import PROFILES
from programs.imports.reading import contents, read

__all__ = ["PROFILES", "Catalogue", "Rejection", "Row", "Unusable", "WeeklyHour", "contents", "generic", "read"]
