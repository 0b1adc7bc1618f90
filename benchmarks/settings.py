"""The portal's settings in the benchmarks: as in production, with static files and cached keys of their own."""

import os
import secrets
import sys

os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("TRUSTED_PROXY", "127.0.0.1")  # so that each request can come from another address

for _name in ("greenlet", "pygments", "requests"):  # what libraries take up where they find it, and production lacks
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]

from learningcity.settings import *  # noqa: E402, F403

DEBUG = False
STATIC_ROOT = os.environ["BENCH_STATIC_ROOT"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"  # noqa: F405
CACHES["default"]["KEY_PREFIX"] = f"bench-{os.environ['BENCH_RUN']}"  # noqa: F405
LOGGING["root"] = {"level": "ERROR"}  # noqa: F405
