"""The columns that every table shares: random text identifiers, words, instants, sealed bytes."""

from __future__ import annotations

from typing import Any

from django.db import models

from rempart.model.ids import ID_LENGTH

#: The longest word of any enumeration that is stored.
WORD_LENGTH = 32


def id_field() -> models.CharField[str, str]:
    """Return a primary key: a random 128-bit text with its type prefix."""
    return models.CharField(primary_key=True, max_length=ID_LENGTH)


def reference(to: str, **options: Any) -> models.ForeignKey[Any, Any]:  # noqa: ANN401 - Django's own options
    """Return a foreign key that never deletes by itself: what goes is deleted by name, so that it can be counted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


def word_field(**options: Any) -> models.CharField[str, str]:  # noqa: ANN401 - as above
    """Return a column for a word of an enumeration of ``rempart.model``."""
    return models.CharField(max_length=WORD_LENGTH, **options)


def sealed_field() -> models.BinaryField[bytes, bytes]:
    """Return a column that holds ciphertext only (``rempart.keys``)."""
    return models.BinaryField()


def optional_sealed_field() -> models.BinaryField[bytes | None, bytes | None]:
    """Return a column that holds ciphertext or nothing."""
    return models.BinaryField(null=True)
