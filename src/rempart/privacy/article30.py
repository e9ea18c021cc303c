"""The record of processing activities (GDPR article 30(1)), generated from what is configured and enforced.

It says what is true of this workspace, and what it does not know: a gap is written down, never filled with a phrase.
It holds counts, never a name of an owner or of a user, nor a path or a host. Letters refer to article 30(1).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rempart.config import Settings
from rempart.model.retention import RowClass
from rempart.model.source import Article14
from rempart.privacy import article30_texts as texts
from rempart.privacy.article30_labels_texts import CLASSES, INFORMED, LABELS, ROLES
from rempart.privacy.article30_texts import ActivityTexts
from rempart.privacy.interface import WorkspaceFacts
from rempart.privacy.retention import Activity, Language, RetentionPolicy, Text
from rempart.privacy.retention_texts import RETENTION_TABLE

FORMAT_VERSION: Final = 1
#: A run older than this is written down as a gap: the job is daily, a week leaves room for a holiday. Our own measure.
_RUN_IS_STALE_AFTER: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRecord:
    """One processing activity."""

    activity: Activity
    """Which one."""
    texts: ActivityTexts
    """(b) purposes, (c) people and data, (d) recipients, (e) transfers."""
    policies: tuple[RetentionPolicy, ...]
    """(f) when each kind of row ends, with its basis and content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The record of one workspace at one instant."""

    at: dt.datetime
    """When it was made."""
    controller: str
    """(a) Name and address; empty is a gap."""
    contact: str
    """(a) How to reach the controller and its data protection officer; empty is a gap."""
    facts: WorkspaceFacts
    """Counts and facts of the workspace."""
    settings: Settings
    """What is configured."""
    activities: tuple[ActivityRecord, ...]
    """What is done with personal data."""
    measures: tuple[Text, ...]
    """(g) Security measures that are in force here."""
    gaps: tuple[Text, ...]
    """What is missing, not in force, or not known to Rempart."""


def make_register(settings: Settings, facts: WorkspaceFacts, now: dt.datetime) -> Register:
    """Make the record of a workspace.

    Args:
        settings: What is configured.
        facts: What the workspace holds, as counts.
        now: When.
    """
    return Register(
        at=now,
        controller=settings.privacy.controller.strip(),
        contact=settings.privacy.contact.strip(),
        facts=facts,
        settings=settings,
        activities=tuple(
            ActivityRecord(
                activity=activity,
                texts=texts.ACTIVITIES[activity],
                policies=tuple(p for p in RETENTION_TABLE if p.activity is activity),
            )
            for activity in Activity
        ),
        measures=tuple(_measures(settings, facts)),
        gaps=tuple(_gaps(settings, facts, now)),
    )


def _measures(settings: Settings, facts: WorkspaceFacts) -> Iterator[Text]:
    yield from texts.ALWAYS_IN_FORCE
    if facts.keys_protection in texts.KEYS:
        yield texts.KEYS[facts.keys_protection]
    if facts.database_vendor == "sqlite":
        yield texts.SQLITE
    elif facts.database_is_encrypted_in_transit:
        yield texts.POSTGRESQL_TLS
    alerts = settings.alerts
    if alerts.lines_file is not None or alerts.mail_to or alerts.webhook_url:
        yield texts.ALERTS
    yield texts.NO_LOG if settings.log.file is None else texts.LOG
    if not facts.sandbox_missing:
        yield texts.SANDBOX_WHOLE
    if facts.is_shared:
        yield texts.SHARED
    if (run := facts.last_run) is not None:
        yield texts.filled(texts.LAST_RUN, at=_instant(run.at), rows=sum(run.deleted.values()))


def _gaps(settings: Settings, facts: WorkspaceFacts, now: dt.datetime) -> Iterator[Text]:
    run, past = facts.last_run, sum(state.past_end for state in facts.states)
    silent_days = (now - run.at).days if run else 0
    noticed = facts.sources.get(Article14.PUBLIC_NOTICE, 0)
    for holds, text in (
        (not settings.privacy.controller.strip(), texts.NO_CONTROLLER),
        (not settings.privacy.contact.strip(), texts.NO_CONTACT),
        (run is None, texts.NEVER_RUN),
        (silent_days > _RUN_IS_STALE_AFTER.days, texts.filled(texts.STALE_RUN, days=silent_days)),
        (run is not None and not run.files_cleaned, texts.FILES_NOT_CLEAN),
        (past, texts.filled(texts.PAST_END, rows=past)),
        (facts.keys_protection not in texts.KEYS, texts.KEYS_UNPROTECTED),
        (facts.database_is_remote, texts.REMOTE_DATABASE),
        (facts.database_is_remote and not facts.database_is_encrypted_in_transit, texts.REMOTE_IN_THE_CLEAR),
        (facts.database_vendor == "postgresql", texts.POSTGRESQL_TRACES),
        (bool(settings.alerts.webhook_url), texts.WEBHOOK),
        (bool(settings.search.providers), texts.SEARCH),
        (noticed and not settings.net.contact.strip(), texts.filled(texts.NO_NOTICE, sources=noticed)),
        (facts.sandbox_missing, texts.filled(texts.SANDBOX_MISSING, names=", ".join(facts.sandbox_missing))),
        (not facts.is_shared, texts.ALONE),
        (settings.log.file is not None, texts.LOG_HAS_NO_END),
    ):
        if holds:
            yield text
    yield from texts.ALWAYS_MISSING


def render_markdown(register: Register, language: Language) -> str:
    """Render the record for a person."""
    say = LABELS[language]
    facts, missing = register.facts, f"**{say['missing']}**"
    lines = [f"# {say['title']}", "", say["introduction"].format(at=_instant(register.at)), ""]
    lines += [f"## {say['controller']}", ""]
    lines += [f"- {say['name']} {_escaped(register.controller) or missing}"]
    lines += [f"- {say['contact']} {_escaped(register.contact) or missing}", ""]
    lines += [f"## {say['gaps']}", "", *(f"- {gap.in_language(language)}" for gap in register.gaps), ""]
    lines += [f"## {say['workspace']}", "", f"- {say['identifier']} `{facts.workspace}`"]
    lines += [f"- {say['shared'] if facts.is_shared else say['alone']}", f"- {say['database']} {facts.database_vendor}"]
    roles = ", ".join(f"{ROLES[role].in_language(language)} {count}" for role, count in facts.users.items())
    lines += [f"- {say['users']} {roles}", f"- {say['owners']} {facts.owners}", f"- {say['assets']} {facts.assets}"]
    told = ", ".join(f"{INFORMED[how].in_language(language)} {count}" for how, count in sorted(facts.sources.items()))
    lines += [f"- {say['sources']} {told or 0}", ""]
    for number, record in enumerate(register.activities, 1):
        lines += _activity_lines(number, record, register, language)
    lines += [f"## {say['measures']}", "", *(f"- {m.in_language(language)}" for m in register.measures), ""]
    lines += _state_lines(register, language)
    return "\n".join(lines)


def _activity_lines(number: int, record: ActivityRecord, register: Register, language: Language) -> Iterator[str]:
    say, told = LABELS[language], record.texts
    yield from (f"## {say['activity']} {number}. {told.name.in_language(language)}", "")
    for label, text in (
        (say["purposes"], told.purposes),
        (say["subjects"], told.subjects),
        (say["recipients"], told.recipients),
        (say["transfers"], told.transfers),
    ):
        yield f"- {label} {text.in_language(language)}"
    yield from ("", f"| {say['row']} | {say['why']} | {say['data']} | {say['basis']} | {say['ends']} |")
    yield "| --- | --- | --- | --- | --- |"
    for policy in record.policies:
        end = policy.end_in_words(register.settings.retention, language)
        cells = (policy.name, policy.purpose, policy.data)
        words = [cell.in_language(language) for cell in cells]
        yield f"| {' | '.join(words)} | {', '.join(policy.basis)} | {end} |"
    yield ""


def _state_lines(register: Register, language: Language) -> Iterator[str]:
    say = LABELS[language]
    yield from (f"## {say['state']}", "", f"| {say['row']} | {say['kept']} | {say['past_end']} | {say['oldest']} |")
    yield "| --- | --- | --- | --- |"
    for state in register.facts.states:
        name = CLASSES[state.row_class].in_language(language)
        oldest = f"{state.oldest:%Y-%m-%d}" if state.oldest else "-"
        yield f"| {name} | {state.kept} | {state.past_end} | {oldest} |"
    yield ""


def render_json(register: Register, language: Language) -> str:
    """Render the record for a program: the same content, with the settings that give each end."""
    facts, run = register.facts, register.facts.last_run
    content = {
        "v": FORMAT_VERSION,
        "at": register.at.isoformat(),
        "language": language,
        "controller": register.controller or None,
        "contact": register.contact or None,
        "gaps": [gap.in_language(language) for gap in register.gaps],
        "workspace": {
            "id": facts.workspace,
            "is_shared": facts.is_shared,
            "database": facts.database_vendor,
            "database_is_remote": facts.database_is_remote,
            "database_is_encrypted_in_transit": facts.database_is_encrypted_in_transit,
            "keys_protection": facts.keys_protection,
            "users": {str(role): count for role, count in facts.users.items()},
            "owners": facts.owners,
            "assets": facts.assets,
            "sources": {str(how): count for how, count in sorted(facts.sources.items())},
            "sandbox_missing": list(facts.sandbox_missing),
        },
        "activities": [_activity_json(record, register, language) for record in register.activities],
        "measures": [measure.in_language(language) for measure in register.measures],
        "rows": [
            {
                "class": state.row_class,
                "kept": state.kept,
                "past_end": state.past_end,
                "oldest": state.oldest.isoformat() if state.oldest else None,
            }
            for state in facts.states
        ],
        "last_run": run
        and {
            "at": run.at.isoformat(),
            "files_cleaned": run.files_cleaned,
            "deleted": {str(row_class): run.deleted.get(row_class, 0) for row_class in RowClass},
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _activity_json(record: ActivityRecord, register: Register, language: Language) -> dict[str, object]:
    retention = register.settings.retention
    return {
        "activity": record.activity,
        "name": record.texts.name.in_language(language),
        "purposes": record.texts.purposes.in_language(language),
        "data_subjects": record.texts.subjects.in_language(language),
        "recipients": record.texts.recipients.in_language(language),
        "transfers": record.texts.transfers.in_language(language),
        "rows": [
            {
                "table": policy.table,
                "name": policy.name.in_language(language),
                "purpose": policy.purpose.in_language(language),
                "data": policy.data.in_language(language),
                "basis": list(policy.basis),
                "ends": policy.end_in_words(retention, language),
                "setting": policy.setting or None,
                "days": policy.days(retention),
            }
            for policy in record.policies
        ],
    }


def _instant(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _escaped(text: str) -> str:
    """Keep what a person typed from being taken for Markdown or HTML."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|!&" else c for c in text)
