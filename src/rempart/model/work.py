"""Work that must not be lost: jobs with leases, events that are never rewritten, and who looked at what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rempart.model.ids import JobId

#: What a job needs to know: identifiers and counts, never names or addresses.
Payload = Mapping[str, str | int]


class JobKind(StrEnum):
    """The kinds of work that a worker knows."""

    ERASE_ASSETS = "erase_assets"
    """Prove that withdrawn fingerprints are gone from every file of the database."""
    RESEAL = "reseal"
    """Seal again, under the current key, what an older one sealed."""
    ENFORCE_RETENTION = "enforce_retention"
    """Delete what is past its end."""
    FINISH_EVIDENCE = "finish_evidence"
    """Go on with the proofs of an item that was recorded."""
    ERASE_EVIDENCE = "erase_evidence"
    """Erase an item for which it was asked, once its day has come."""
    RENEW_EVIDENCE = "renew_evidence"
    """Stamp anew what rests on certificates that end."""
    SEND_ALERT = "send_alert"
    """Take one alert to one door."""


class JobState(StrEnum):
    """Where a job stands; that it is being worked on is derived from its lease."""

    QUEUED = "queued"
    DONE = "done"
    DEAD = "dead"
    """Given up after its last attempt: a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work, as stored."""

    id: JobId
    """Random."""
    kind: JobKind
    """What to do."""
    key: str
    """Idempotency key: no two jobs have the same."""
    payload: Payload
    """On what."""
    state: JobState
    """Where it stands."""
    attempts: int
    """How often it was begun."""
    max_attempts: int
    """After how many it is given up."""
    due_at: dt.datetime
    """Not before."""
    lease_by: str
    """The worker that has it; empty if none."""
    lease_until: dt.datetime | None
    """Until when that worker has it."""
    reason: str
    """Why its last attempt failed; empty if none did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job that this worker holds, and the proof that it does."""

    job: Job
    """What to do."""
    token: str
    """New with each claim: whoever claims after us makes ours void."""


class AccessPurpose(StrEnum):
    """Why something sealed was opened."""

    LIST_ASSETS = "list_assets"
    LIST_USERS = "list_users"
    CHECK = "check"
    SHOW_ASSET = "show_asset"
    SHOW_HITS = "show_hits"
    SHOW_CONSENT = "show_consent"
    SCAN = "scan"
    BACKUP = "backup"
    RESTORE = "restore"
    RECOVERY_DRILL = "recovery_drill"
    ROTATE_KEYS = "rotate_keys"
    REGISTER = "register"
    TRACE = "trace"
    EXPORT_CODES = "export_codes"
    LIST_HOSTS = "list_hosts"
    LIST_AUTHORISATIONS = "list_authorisations"
    LIST_RECIPIENTS = "list_recipients"
    LIST_DECOYS = "list_decoys"
    LIST_REFERRALS = "list_referrals"
    SHOW_REFERRAL = "show_referral"
    OPEN_OUTBOX = "open_outbox"
    MARK = "mark"
    TRACE_LEAK = "trace_leak"
    SIGN = "sign"
    LOOK_FOR_MARK = "look_for_mark"
    FIND_PROVENANCE = "find_provenance"
    SHOW_CASE = "show_case"
    LIST_CASES = "list_cases"
    LIST_EVIDENCE = "list_evidence"
    OPEN_EVIDENCE = "open_evidence"
    EXPORT_EVIDENCE = "export_evidence"
    LIST_SOURCES = "list_sources"
    SHOW_SOURCE = "show_source"
    LIST_SIGHTINGS = "list_sightings"
    SHOW_SIGHTING = "show_sighting"
    LIST_PLANS = "list_plans"


class EventKind(StrEnum):
    """What can happen in a workspace."""

    WORKSPACE_MADE = "workspace_made"
    WORKSPACE_SHARED = "workspace_shared"
    DATABASE_UPGRADED = "database_upgraded"
    USER_ADDED = "user_added"
    OWNER_ADDED = "owner_added"
    OWNER_FORGOTTEN = "owner_forgotten"
    ASSETS_ADDED = "assets_added"
    ASSET_WITHDRAWN = "asset_withdrawn"
    WITHDRAWAL_PROVED = "withdrawal_proved"
    ASSET_CONTESTED = "asset_contested"
    CONTEST_DISMISSED = "contest_dismissed"
    GROUND_ACCEPTED = "ground_accepted"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    KEYS_ROTATED = "keys_rotated"
    RECOVERY_DRILLED = "recovery_drilled"
    RECOVERY_SHEET_MADE = "recovery_sheet_made"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"
    RETENTION_ENFORCED = "retention_enforced"
    PARTNER_ADDED = "partner_added"
    CODES_IMPORTED = "codes_imported"
    CODES_EXPORTED = "codes_exported"
    CODE_SUSPENDED = "code_suspended"
    ADDRESS_AUTHORISED = "address_authorised"
    AUTHORISATION_USED = "authorisation_used"
    AUTHORISATION_WITHDRAWN = "authorisation_withdrawn"
    RECIPIENTS_ADDED = "recipients_added"
    RECIPIENT_INFORMED = "recipient_informed"
    RECIPIENT_FORGOTTEN = "recipient_forgotten"
    COPIES_MARKED = "copies_marked"
    LEAK_TRACED = "leak_traced"
    TRACE_REPLAYED = "trace_replayed"
    TRACE_WITHHELD = "trace_withheld"
    DECOY_ADDED = "decoy_added"
    REFERRAL_HANDED = "referral_handed"
    CERTIFICATES_MADE = "certificates_made"
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    EVIDENCE_RECIPIENT_ADDED = "evidence_recipient_added"
    EVIDENCE_RECORDED = "evidence_recorded"
    EVIDENCE_OPENED = "evidence_opened"
    EVIDENCE_EXPORTED = "evidence_exported"
    EVIDENCE_RENEWED = "evidence_renewed"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_CANCELLED = "erasure_cancelled"
    EVIDENCE_ERASED = "evidence_erased"
    HOLD_SET = "hold_set"
    HOLD_ENDED = "hold_ended"
    SOURCE_ADDED = "source_added"
    SOURCE_ENDED = "source_ended"
    PLAN_MADE = "plan_made"
    PLAN_ENDED = "plan_ended"
    PICTURE_SIGNED = "picture_signed"
    MARK_LOOKED_FOR = "mark_looked_for"
    ALERT_RAISED = "alert_raised"
    ALERT_REFUSED = "alert_refused"
    JOB_RETRIED = "job_retried"
    JOB_DEAD = "job_dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    at: dt.datetime
    """When."""
    actor: str
    """Who: a user's identifier, or ``system``."""
    kind: EventKind
    """What."""
    subject: str
    """To what: an identifier."""
    detail: Mapping[str, str | int]
    """Identifiers, words of ours and counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One opening of something sealed."""

    at: dt.datetime
    """When."""
    actor: str
    """Who: a user's identifier."""
    purpose: AccessPurpose
    """Why."""
    subject: str
    """What: an identifier."""
    count: int
    """How many values."""
