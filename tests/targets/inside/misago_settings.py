"""Misago's own settings for development, with a database of a test, in a folder of a test."""

import os

from devproject.settings import *  # noqa: F403 - that is how its own manual does it

FOLDER = os.environ["TARGET_FOLDER"]
DEBUG = False
SECRET_KEY = "of a test"  # noqa: S105 - it guards nothing
DATABASES["default"].update(NAME=os.environ["TARGET_DATABASE"], USER="rempart", HOST=os.environ["TARGET_SOCKET"])  # noqa: F405 - from the manual's
MIDDLEWARE = [name for name in MIDDLEWARE if "debug_toolbar" not in name]  # noqa: F405 - as above
INSTALLED_APPS = [name for name in INSTALLED_APPS if "debug_toolbar" not in name]  # noqa: F405 - as above
ROOT_URLCONF = "misago_urls"
MEDIA_ROOT = os.path.join(FOLDER, "media")
STATIC_ROOT = os.path.join(FOLDER, "static")
CELERY_BROKER_URL = "memory://"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"errors": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["errors"], "level": "ERROR"},
}
