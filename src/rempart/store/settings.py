"""Django's settings: only what the store needs, the same in every workspace.

The database is given when it is opened (:mod:`rempart.store.database`); there is no default one.
"""

from __future__ import annotations

from typing import Any, Final

INSTALLED_APPS: Final = ["rempart.store.apps.StoreConfig"]
AUTH_USER_MODEL: Final = "store.User"
DATABASES: dict[str, dict[str, Any]] = {}
DEFAULT_AUTO_FIELD: Final = "django.db.models.BigAutoField"
USE_TZ: Final = True
TIME_ZONE: Final = "UTC"
# Rempart sets up its own logging, with redaction (rempart.privacy).
LOGGING_CONFIG: Final = None
