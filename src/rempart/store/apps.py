"""The store as a Django application."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Where its models and migrations are."""

    name = "rempart.store"
    label = "store"
