"""The record says what is configured and enforced, names its gaps, and names nobody."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from rempart.config import AlertSettings, LogSettings, PrivacySettings, RetentionSettings, Settings
from rempart.model.asset import UserRole
from rempart.model.retention import ClassState, RetentionRun, RowClass
from rempart.model.source import Article14
from rempart.privacy import article30_texts as texts
from rempart.privacy.article30 import Register, make_register, render_json, render_markdown
from rempart.privacy.article30_labels_texts import CLASSES, INFORMED, LABELS, ROLES
from rempart.privacy.interface import WorkspaceFacts
from rempart.privacy.retention import Activity, Language, Text
from rempart.privacy.retention_texts import RETENTION_TABLE
from rempart.settings import SearchSettings
from seeds import NAME

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
RUN = RetentionRun(at=NOW - dt.timedelta(days=1), actor="system", deleted={RowClass.SCAN: 4}, files_cleaned=True)
WHOLE = WorkspaceFacts(
    workspace="wsp_0f",
    is_shared=True,
    database_vendor="sqlite",
    database_is_remote=False,
    database_is_encrypted_in_transit=None,
    keys_protection="passphrase",
    users={UserRole.ADMIN: 1, UserRole.REVIEWER: 2},
    owners=3,
    assets=40,
    sources={Article14.WOULD_DEFEAT: 1},
    sandbox_missing=(),
    states=tuple(ClassState(row_class=c, kept=3, past_end=0, oldest=NOW) for c in RowClass),
    last_run=RUN,
)
NAMED = Settings(privacy=PrivacySettings(controller="Association Rempart, 1 rue X", contact="dpo@asso.example"))


def register(settings: Settings = NAMED, **facts: Any) -> Register:
    """Return the record of a workspace that lacks nothing but what a test changes."""
    return make_register(settings, dataclasses.replace(WHOLE, **facts), NOW)


def test_a_workspace_in_order_has_only_the_gaps_that_rempart_cannot_fill() -> None:
    """These are written down in every record."""
    assert register().gaps == texts.ALWAYS_MISSING


@pytest.mark.parametrize(
    "settings, facts, gap",
    [
        (Settings(), {}, texts.NO_CONTROLLER),
        (Settings(), {}, texts.NO_CONTACT),
        (Settings(privacy=PrivacySettings(controller="  ")), {}, texts.NO_CONTROLLER),
        (NAMED, {"last_run": None}, texts.NEVER_RUN),
        (
            NAMED,
            {"last_run": dataclasses.replace(RUN, at=NOW - dt.timedelta(days=8))},
            texts.filled(texts.STALE_RUN, days=8),
        ),
        (NAMED, {"last_run": dataclasses.replace(RUN, files_cleaned=False)}, texts.FILES_NOT_CLEAN),
        (
            NAMED,
            {"states": (ClassState(row_class=RowClass.SCAN, kept=3, past_end=2, oldest=NOW),)},
            texts.filled(texts.PAST_END, rows=2),
        ),
        (NAMED, {"keys_protection": "none"}, texts.KEYS_UNPROTECTED),
        (NAMED, {"database_vendor": "postgresql"}, texts.POSTGRESQL_TRACES),
        (NAMED, {"database_vendor": "postgresql", "database_is_remote": True}, texts.REMOTE_DATABASE),
        (NAMED, {"database_vendor": "postgresql", "database_is_remote": True}, texts.REMOTE_IN_THE_CLEAR),
        (NAMED, {"sandbox_missing": ("seccomp",)}, texts.filled(texts.SANDBOX_MISSING, names="seccomp")),
        (NAMED, {"is_shared": False}, texts.ALONE),
        (NAMED, {"sources": {Article14.PUBLIC_NOTICE: 2}}, texts.filled(texts.NO_NOTICE, sources=2)),
        (NAMED.model_copy(update={"search": SearchSettings(providers=("brave",))}), {}, texts.SEARCH),
        (NAMED.model_copy(update={"log": LogSettings(file=Path("/x/log"))}), {}, texts.LOG_HAS_NO_END),
    ],
)
def test_each_gap_is_written_down(settings: Settings, facts: dict[str, Any], gap: Text) -> None:
    """In both languages, and only when it is one."""
    made = register(settings, **facts)

    assert gap in made.gaps
    assert gap not in register().gaps
    for language in Language:
        assert gap.in_language(language) in render_markdown(made, language)


def test_a_run_of_a_week_ago_is_not_stale() -> None:
    """The other side of the threshold."""
    week_old = dataclasses.replace(RUN, at=NOW - dt.timedelta(days=7))

    assert register(last_run=week_old).gaps == texts.ALWAYS_MISSING


def test_a_measure_is_told_only_where_it_is_in_force() -> None:
    """Keys without protection, a sandbox with a hole, a log, an open connection: none of them is praised."""
    bare = register(
        NAMED.model_copy(update={"log": LogSettings(file=Path("/x/log"))}),
        keys_protection="none",
        sandbox_missing=("seccomp",),
        is_shared=False,
        database_vendor="postgresql",
        database_is_remote=True,
        database_is_encrypted_in_transit=False,
        last_run=None,
    )

    assert bare.measures == (*texts.ALWAYS_IN_FORCE, texts.LOG)
    assert {texts.SQLITE, texts.NO_LOG, texts.SANDBOX_WHOLE, texts.SHARED, *[texts.KEYS["passphrase"]]} <= set(
        register().measures
    )
    assert (
        texts.POSTGRESQL_TLS in register(database_vendor="postgresql", database_is_encrypted_in_transit=True).measures
    )


@pytest.mark.parametrize("language", Language)
def test_the_document_has_what_article_30_asks_for(language: Language) -> None:
    """(a) to (g), each table with its end, and no placeholder left."""
    page = render_markdown(register(), language)
    say = LABELS[language]

    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == [
        say["controller"],
        say["gaps"],
        say["workspace"],
        *[h for h in headings if h.startswith(say["activity"])],
        say["measures"],
        say["state"],
    ]
    assert page.count(f"\n- {say['recipients']}") == page.count(f"\n- {say['transfers']}") == len(Activity)
    for policy in RETENTION_TABLE:
        assert policy.end_in_words(RetentionSettings(), language) in page
    assert "{" not in page
    assert "| None" not in page


@pytest.mark.parametrize("language", Language)
def test_json_holds_the_same(language: Language) -> None:
    """With the days as numbers, and what is missing as null."""
    made = json.loads(render_json(register(Settings(retention=RetentionSettings(scans_days=7))), language))

    assert made["v"] == 1
    assert made["controller"] is None
    assert made["workspace"]["users"] == {"admin": 1, "reviewer": 2}
    tables = {row["table"]: row for activity in made["activities"] for row in activity["rows"]}
    assert set(tables) == {policy.table for policy in RETENTION_TABLE}
    assert tables["scan"]["days"] == 7
    assert made["last_run"]["deleted"]["scan"] == 4
    assert json.loads(render_json(register(last_run=None), language))["last_run"] is None


def test_what_a_person_typed_is_text() -> None:
    """Neither Markdown nor HTML."""
    made = register(Settings(privacy=PrivacySettings(controller="<b>|A_B|*", contact="x")))

    assert r"\<b\>\|A\_B\|\*" in render_markdown(made, Language.EN)


@pytest.mark.parametrize("language", Language)
def test_it_names_no_path_and_nobody(language: Language) -> None:
    """What it is given holds counts; the log's path is not told."""
    settings = NAMED.model_copy(update={"log": LogSettings(file=Path(f"/home/{NAME}/log"))})
    both = render_markdown(register(settings), language) + render_json(register(settings), language)

    assert NAME not in both
    assert "/home" not in both


def test_every_word_is_in_both_languages() -> None:
    """Labels, roles, kinds of rows, activities."""
    assert LABELS[Language.FR].keys() == LABELS[Language.EN].keys()
    assert set(ROLES) == set(UserRole)
    assert set(CLASSES) == set(RowClass)
    assert set(INFORMED) == set(Article14)
    assert set(texts.ACTIVITIES) == set(Activity)


@pytest.mark.parametrize(
    "alerts", [{"lines_file": "/x/alerts"}, {"mail_to": "desk@example.org"}, {"webhook_url": "https://hooks.example/1"}]
)
def test_what_alerts_never_say_is_a_measure_where_they_leave(alerts: dict[str, str]) -> None:
    """By whichever door; and where to is in no record."""
    made = register(NAMED.model_copy(update={"alerts": AlertSettings.model_validate(alerts)}))

    assert texts.ALERTS in made.measures
    assert texts.ALERTS not in register().measures
    assert "example/1" not in render_markdown(made, Language.EN)
    assert "desk@" not in render_markdown(made, Language.EN)


def test_whoever_takes_a_webhook_is_to_be_named() -> None:
    """It learns when something is found."""
    made = register(NAMED.model_copy(update={"alerts": AlertSettings(webhook_url="https://hooks.example/1")}))

    assert made.gaps == (texts.WEBHOOK, *texts.ALWAYS_MISSING)
