"""The door that a web server opens; a setting that is wrong is named in one line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from environs import EnvError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
try:
    application = get_wsgi_application()
except (ImproperlyConfigured, EnvError) as error:
    print(f"Configuration: {error}", file=sys.stderr)  # noqa: T201 - nothing else runs yet
    sys.exit(2)

from django.conf import settings

from learningcity import waking

if settings.REDIS_URL is None:
    waking.start_embedded()
