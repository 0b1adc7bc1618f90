"""Django's settings. What differs from city to city comes from the environment (`.env.example` names it all)."""

from __future__ import annotations

import sys

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from learningcity import environment
from learningcity.environment import BASE_DIR, env
from learningcity.logs import LOGGING

django_stubs_ext.monkeypatch()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = environment.secret_key(debug=DEBUG)
SECRET_KEY_FALLBACKS = environment.secret_key_fallbacks(debug=DEBUG)
SITE_URL = environment.site_url()
LOGGING["root"]["level"] = environment.log_level()
SECURE = SITE_URL.startswith("https://")
ALLOWED_HOSTS = environment.listed("ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXY = environment.trusted_proxies()

CITY_NAMES = {"fa": env.str("CITY_NAME_FA", default="کرمانشاه"), "en": env.str("CITY_NAME_EN", default="Kermanshah")}
CERTIFICATE_PREFIX = env.str("CERTIFICATE_PREFIX", default="KSH")
BADGE_SIGNING_KEY = environment.badge_key(SECRET_KEY, derive=DEBUG or DEMO)
BADGE_FORMER_KEYS = environment.listed("BADGE_FORMER_KEYS")
CITY_PHONE = env.str("CITY_PHONE", default="137")
PHONE_REGION = environment.phone_region()
CURRENCY = env.str("CURRENCY", default="IRR")
SMS_URL = environment.sms_url()
SMS_TOKEN = env.str("SMS_TOKEN", default=None)
SMS_URL_2 = environment.sms_url("SMS_URL_2")
SMS_TOKEN_2 = env.str("SMS_TOKEN_2", default=None)
SMS_CODE_TEMPLATE = env.str("SMS_CODE_TEMPLATE", default="")
SMS_REPORT_SECRET = env.str("SMS_REPORT_SECRET", default=None)
SMS_RATE = environment.rate("SMS_RATE")
EMAIL_RATE = environment.rate("EMAIL_RATE")
VAPID_PRIVATE_KEY = environment.vapid_private_key()
PUSH_HOSTS = environment.push_hosts()
SMS_DAILY_BUDGET = env.int("SMS_DAILY_BUDGET", default=5000)
OUTBOX = BASE_DIR / "var" / "outbox"
METRICS_TOKEN = env.str("METRICS_TOKEN", default=None)
SENTRY_DSN = env.str("SENTRY_DSN", default=None)
REDIS_URL = environment.redis()

INSTALLED_APPS = [
    "base",
    "members",
    "notifications",
    "workgroups",
    "programs",
    "records",
    "announcements",
    "privacy",
    "learningcity",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "parler",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "learningcity.middleware.Entrance",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "learningcity.middleware.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "learningcity.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "learningcity.shifts.Shifts",
    "learningcity.middleware.Trouble",
    *(["learningcity.middleware.Missing"] if DEMO else []),
]

ROOT_URLCONF = "learningcity.urls"
WSGI_APPLICATION = "learningcity.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "learningcity.context.city",
            ],
            "builtins": ["base.templatetags.city", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

DATABASES = {"default": environment.database()}
if sys.argv[1:2] == ["migrate"]:
    DATABASES["default"] = environment.database_for_migrations(DATABASES["default"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "learningcity.cache.PatientRedis",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_USER_MODEL = "members.Member"
AUTHENTICATION_BACKENDS = ["members.backends.CodeBackend"]
LOGIN_URL = "members:signin"
SESSION_ENGINE = "members.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # idle; shorter ones for coordinators and staff are the session engine's
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if SECURE else ("session", "csrf")
CSRF_FAILURE_VIEW = "learningcity.problems.csrf_failure"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None  # dropped from others
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # to be preloaded in browsers is for the owner of the whole domain to decide
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        **({"upgrade-insecure-requests": True} if SECURE else {}),
    }
}

LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
PARLER_LANGUAGES = {
    None: ({"code": "fa"}, {"code": "en"}),
    "default": {"fallbacks": ["fa", "en"], "hide_untranslated": False},
}
PARLER_ENABLE_CACHING = False  # a stale title costs more than the query that a prefetch saves
USE_I18N = USE_TZ = True
TIME_ZONE = environment.time_zone()

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = environment.files()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

vars().update(environment.email())
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="learningcity@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default=f"mailto:{DEFAULT_FROM_EMAIL}")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "members.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "learningcity.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Learning city",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "EnrolmentState": "programs.models.Enrolment.State",
        "MeetingState": "programs.models.ClassMeeting.State",
        "WorkgroupMeetingState": "workgroups.models.Meeting.State",
        "DecisionState": "workgroups.models.Decision.State",
        "ProgramState": "programs.models.Program.State",
        "CourseState": "programs.models.Course.State",
        "Weekday": "base.calendar.WEEKDAYS",
        "ImportState": "programs.models.Import.State",
        "AttendanceMark": "records.models.Attendance.Mark",
        "AnnouncementState": "announcements.models.Announcement.State",
        "Relation": "members.models.Care.Relation",
        "CaredForRelation": "programs.api.learners.RELATIONS",
        "RollKind": "programs.models.Roll.Kind",
        "AnnouncementKind": "announcements.models.Announcement.Kind",
        "FollowedKind": "programs.following.PAGES",
        "OrganisationKind": "workgroups.models.Organisation.Kind",
        "QuestionKind": "programs.models.Item.Kind",
        "FileKind": "programs.sheets.TYPES",
        "SiteLanguage": "programs.checklist.LANGUAGES",
        "TaughtLanguage": "programs.words.LANGUAGES",
    },
}
if SENTRY_DSN:
    from learningcity.logs import report_to_sentry

    report_to_sentry(SENTRY_DSN)
