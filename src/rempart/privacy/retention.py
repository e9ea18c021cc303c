"""The table of retention: why each kind of row is stored, by what law, what is in it, and when it ends.

Every table of the store has a line here; a test compares them, so that nobody adds a table without saying why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rempart.config import RetentionSettings
from rempart.model.retention import RowClass


class Language(StrEnum):
    """The languages in which people read the register."""

    FR = "fr"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in both languages."""

    fr: str
    """In French."""
    en: str
    """In English."""

    def in_language(self, language: Language) -> str:
        """Return it in one of them."""
        return self.fr if language is Language.FR else self.en


class Activity(StrEnum):
    """The processing activities that the register describes."""

    REGISTRATION = "registration"
    DETECTION = "detection"
    EXCHANGE = "exchange"
    ATTRIBUTION = "attribution"
    ACCOUNTABILITY = "accountability"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """One table of the store: purpose, basis, content and end."""

    table: str
    """Its name in the database."""
    activity: Activity
    """What it is part of."""
    name: Text
    """What one row is, to a person."""
    purpose: Text
    """Why it is stored."""
    basis: tuple[str, ...]
    """Articles of the GDPR (or of the named law) that allow it."""
    data: Text
    """What is in it, and what of that is sealed."""
    ends: Text
    """When it ends; ``{days}`` is the setting's value."""
    setting: str = ""
    """The setting that gives the days; empty if a person ends it, not a delay."""
    row_class: RowClass | None = None
    """The kind of row by which its end is enforced; None if it ends with something else or by a person."""

    def end_in_words(self, settings: RetentionSettings, language: Language) -> str:
        """Say when a row of it ends, with the days that are set."""
        text = self.ends.in_language(language)
        return text.format(days=self.days(settings)) if self.setting else text

    def days(self, settings: RetentionSettings) -> int | None:
        """Return the days that are set; None if no delay ends it."""
        if not self.setting:
            return None
        return int(getattr(settings, self.setting.removeprefix("retention.")))
