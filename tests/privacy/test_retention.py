"""Every table says why it is stored and when it ends; what is said is what the settings and the store do."""

from __future__ import annotations

import re
import string

import pytest
from django.apps import apps

from rempart.config import RetentionSettings, setting_docs
from rempart.model.retention import RowClass
from rempart.privacy.retention import Language, RetentionPolicy
from rempart.privacy.retention_texts import RETENTION_TABLE
from rempart.store import Database
from rempart.store.sealing import SEALED_COLUMNS, SealedColumn

BY_TABLE = {policy.table: policy for policy in RETENTION_TABLE}


def test_every_table_of_the_store_has_a_line() -> None:
    """A new table without a purpose, a basis and an end is red here."""
    tables = [model._meta.db_table for model in apps.get_app_config("store").get_models()]

    assert sorted(tables) == sorted(policy.table for policy in RETENTION_TABLE)


def test_the_database_has_no_other_table(database: Database) -> None:
    """Neither one that a migration made without a model; Django's list of migrations holds nothing of people."""
    with database.reading(), database.connection.cursor() as cursor:
        tables = set(database.connection.introspection.table_names(cursor))

    assert tables - {"django_migrations"} == set(BY_TABLE)


@pytest.mark.parametrize("policy", RETENTION_TABLE, ids=lambda p: p.table)
def test_a_line_is_whole(policy: RetentionPolicy) -> None:
    """Purpose, basis, data and end in both languages; days only where a setting gives them."""
    for text in (policy.name, policy.purpose, policy.data, policy.ends):
        assert text.fr.strip()
        assert text.en.strip()
        assert text.fr != text.en or text is policy.name
    assert policy.basis
    assert all(re.match(r"\d", article) for article in policy.basis)
    for end in (policy.ends.fr, policy.ends.en):
        fields = {name for _, name, _, _ in string.Formatter().parse(end) if name}
        assert fields == ({"days"} if policy.setting else set())
    assert (policy.setting in setting_docs()) == bool(policy.setting)
    assert bool(policy.setting) == (policy.row_class is not None)


@pytest.mark.parametrize("column", SEALED_COLUMNS, ids=lambda c: f"{c.row.__name__}.{c.column}")
def test_what_is_sealed_is_said_to_be(column: SealedColumn) -> None:
    """A table with sealed columns tells so in both languages."""
    data = BY_TABLE[column.row._meta.db_table].data

    assert "scellé" in data.fr
    assert "sealed" in data.en


def test_every_kind_that_ends_is_a_line_and_every_setting_is_used() -> None:
    """Nothing is deleted without being told, nothing is set without being used."""
    assert {policy.row_class for policy in RETENTION_TABLE} - {None} == set(RowClass)
    used = {policy.setting for policy in RETENTION_TABLE} - {""}
    assert used == {key for key in setting_docs() if key.startswith("retention.")}


def test_days_are_those_that_are_set() -> None:
    """In words and as a number."""
    settings = RetentionSettings(scans_days=7)

    assert BY_TABLE["scan"].days(settings) == 7
    assert BY_TABLE["scan"].end_in_words(settings, Language.EN) == "7 days after its last step."
    assert BY_TABLE["scan"].end_in_words(settings, Language.FR) == "7 jours après sa dernière étape."
    assert BY_TABLE["owner"].days(settings) is None
