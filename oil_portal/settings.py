"""Settings, all from the environment and safe by default; docs/operations.md lists every name.

DEMO=1 (set by `make demo` and by manage.py when no DATABASE_URL is there) turns on the demo accounts, the mail
catcher page and a fixed key. Nothing else does.
"""

import sys
from pathlib import Path

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from oil_portal.ops import logs
from oil_portal.storage import storage

env = environ.FileAwareEnv()  # SECRET_KEY_FILE names a file that holds it, as a vault writes it; and so for every name
BASE_DIR = Path(__file__).resolve().parent.parent

# --- What the environment decides -------------------------------------------------------------------------------
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-the-demo-never-in-production" if DEMO else "")
if not SECRET_KEY:
    sys.exit("SECRET_KEY is missing: set it in the environment (see .env.example).")  # a line, not a traceback
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # earlier keys, of which things still stand

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
HTTPS = env.bool("HTTPS", default=SITE_URL.startswith("https://"))

DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///oil_portal")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Open Innovatie Lab <portal@oil.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="makelaar@oil.example" if DEMO else "")
REPLY_TO = env.str(
    "REPLY_TO", default=""
)  # who reads an answer to a mail; the mail itself says to answer in the portal
MAILBOX_DIR = env.str("MAILBOX_DIR", default="")  # where the demo's mail catcher puts what it caught

# --- The house --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "oil_portal",
    "oil_portal.core",
    "partners",
    "modules",
    "challenges",
    "projects",
    "reports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "oil_portal.sign_in",
    "csp",
    "django_cleanup.apps.CleanupConfig",
    "django_filters",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "rules",
]

MIDDLEWARE = [
    "oil_portal.ops.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "oil_portal.sign_in.middleware.ReaderMiddleware",
    "oil_portal.middleware.HeadersMiddleware",
    "oil_portal.middleware.ReaderLanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "oil_portal.limits.LimitsMiddleware",
    "oil_portal.once.OnceMiddleware",
    "oil_portal.sign_in.middleware.LongestMiddleware",
    "oil_portal.sign_in.middleware.SecondFactorMiddleware",
    "oil_portal.sign_in.middleware.SeenMiddleware",
    "oil_portal.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "oil_portal.urls"
WSGI_APPLICATION = "oil_portal.wsgi.application"
FORM_RENDERER = "oil_portal.drawn.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "oil_portal.folding.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "oil_portal.core.templatetags.course",
                "oil_portal.core.templatetags.oil",
                "oil_portal.core.templatetags.parts",
                "oil_portal.core.templatetags.written",
                "projects.templatetags.following",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oil_portal.context.portal",
            ],
        },
    }
]

# --- Who comes in -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "partners.accounts.AccountBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "partners.accounts.AccountAdapter"
ACCOUNT_FORMS = {"signup": "partners.forms.SignupForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # the password once more before an address or a school account changes
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_PRESERVE_USERNAME_CASING = False
# What allauth guards itself; RATE_LIMITS below is for all else. Guessing is limited per e-mail address, and per address
# of a network only so that a school at nine o'clock comes in.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "120/m/ip,2000/d/ip,5/5m/key",
    "signup": "100/m/ip",
    "reset_password": "60/m/ip,3/10m/key",
    "reset_password_from_key": "60/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
SESSION_ENGINE = "oil_portal.sign_in.sessions"
# A log-in ends after this long, however much it is used; sooner for brokers, coordinators and staff.
SESSION_LONGEST_DAYS = env.int("SESSION_LONGEST_DAYS", default=30)
SESSION_LONGEST_STAFF_HOURS = env.int("SESSION_LONGEST_STAFF_HOURS", default=12)
SESSION_SEEN_MINUTES = 15  # how old "last seen" may be on the page of devices; 0 writes nothing

# The second step. Required of brokers, coordinators and staff, but for the demo's accounts of one click.
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=not DEMO)
MFA_ADAPTER = "oil_portal.sign_in.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Open Innovatie Lab"
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute wrong
MFA_FORMS = {
    "authenticate": "oil_portal.sign_in.forms.CodeForm",
    "reauthenticate": "oil_portal.sign_in.forms.CodeAgainForm",
    "activate_totp": "oil_portal.sign_in.forms.AppForm",
    "add_webauthn": "oil_portal.sign_in.forms.PasskeyForm",
    "edit_webauthn": "oil_portal.sign_in.forms.PasskeyNameForm",
    "login_webauthn": "oil_portal.sign_in.forms.PasskeyLoginForm",
    "authenticate_webauthn": "oil_portal.sign_in.forms.PasskeyStepForm",
    "reauthenticate_webauthn": "oil_portal.sign_in.forms.PasskeyAgainForm",
}

# The log-in of schools: one OpenID Connect provider, such as SURFconext; without it there is no button.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_APP = {
    "provider_id": "school",
    "name": env.str("OIDC_NAME", default="SURFconext"),
    "client_id": env.str("OIDC_CLIENT_ID", default=""),
    "secret": env.str("OIDC_CLIENT_SECRET", default=""),
    "settings": {
        "server_url": OIDC_SERVER_URL,
        "scope": env.list("OIDC_SCOPE", default=["openid", "profile", "email"]),
    },
}
SOCIALACCOUNT_PROVIDERS = {"school": {"APPS": [OIDC_APP] if OIDC_SERVER_URL else []}}
SOCIALACCOUNT_ADAPTER = "oil_portal.sign_in.adapters.SchoolAdapter"
SOCIALACCOUNT_FORMS = {"signup": "oil_portal.sign_in.forms.SchoolSignupForm"}
SOCIALACCOUNT_AUTO_SIGNUP = False  # somebody reads first what their school told us
# A link, since a form may not lead to another site under our CSP. Who is logged in stays who they are (oidc.py).
SOCIALACCOUNT_LOGIN_ON_GET = True
PASSWORD_RESET_TIMEOUT = 4 * 3600  # seconds that the link for a new password works
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "partners.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "partners.passwords.NotCommon"},
    {"NAME": "partners.passwords.NoPattern"},
    {"NAME": "partners.passwords.NotAboutYou"},
]

# --- Language and time ------------------------------------------------------------------------------------------
# Dutch is the language of the source texts; English is the one catalogue we keep (see docs/decisions.md).
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Nederlands")), ("en", _("Engels"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

# --- Files ------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# What people attach; never served as it lies, only through a view that asks who reads.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media")))
STORAGES = {
    "default": storage(env.str("STORAGE_URL", default="")),
    # Compressing takes seconds that a demo on one's own machine does not earn back.
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Safety -----------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
COOKIE_PREFIX = "__Host-" if HTTPS else ""  # a browser takes it from this very host alone
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
MOST_REQUEST_BYTES = 90 * 1024 * 1024  # eight attachments of 10 MB and the step around them
# How often: (seconds, times for an account, times for an address without one). A class comes from one address.
RATE_LIMITS = {
    "write": (60, 240, 3000),  # every POST
    "search": (60, 120, 1200),
    "invite": (3600, 100, 0),
    # Visitors may write and attach before they have an account: enough for a whole office, too little to fill a disk.
    "draft": (3600, 3000, 3000),
    "attach": (3600, 100, 100),
    "answer": (3600, 120, 120),
    "school": (60, 60, 300),
}
CSRF_FAILURE_VIEW = "oil_portal.views.csrf_failure"

# --- Work in the background -------------------------------------------------------------------------------------
# A unix socket has another name and another word for its database in Celery than in redis itself.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_keepalive": True}
DIGEST_HOUR = env.int("DIGEST_HOUR", default=7)  # local hour of a digest until somebody chooses another
DIGEST_LEASE = env.int("DIGEST_LEASE", default=600)  # seconds after which a worker that claimed digests counts as gone
# How long people's data stays; docs/privacy.md says what each rule does.
RETENTION_REJECTED_WEEKS = env.int("RETENTION_REJECTED_WEEKS", default=4)  # after the end, for who got no seat
RETENTION_PROJECT_YEARS = env.int("RETENTION_PROJECT_YEARS", default=2)  # after the end, for names in a project
RETENTION_AUDIT_DAYS = env.int("RETENTION_AUDIT_DAYS", default=365)  # what the database noted of every change
RETENTION_IDLE_YEARS = env.int("RETENTION_IDLE_YEARS", default=2)  # without a visit, until the warning
RETENTION_WARNING_DAYS = env.int("RETENTION_WARNING_DAYS", default=30)  # between the warning and the end
CELERY_BEAT_SCHEDULE = {
    "plan-digests": {"task": "oil_portal.tasks.plan_digests", "schedule": crontab(minute="*/5")},
    "send-letters": {"task": "oil_portal.core.tasks.send_letters", "schedule": crontab()},
    "close-due-projects": {"task": "projects.tasks.close_due_projects", "schedule": crontab(minute=15)},
    "keep-promises": {"task": "oil_portal.tasks.keep_promises", "schedule": crontab(minute=20, hour="8-17")},
    "drop-forgotten-drafts": {"task": "challenges.tasks.drop_forgotten_drafts", "schedule": crontab(hour=4, minute=40)},
    "carry-out-retention": {"task": "oil_portal.tasks.carry_out_retention", "schedule": crontab(hour=3, minute=30)},
    "rebuild-lexicon": {"task": "partners.tasks.rebuild_lexicon", "schedule": crontab(hour=4, minute=10)},
    "advance-rounds": {"task": "projects.tasks.advance_rounds", "schedule": crontab(minute="*/15")},
    "warm-figures": {"task": "oil_portal.core.tasks.warm_figures", "schedule": crontab(minute="*/5", hour="6-21")},
    "ask-what-became": {"task": "projects.tasks.ask_what_became", "schedule": crontab(hour=9, minute=30)},
}
# Seconds: what takes longer to count is kept, and counted again by a worker when it is older (`core.kept`).
FIGURES_SLOW, FIGURES_KEPT = 0.5, 300
CACHES = {
    "default": {
        "BACKEND": "oil_portal.cache.ForgivingCache",
        "LOCATION": REDIS_URL,
        # One try at once: redis-py's own, with seconds between them, keep a page waiting that does not need it.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)},
    }
}

LOGGING = logs.config(
    form=env.str("LOG_FORMAT", default="line"),  # line or json
    level=env.str("LOG_LEVEL", default="WARNING"),
)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # without it nothing is counted and /metrics does not exist

PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
