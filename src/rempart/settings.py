"""What can be set: one frozen tree of sections, each setting with its bounds, its default and what it is for.

``rempart.config`` reads it from files, variables and flags.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from rempart.setting_kinds import (
    Section,
    SettingAddress,
    SettingComment,
    SettingNumbers,
    SettingPath,
    SettingSha256,
    SettingText,
)


class GateSettings(Section):
    """What is never opened."""

    vocabulary_file: SettingPath | None = None
    """A hotline's word list: UTF-8, one term a line, ``#`` for comments. Its terms are never shown."""
    known_urls_file: SettingPath | None = None
    """A hotline's list of known addresses and hosts: their SHA-256, one a line; none of them is ever asked for."""


class HazmatSettings(Section):
    """The sandbox in which media are decoded, and what one item may cost."""

    workers: Annotated[int, Field(ge=0, le=1024)] = 0
    """Worker processes; 0 is one per processor that this process may use."""
    recycle_after: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Items after which a worker is replaced by a fresh one."""
    max_bytes: Annotated[int, Field(ge=1, le=2**34)] = 268_435_456
    """Bytes of one encoded item."""
    max_pixels: Annotated[int, Field(ge=1, le=1_000_000_000)] = 64_000_000
    """Pixels of one decoded frame."""
    max_frames: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    """Frames of an animation, or pages of a file."""
    cpu_s: Annotated[int, Field(ge=1, le=86_400)] = 30
    """Seconds of processor time for one item."""
    wall_s: Annotated[int, Field(ge=1, le=86_400)] = 120
    """Seconds on the clock for one item: a disk that does not answer."""
    require: tuple[
        Literal["namespaces", "empty_root", "landlock", "seccomp", "no_capabilities", "hidden_memory", "limits"], ...
    ] = ()
    """Protections without which nothing is decoded (``rempart doctor`` lists them); a comma between two."""


class ArchiveSettings(Section):
    """How far zip, tar, gzip, WARC and WACZ files are opened; a member's own bytes: ``hazmat.max_bytes``."""

    max_members: Annotated[int, Field(ge=1, le=2**40)] = 10_000_000
    """Entries of one archive, those of the archives in it included."""
    max_depth: Annotated[int, Field(ge=0, le=8)] = 3
    """Archives around a member: 1 opens no archive in an archive, 0 opens none."""
    max_ratio: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    """Times that an archive may expand, its first MiB aside."""
    max_total_bytes: Annotated[int, Field(ge=1, le=2**60)] = 2**40
    """Bytes that one archive may expand to, those of the archives in it included."""


class DetectSettings(Section):
    """When two pictures are taken for the same."""

    radius_bits: Annotated[int, Field(ge=0, le=64)] = 31
    """Whole-frame codes this many bits apart, or closer, are a clue (PDQ's README: 31)."""
    quality_min: Annotated[int, Field(ge=0, le=100)] = 50
    """Codes of a lower quality are too plain to be compared (PDQ's README: 50)."""
    suspect_frames: Annotated[int, Field(ge=1, le=64)] = 8
    """Frames of an animated suspect that are compared, at equal distances."""


class LearnedSettings(Section):
    """A copy-detection model of your own (the extra ``learned``): a clue, never a match; none of ``hash_only``."""

    model_file: SettingPath | None = None
    """An ONNX model from a picture to a descriptor; none is no learned clue. It may be able to recognise faces."""
    model_sha256: SettingSha256 = ""
    """What its bytes must be; set together with ``model_file``, from whoever published the model."""
    mean: SettingNumbers = "0.485 0.456 0.406"
    """Subtracted from samples in 0..1, as the model was trained (ImageNet's)."""
    std: SettingNumbers = "0.229 0.224 0.225"
    """Then they are divided by this (ImageNet's)."""
    side_px: Annotated[int, Field(ge=8, le=1024)] = 320
    """Side of the square that a picture is brought to, where the model leaves it open (SSCD: 320)."""
    similarity_min_percent: Annotated[int, Field(ge=1, le=100)] = 75
    """Cosine, in percent, from which an asset is a candidate (SSCD's README: 75 is 90 % precision)."""

    @field_validator("model_sha256")
    @classmethod
    def _is_set_with_its_file(cls, value: str, info: ValidationInfo) -> str:
        """Refuse a model without its digest, and a digest without its model."""
        if "model_file" in info.data and (info.data["model_file"] is None) != (not value):
            message = "it is set together with learned.model_file, or not at all"
            raise ValueError(message)
        return value

    @field_validator("std")
    @classmethod
    def _divides(cls, value: str) -> str:
        """Refuse to divide by zero."""
        if not all(float(part) > 0 for part in value.split()):
            message = "three numbers over 0"
            raise ValueError(message)
        return value


class ReportSettings(Section):
    """The page that ``--report`` writes."""

    language: Literal["fr", "en"] = "fr"
    """Language of the page."""
    max_rows: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Matches, and items not compared, that it lists; it says how many more there are."""


class KernelSettings(Section):
    """Compiled numerical code."""

    cache_dir: SettingPath | None = None
    """Where it is kept; none is ``rempart/kernels`` in the user's cache folder, or a temporary one."""


class NetSettings(Section):
    """How Rempart asks the outside, and what one answer may cost (docs/explanation/outside.md)."""

    contact: SettingComment = ""
    """Mail address or page of a person, sent with each request so that whoever is asked can answer; say it."""
    nameservers: Annotated[
        tuple[SettingAddress, ...], Field(max_length=8, json_schema_extra={"takes": "IP addresses"})
    ] = ()
    """IP addresses of the name servers to ask; none are those of this machine. A comma between two."""
    authorities_file: SettingPath | None = None
    """Certificates (PEM) of the authorities to trust over TLS; none are the system's."""
    page_bytes: Annotated[int, Field(ge=1_024, le=2**30)] = 5_242_880
    """Bytes of one page, over the wire and decompressed."""
    media_bytes: Annotated[int, Field(ge=1_024, le=2**34)] = 209_715_200
    """Bytes of one picture, sound or video."""
    max_ratio: Annotated[int, Field(ge=2, le=10_000)] = 100
    """Times that a page may expand, its first 64 KiB aside."""
    resolve_s: Annotated[int, Field(ge=1, le=60)] = 5
    """Seconds for the name servers."""
    connect_s: Annotated[int, Field(ge=1, le=60)] = 5
    """Seconds for a connection, and as many for TLS over it."""
    idle_s: Annotated[int, Field(ge=1, le=600)] = 15
    """Seconds without a byte."""
    page_s: Annotated[int, Field(ge=1, le=3_600)] = 60
    """Seconds for one page, its redirects together."""
    media_s: Annotated[int, Field(ge=1, le=86_400)] = 300
    """Seconds for one picture, sound or video, its redirects together."""
    bytes_per_s: Annotated[int, Field(ge=0, le=2**30)] = 1_000
    """An answer that comes more slowly is given up, its first 10 seconds aside; 0 waits for the time alone."""


class MailSettings(Section):
    """The one relay that takes Rempart's mails, and who they are from; none is set, none is sent."""

    host: SettingText = ""
    """Full name or address of the relay: 127.0.0.1 for one of this machine; empty sends no mail."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 465
    """Its port: 465 for tls, 587 for starttls, 25 for none."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """How the way to it is protected, never less; none is for a relay at 127.0.0.1 or ::1 only."""
    user: SettingText = ""
    """Who logs in to it; empty logs nobody in."""
    password_file: SettingPath | None = None
    """File (mode 600) that holds the password of ``user``; a systemd credential comes before it."""
    from_address: SettingText = ""
    """Address that mails are from, without a name: the organisation's, never a volunteer's."""
    domain: SettingText = ""
    """Said to the relay and in Message-IDs instead of this machine's name; empty is the domain of ``from_address``."""
    max_bytes: Annotated[int, Field(ge=1_024, le=2**30)] = 10_485_760
    """Bytes of one mail, its attachments encoded."""


class AlertSettings(Section):
    """Who is told that something was found: a reference, a priority and when; what was found stays here."""

    lines_file: SettingPath | None = None
    """Lines of JSON are appended to it, readable by its owner only; none writes no line."""
    mail_to: SettingText = ""
    """Address, without a name, that is told by mail through the relay: a team's rather than a person's."""
    webhook_url: SettingText = ""
    """Address that is told by a signed POST, ``https://`` or of this machine; redirects are not followed."""
    webhook_secret_file: SettingPath | None = None
    """File (mode 600) of the secret that signs (``whsec_`` and base64); a systemd credential comes before it."""
    link: SettingText = ""
    """Address to which the reference is added, for whoever may log in there: ``https://console.example/alerts/``."""


class TimestampSettings(Section):
    """Who stamps evidence with the time (RFC 3161); each one is told a digest, and nothing of what was digested."""

    authorities: Annotated[
        tuple[SettingText, ...], Field(max_length=8, json_schema_extra={"takes": "addresses, http:// or https://"})
    ] = ()
    """Addresses of time-stamping authorities, in the order in which they are asked. A comma between two."""
    wanted: Annotated[int, Field(ge=1, le=8)] = 2
    """Time-stamps that are enough: the next authorities are asked only while there are fewer."""
    roots_file: SettingPath | None = None
    """Root certificates (PEM) of these authorities, from their own sites: each time-stamp is verified by them."""


class EvidenceSettings(Section):
    """What is recorded as evidence, and for whom."""

    organisation: SettingText = ""
    """Who records: written in every package, for everybody to read; never a volunteer's name."""
    witnesses_wanted: Annotated[int, Field(ge=1, le=16)] = 1
    """Witnesses that must have cosigned the log before an item is called witnessed."""


class TransparencySettings(Section):
    """The log of what was done with evidence, and who cosigns its states."""

    origin: SettingText = ""
    """Name under which the log is begun, as in ``association.example/log``; empty draws one that says nothing."""
    witnesses: Annotated[
        tuple[SettingText, ...],
        Field(max_length=16, json_schema_extra={"takes": "a witness's key, a space, its address; a comma between two"}),
    ] = ()
    """Who cosigns: the key that each gave you (``name+id+base64``), a space, and its address; private ones too."""


#: Where queries are sent: in the clear only to an address of one's own network.
_INSTANCE = re.compile(
    r"(?:https://[^/?#@\s]+|http://(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?::\d{1,5})?)(?:/[^?#\s]*)?"
)


class SearchSettings(Section):
    """Who is asked the queries that are watched; none is named, none is asked."""

    providers: tuple[Literal["searxng", "brave"], ...] = ()
    """Who is asked, in this order; each one is told the query. A comma between two."""
    searxng_url: SettingText = ""
    """An instance of your own: ``https://…``, or ``http://`` and an IP address; ``json`` must be one of its formats."""
    brave_key_file: SettingPath | None = None
    """File (mode 600) that holds the key of Brave's interface; a systemd credential comes before it."""
    locale: Annotated[
        str,
        Field(
            max_length=5,
            pattern=r"^([a-z]{2}(-[A-Z]{2})?)?$",
            json_schema_extra={"takes": "a language, or a language and a country as in fr-FR"},
        ),
    ] = "fr-FR"
    """Language and country of the results: positions are those of this one; empty leaves it to the provider."""

    @field_validator("searxng_url")
    @classmethod
    def _is_there_if_it_is_asked(cls, value: str, info: ValidationInfo) -> str:
        """Refuse to ask an instance that is nowhere, or by more than an address."""
        if "searxng" in info.data.get("providers", ()) and not value:
            message = "an address, as searxng is among search.providers"
            raise ValueError(message)
        if value and not _INSTANCE.fullmatch(value):
            message = "https, or http to an IP address; without a user, a query or a fragment"
            raise ValueError(message)
        return value


class WatchSettings(Section):
    """How places are watched."""

    requests_per_visit: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """What one visit of a source may ask for: pages and pictures; the rest waits for its next visit."""


class WorkspaceSettings(Section):
    """Where an organisation's work is kept, and who works."""

    folder: SettingPath | None = None
    """Folder of the workspace; none is ``rempart`` in the user's data folder (``$XDG_DATA_HOME``)."""
    user: SettingText = ""
    """Who works, as others call her; none is the name of this account."""


class DatabaseSettings(Section):
    """The workspace's database."""

    url: SettingText = ""
    """``postgresql://user@host/name``; none is what ``rempart init`` was told, or else a file in the workspace."""
    patience_s: Annotated[int, Field(ge=0, le=86_400)] = 60
    """Seconds that a command waits for a database that went away in the middle of its work."""


class KeysSettings(Section):
    """What opens the workspace's keys."""

    passphrase_file: SettingPath | None = None
    """File (mode 600) that holds the passphrase, where there is one; a systemd credential comes before it."""


class LogSettings(Section):
    """What Rempart notes for those who run it: identifiers, counts and durations; redacted in any case."""

    file: SettingPath | None = None
    """Lines of JSON are appended to it, readable by its owner only; none writes no log."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is noted."""


class RetentionSettings(Section):
    """How many days what is stored is kept (docs/decisions/0009-privacy.md says why so long)."""

    scans_days: Annotated[int, Field(ge=1, le=366)] = 30
    """Days that a scan, and the names of what it did not compare, are kept after its last step."""
    sightings_days: Annotated[int, Field(ge=1, le=366)] = 30
    """Days that a sighting and its matches are kept without a case."""
    watch_days: Annotated[int, Field(ge=1, le=366)] = 180
    """Days that a page, a thread or a file of a watched place that is seen no more is known, without its words."""
    jobs_days: Annotated[int, Field(ge=1, le=366)] = 30
    """Days that a job is kept once it is done or given up."""
    access_days: Annotated[int, Field(ge=183, le=366)] = 183
    """Days that a line of the access trace is kept (CNIL's recommendation on logs: six months to a year)."""
    events_days: Annotated[int, Field(ge=366, le=3_653)] = 1_826
    """Days that an event is kept: identifiers and counts, which prove what was done (Code civil, article 2224)."""
    tombstones_days: Annotated[int, Field(ge=1, le=1_826)] = 365
    """Days that the identifier of a withdrawn picture is kept once its erasure is proved."""
    consents_days: Annotated[int, Field(ge=366, le=3_653)] = 1_826
    """Days that a consent is kept after the last picture it was for was withdrawn (GDPR, article 7(1))."""


class PrivacySettings(Section):
    """What the record of processing activities says (GDPR, article 30)."""

    controller: SettingText = ""
    """Who is responsible for what is stored: name and address of the association, agency or person."""
    contact: SettingText = ""
    """How to reach that controller, and its data protection officer if it has one."""


class Settings(Section):
    """Every setting of Rempart."""

    gate: GateSettings = GateSettings()
    """What is never opened."""
    hazmat: HazmatSettings = HazmatSettings()
    """The sandbox."""
    archives: ArchiveSettings = ArchiveSettings()
    """What is opened of an archive."""
    detect: DetectSettings = DetectSettings()
    """When two pictures are the same."""
    learned: LearnedSettings = LearnedSettings()
    """A model of your own."""
    report: ReportSettings = ReportSettings()
    """The report."""
    kernels: KernelSettings = KernelSettings()
    """Compiled code."""
    net: NetSettings = NetSettings()
    """The outside."""
    mail: MailSettings = MailSettings()
    """Mail out."""
    alerts: AlertSettings = AlertSettings()
    """Alerts."""
    timestamps: TimestampSettings = TimestampSettings()
    """Time-stamps."""
    evidence: EvidenceSettings = EvidenceSettings()
    """Evidence."""
    transparency: TransparencySettings = TransparencySettings()
    """The log of evidence."""
    search: SearchSettings = SearchSettings()
    """Search."""
    watch: WatchSettings = WatchSettings()
    """How places are watched."""
    workspace: WorkspaceSettings = WorkspaceSettings()
    """The workspace."""
    database: DatabaseSettings = DatabaseSettings()
    """Its database."""
    keys: KeysSettings = KeysSettings()
    """Its keys."""
    log: LogSettings = LogSettings()
    """The log."""
    retention: RetentionSettings = RetentionSettings()
    """How long what is stored is kept."""
    privacy: PrivacySettings = PrivacySettings()
    """The record of processing activities."""
