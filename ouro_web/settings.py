"""The one settings file. Every environment variable is read here; README.md lists them all."""

import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP

from ouro_web.lib import blobs, database, env, keyfile, logs, mail, queue

ROOT = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

VERSION = "0.1.0"

# Where things are
_data = tempfile.mkdtemp(prefix="ouro-tests-") if TESTING else str(ROOT / "var")
DATA_DIR = Path(env.text("OURO_DATA_DIR", _data)).resolve()
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, low=1, high=65_535)
PORT_WAS_CHOSEN = bool(env.text("PORT"))  # `manage.py up` takes the next free one otherwise
PUBLIC_URL = env.text("PUBLIC_URL", f"http://{HOST}:{PORT}").rstrip("/")
_public = urlsplit(PUBLIC_URL)
_secure = _public.scheme == "https"

# Safety
DEBUG = env.flag("OURO_DEBUG", False)
SECRET_KEY = env.text("SECRET_KEY") or keyfile.read_or_make(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
# Keys for what must be read again (upstream secrets): the first encrypts, all decrypt.
ENCRYPTION_KEYS = env.words("ENCRYPTION_KEYS") or [
    keyfile.read_or_make(DATA_DIR / "encryption_key")
]
ALLOWED_HOSTS = [
    *env.words("ALLOWED_HOSTS"),
    *([_public.hostname] if _public.hostname else []),
    "127.0.0.1",
    "localhost",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Hosts, host:port or networks at private addresses that services may live at.
ALLOWED_PRIVATE_HOSTS = env.words("OURO_ALLOWED_PRIVATE_HOSTS")

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = False  # the proxy in front does it
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_NAME = "__Host-session" if _secure else "ouro_session"
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "ouro_csrf"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "ouro_web.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "ouro_web.web.views.errors.csrf_failure"

# The application
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "huey.contrib.djhuey",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "ouro_web.accounts",
    "ouro_web.teams",
    "ouro_web.assets",
    "ouro_web.notifications",
    "ouro_web.files",
    "ouro_web.datasets",
    "ouro_web.posts",
    "ouro_web.services",
    "ouro_web.actions",
    "ouro_web.comments",
    "ouro_web.conversations",
    "ouro_web.quests",
    "ouro_web.web",
]
MIDDLEWARE = [
    "ouro_web.api.middleware.api_answers",
    "ouro_web.web.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ouro_web.web.compression.CompressionMiddleware",
    "ouro_web.api.repeating.once",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ouro_web.web.middleware.refuse_nul",
    "ouro_web.web.middleware.reader_time_zone",
]
# Of these, what programs need: they have no session, no cookie and no page.
PROGRAM_MIDDLEWARE = [
    "ouro_web.api.middleware.api_answers",
    "ouro_web.web.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "ouro_web.web.compression.CompressionMiddleware",
    "ouro_web.api.repeating.once",
    "django.middleware.common.CommonMiddleware",
    "ouro_web.web.middleware.refuse_nul",
]
ROOT_URLCONF = "ouro_web.urls"
ASGI_APPLICATION = "ouro_web.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ouro_web.web.frame.frame",
            ],
            "builtins": ["ouro_web.web.templatetags.ouro"],
        },
    }
]

# Rows, queue, bytes, cache
DATABASES = {"default": database.from_url(env.text("DATABASE_URL"), DATA_DIR / "app.db")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS_URL = env.text("TASKS_URL")
if not TESTING:
    queue.skip_clients(TASKS_URL, env.text("DATABASE_URL"))
HUEY = queue.from_url(TASKS_URL, DATA_DIR / "queue.db")
# Where the worker of this machine is told of a run at once; what does not reach it is in the queue.
DOORBELL = DATA_DIR / "worker.sock" if queue.is_local(TASKS_URL) else None
TASKS = {"default": {"BACKEND": "huey.contrib.djhuey.tasks_backend.HueyBackend"}}
STORAGES = {
    "default": blobs.from_url(env.text("STORAGE_URL"), DATA_DIR / "files"),
    "staticfiles": {"BACKEND": "ouro_web.web.static_storage.SiteStorage"},
}
CACHES = {
    "default": {
        # Shared by the processes of one machine; sign-in limits count in it.
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
    }
}
if TASKS_URL.startswith(("redis://", "rediss://")):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": TASKS_URL,
    }
CACHES["limits"] = (
    CACHES["default"]
    if "Redis" in str(CACHES["default"]["BACKEND"])
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
)

# How much of what, so that nobody crowds out the others; 0 is no limit
LIMIT_API_REQUESTS = env.number("LIMIT_API_REQUESTS", 6000)
LIMIT_KEY_EXCHANGES = env.number("LIMIT_KEY_EXCHANGES", 300)
LIMIT_UPLOADS = env.number("LIMIT_UPLOADS", 2000)
LIMIT_UPLOAD_BYTES = env.number("LIMIT_UPLOAD_BYTES", 200 * 1024**3)
LIMIT_SIGN_INS = env.number("LIMIT_SIGN_INS", 30)
LIMIT_SIGN_UPS = env.number("LIMIT_SIGN_UPS", 20)
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
KEEP_FREE_DISK = env.number("KEEP_FREE_DISK", 200 * 1024**2, low=0)
KEEP_FILE_VERSIONS = env.number("KEEP_FILE_VERSIONS", 20, low=0)
KEEP_DATASET_VERSIONS = env.number("KEEP_DATASET_VERSIONS", 10, low=0)
MAX_UPLOAD = env.number("MAX_UPLOAD", 5 * 1024**3, low=1)
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_MAX_AGE = 3600

# Runs
MAX_CALLS_IN_FLIGHT = env.number("MAX_CALLS_IN_FLIGHT", 300, low=1, high=5000)
MAX_LIVE_RUNS_PER_PERSON = env.number("MAX_LIVE_RUNS_PER_PERSON", 100, low=1)

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["ouro_web.accounts.sessions.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_USERNAME_VALIDATORS = "ouro_web.accounts.models.username_validators"
ACCOUNT_USERNAME_BLACKLIST = [
    # What would read as part of the site in an address, or as the site itself speaking.
    *["new", "admin", "api", "system", "ouro", "assets", "search", "settings", "accounts"],
    *["static", "me", "all", "none", "null", "support", "help", "about", "teams", "users"],
]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Ouro Web: "
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": f"{LIMIT_SIGN_INS}/m/ip" if LIMIT_SIGN_INS else None,
    "signup": f"{LIMIT_SIGN_UPS}/m/ip" if LIMIT_SIGN_UPS else None,
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"ouro@{_public.hostname or 'localhost'}")
MAILERS = {"default": mail.from_url(env.text("EMAIL_URL"))}

LOGGING = logs.configuration(
    style=env.choice("LOG_STYLE", ["words", "json"]),
    level=env.choice("LOG_LEVEL", ["info", "debug", "warning", "error"]),
)

# Words and time
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
DATETIME_FORMAT = "j F Y, H:i"

if TESTING:
    # Pages under test need no collected files, and no run starts by itself.
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
