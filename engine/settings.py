"""Django settings. What differs between machines comes from engine.core.environment; the rest is fixed here."""

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from pydantic import ValidationError

from engine.core.database_url import parse_database_url
from engine.core.environment import PROJECT_FOLDER, Environment
from engine.core.logs import logging_configuration

# Lets typed code write ModelAdmin[Photo]: Django itself has no such brackets at run time.
django_stubs_ext.monkeypatch()

try:
    ENVIRONMENT = Environment()
except ValidationError as error:
    lines = [f"FLYWHEEL_{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in error.errors()]
    raise ImproperlyConfigured("The environment is incomplete or wrong:\n  " + "\n  ".join(lines)) from None

SECRET_KEY = ENVIRONMENT.secret_key.get_secret_value()
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.is_https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

ROOMS = [
    "accounts", "photos", "registry", "candidates", "annotation", "artistry", "records", "rounds", "demo",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_vite",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    *[f"engine.{room}" for room in ROOMS],
]
MIGRATION_MODULES = {room: f"migrations.{room}" for room in ROOMS}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "engine.middleware.EngineErrorMiddleware",
]
ROOT_URLCONF = "engine.urls"
WSGI_APPLICATION = "engine.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_FOLDER / "engine" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **parse_database_url(ENVIRONMENT.database_url),
        # A connection a thread, kept between requests and looked at before each: see docs/decisions.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Seconds that a request waits for a host that does not answer before it answers 503 itself.
        # Only cursors that ask for it prepare their statements: those of Django never do.
        "OPTIONS": {"connect_timeout": 5, "prepare_threshold": 5},
    }
}
# Beside the broker's messages in the same Valkey, under names of its own. Never call clear(): it empties both.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": ENVIRONMENT.broker_url,
        "KEY_PREFIX": "flywheel",
        # Somebody who signs in waits for this; without Valkey she gets in all the same.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["engine.accounts.backends.BrakedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static_root
UI_BUILD_FOLDER = PROJECT_FOLDER / "annotator_ui" / "dist"
STATICFILES_DIRS = [("ui", UI_BUILD_FOLDER)] if UI_BUILD_FOLDER.is_dir() else []
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "static_url_prefix": "ui",
        "manifest_path": UI_BUILD_FOLDER / "manifest.json",
    }
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# Uploads above this spill to disk while they arrive; each view has its own limit besides.
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 2_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # A view that forgets to state its roles is closed to everybody.
    "DEFAULT_PERMISSION_CLASSES": ["engine.accounts.permissions.NobodyUnlessStated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "engine.api_errors.answer_error",
    "NUM_PROXIES": ENVIRONMENT.proxies,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Flywheel 3D",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["engine.accounts.permissions.IsSignedIn"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    # Several fields are called state, status or code: without names of ours the document would number them.
    "ENUM_NAME_OVERRIDES": {
        "RoundStateEnum": "engine.rounds.models.RoundState",
        "TargetStatusEnum": "engine.candidates.selectors.TargetStatus",
        "RejectionReasonEnum": "engine.annotation.models.RejectionReason",
        "ComparisonVerdictEnum": "engine.annotation.models.ComparisonVerdict",
        "AnswerModeEnum": "engine.annotation.models.AnswerMode",
        "MaskFlagStateEnum": "engine.annotation.models.MaskFlagState",
        "QualityFlagKindEnum": "engine.annotation.models.QualityFlagKind",
        "QualityFlagStateEnum": "engine.annotation.models.QualityFlagState",
        "AssetProblemKindEnum": "engine.annotation.models.AssetProblemKind",
    },
}

CELERY_BROKER_URL = ENVIRONMENT.broker_url

LOGGING_CONFIG = "engine.core.logs.configure"
LOGGING = logging_configuration(level=ENVIRONMENT.log_level)
