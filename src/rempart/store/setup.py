"""Django, configured once per process, without any settings module from outside."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings as django_settings


def set_up() -> None:
    """Give Django the store's settings, unless a program that embeds the store gave its own."""
    from rempart.store import settings as ours  # noqa: PLC0415 - the package imports this file first

    if not django_settings.configured:
        django_settings.configure(**{name: getattr(ours, name) for name in dir(ours) if name.isupper()})
    if not apps.ready and not apps.loading:
        # As django.setup() does, without what only a site needs: its addresses, its logging.
        apps.populate(django_settings.INSTALLED_APPS)
