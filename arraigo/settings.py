"""All settings of Arraigo, with defaults that run from a fresh clone.

Every value that an installation may change is read from the environment by one of the functions of
`arraigo.env`, which stop the start with a plain sentence when the value is bad.
"""

import os
import sys
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from arraigo.env import base_url, env_bool, env_choice, env_file, env_folder, env_int, env_list, oidc_apps, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

# --- what kind of installation this is -------------------------------------------------------
PRODUCTION = env_bool("ARRAIGO_PRODUCTION", False)
DEBUG = env_bool("ARRAIGO_DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("ARRAIGO_DEBUG cannot be on in production: unset one of the two.")

DATA_DIR = env_folder("ARRAIGO_DATA_DIR", BASE_DIR / "var")
"""What a running installation writes outside its database: SQLite file, secret, checkpoints."""

SECRET_KEY = secret_key(DATA_DIR, production=PRODUCTION)
ALLOWED_HOSTS = env_list("ARRAIGO_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver")
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ARRAIGO_HOSTS is missing: name the hosts under which people reach Arraigo.")
CSRF_TRUSTED_ORIGINS = env_list("ARRAIGO_ORIGINS")

# --- applications, one noun each, in the order of the layers ---------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "django_htmx",
    "django_q",
    "arraigo.eventlog",
    "arraigo.workdays",
    "arraigo.people",
    "arraigo.engine",
    "arraigo.procedure",
    "arraigo.bss",
    "arraigo.network",
    "arraigo.customers",
    "arraigo.products",
    "arraigo.tickets",
    "arraigo.billing",
    "arraigo.orders",
    "arraigo.fieldwork",
    "arraigo.quality",
    "arraigo.terminations",
    "arraigo.usage",
    "arraigo.messages",
    "arraigo.retention",
    "arraigo.desk",
    "arraigo.insight",
    "arraigo.imports",
    "arraigo.storage",
    "arraigo.demo",
    "arraigo.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are a tenth of their size; Django pads them at random, so that their length tells nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "arraigo.web.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "arraigo.web.access.Guard",
    "arraigo.web.drafts.KeepTyped",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "arraigo.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "arraigo" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["arraigo.web.templatetags.quick"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "arraigo.web.context.shared",
            ],
        },
    },
]

# --- database --------------------------------------------------------------------------------
DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'arraigo.sqlite3'}"
try:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)}
except (ValueError, KeyError) as error:
    raise ImproperlyConfigured(
        f"DATABASE_URL cannot be read ({error}): write postgres://user:password@host:5432/name "
        "or sqlite:////path/to/file."
    ) from error

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: two writers queue instead of failing half way. FULL: a commit that was
    # acknowledged survives a power cut (NORMAL does not).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=2147418112; PRAGMA temp_store=MEMORY"
        ),
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Compiling a plan or starting parallel readers takes longer than a page's queries together; in memory and on
    # solid-state disks the preset price of an index is too high; what is prepared (`arraigo.compiled`) is planned once.
    plans = (
        "-c jit=off -c random_page_cost=1.1 -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan"
    )
    # A machine that is gone without a word is noticed within half a minute, not after a quarter of an hour.
    gone = {"connect_timeout": 5, "tcp_user_timeout": 20_000, "keepalives_idle": 10, "keepalives_interval": 5}
    DATABASES["default"]["OPTIONS"] = {"options": plans, **gone, **DATABASES["default"].get("OPTIONS", {})}
else:
    raise ImproperlyConfigured("DATABASE_URL names a database that Arraigo does not run on: use sqlite or postgres.")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people and sessions ---------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "arraigo.people.sessions.StaffBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
ACCOUNT_ADAPTER = "arraigo.people.accounts.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# Failures are counted by axes, in the database and so for every process: of passwords and of codes.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {"reauthenticate": "arraigo.web.accounts.forms.PasswordAgainForm"}
MFA_FORMS = {
    "authenticate": "arraigo.web.accounts.forms.CodeForm",
    "reauthenticate": "arraigo.web.accounts.forms.CodeAgainForm",
    "activate_totp": "arraigo.web.accounts.forms.FirstCodeForm",
}
MFA_TOTP_ISSUER = "Arraigo"
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "arraigo.people.accounts.ProviderAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
"""A link, not a form: `form-action` of the CSP would keep the browser from following to the provider."""
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": oidc_apps(production=PRODUCTION)}}
AXES_FAILURE_LIMIT = env_int("ARRAIGO_LOGIN_FAILURES", 5, least=1)
AXES_COOLOFF_TIME = env_int("ARRAIGO_LOGIN_COOLOFF_HOURS", 1, least=1)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_ENGINE = "arraigo.people.sessions"
SESSION_COOKIE_AGE = env_int("ARRAIGO_SESSION_HOURS", 12, least=1) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "arraigo.web.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = env_bool("ARRAIGO_SSL_REDIRECT", PRODUCTION)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("ARRAIGO_BEHIND_PROXY", False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{f"{kind}-src": [SELF] for kind in ("default", "script", "style", "font", "connect")},
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- language, time, money -------------------------------------------------------------------
LANGUAGE_CODE = "es-bo"
LANGUAGES = [("es-bo", "Español (Bolivia)"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/La_Paz"
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["arraigo.formats"]

# --- static files ----------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
# In production files carry the hash of their content in their name and are compressed beforehand by
# collectstatic; elsewhere they are served from where they lie.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LOG_LEVEL = env_choice("ARRAIGO_LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))

OPERATOR = os.environ.get("ARRAIGO_OPERATOR", "COMTECO R.L.").strip()
"""Whose papers they are: it stands at the top of everything printed."""

# --- photos of field work ----------------------------------------------------------------------
PHOTO_MB = env_int("ARRAIGO_PHOTO_MB", 8, least=1)
"""A bigger file is refused; the phone's page makes photos small before it sends them."""
PHOTO_PIXELS = env_int("ARRAIGO_PHOTO_PIXELS", 1600, least=320)
"""The longer side as kept: 300 dpi on half the width of A4."""
PHOTOS_PER_MOMENT = env_int("ARRAIGO_PHOTOS_PER_MOMENT", 6, least=1)
"""Photos of an order before the work, as many after it."""

COPY_DAYS = env_int("ARRAIGO_COPY_DAYS", 30, least=1)
"""How long the customer's link to the signed papers of a visit holds."""

# --- background work -------------------------------------------------------------------------
Q_CLUSTER = {
    "name": "arraigo",
    "orm": "default",
    "workers": env_int("ARRAIGO_WORKERS", 1, least=1),
    "timeout": 600,
    "retry": 900,
    "max_attempts": 3,
    "catch_up": False,
    "poll": 2,
    "label": "Arraigo",
    "log_level": LOG_LEVEL,
    "save_limit": 100,
}

# --- messages: nothing leaves the machine unless an installation says so ----------------------
MESSAGE_TRANSPORTS = {
    "email": env_choice("ARRAIGO_EMAIL", "console", ("console", "smtp", "off")),
    "sms": env_choice("ARRAIGO_SMS", "console", ("console", "gateway", "off")),
    "whatsapp": env_choice("ARRAIGO_WHATSAPP", "console", ("console", "gateway", "off")),
}
"""How each channel leaves the house (`messages.transports`)."""
BASE_URL = base_url(DATA_DIR, production=PRODUCTION)
"""`https://host` under which people reach Arraigo: links in messages and QR codes begin with it."""
EMAIL_FILE_PATH = MESSAGES_FOLDER = DATA_DIR / "messages"
"""Where messages are written that go to the console."""
_sends = MESSAGE_TRANSPORTS["email"] == "smtp"
_mail = "django.core.mail.backends.smtp.EmailBackend" if _sends else "arraigo.messages.transports.console.Mail"
EMAIL_BACKEND = os.environ.get("ARRAIGO_EMAIL_BACKEND", _mail)
"""What Django itself mails with; messages go by `MESSAGE_TRANSPORTS`."""
EMAIL_HOST = os.environ.get("ARRAIGO_SMTP_HOST", "localhost")
EMAIL_PORT = env_int("ARRAIGO_SMTP_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = os.environ.get("ARRAIGO_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("ARRAIGO_SMTP_PASSWORD", "")
_smtp_security = env_choice("ARRAIGO_SMTP_SECURITY", "none", ("none", "starttls", "tls"))
EMAIL_USE_TLS, EMAIL_USE_SSL = _smtp_security == "starttls", _smtp_security == "tls"
EMAIL_TIMEOUT = env_int("ARRAIGO_SMTP_TIMEOUT", 15, least=1)
DEFAULT_FROM_EMAIL = os.environ.get("ARRAIGO_MAIL_FROM", "Arraigo <arraigo@localhost>")
GATEWAY_URL = os.environ.get("ARRAIGO_GATEWAY_URL", "")
GATEWAY_TOKEN = os.environ.get("ARRAIGO_GATEWAY_TOKEN", "")
GATEWAY_TIMEOUT = env_int("ARRAIGO_GATEWAY_TIMEOUT", 15, least=1)
if "gateway" in MESSAGE_TRANSPORTS.values() and not GATEWAY_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(
        "ARRAIGO_GATEWAY_URL is missing: write the address to which the SMS and WhatsApp gateway takes messages, "
        "or set ARRAIGO_SMS and ARRAIGO_WHATSAPP to console or off."
    )

# --- Arraigo ---------------------------------------------------------------------------------
PROCEDURES_DIR = BASE_DIR / "procedures"
COMMERCIAL_SYSTEM = os.environ.get("ARRAIGO_COMMERCIAL_SYSTEM", "arraigo.adapters.embedded.EmbeddedCommercialSystem")
"""Dotted path of the adapter that executes commands (bss.interface.CommercialSystem)."""
BILLS = env_choice("ARRAIGO_BILLS", "own", ("own", "imported"))
"""Who bills: Arraigo itself, or the commercial system, whose bills are imported."""
DOTTED_PATHS = {"ARRAIGO_COMMERCIAL_SYSTEM": COMMERCIAL_SYSTEM, "ARRAIGO_EMAIL_BACKEND": EMAIL_BACKEND}
"""Settings that name a class; `arraigo.web.apps` refuses to start where one does not exist."""
CHECKPOINT_FILE = env_file("ARRAIGO_CHECKPOINT_FILE", DATA_DIR / "eventlog-checkpoints.jsonl")
"""Where the sealer keeps head and count of the event log, outside the database."""

IMPORT_MOST_BYTES = env_int("ARRAIGO_IMPORT_MOST_MB", 20_000, least=1) << 20
"""How large a file may be when it is unpacked."""
IMPORT_FOLDER = env_folder("ARRAIGO_IMPORT_FOLDER", DATA_DIR) if os.environ.get("ARRAIGO_IMPORT_FOLDER") else None
"""Where the worker picks files up: a folder per kind, and in it `done` and `failed`. None: nowhere."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "stream": sys.stderr}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # A refused form or a page that is not there is an answer, not a fault: Django warns of each.
    "loggers": {"django.request": {"level": "ERROR"}},
}
# W040: SQLite leaves the included columns of an index out.
SILENCED_SYSTEM_CHECKS = ["axes.W004", "models.W040"]

STEP_REGISTRY = "arraigo.retention.registry.elements"
"""Says which elements of the diagram a step file carries out (used when a version is validated)."""
