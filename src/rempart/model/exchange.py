"""What is exchanged with partners: codes of whole frames, what each side thinks of them, and nothing about people."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from rempart.model.fingerprint import SignalType
from rempart.model.ids import ImportedId, PartnerId, UserId

#: A PDQ code: 256 bits.
CODE_BYTES: Final = 32


class FeedFormat(StrEnum):
    """How codes are written down."""

    JSONL = "jsonl"
    """Ours: JSON Lines with a label, a state and a signature."""
    CSV = "csv"
    """Hexadecimal in a column, with or without a header; also what ``tx dataset -P --csv`` prints."""
    TX = "tx"
    """A local file of python-threatexchange: ``pdq`` and the hexadecimal, or that alone."""
    STOPNCII = "stopncii"
    """Pages of StopNCII's FetchHashes, as one document or one a line; read only."""


class Label(StrEnum):
    """What the sender vouches for."""

    SELF_DECLARED = "self_declared"
    """Somebody registered it, and nobody else checked by what right: never enough for an automatic action."""
    REVIEWED = "reviewed"
    """A named person other than the registrant accepted the ground."""
    CONTESTED = "contested"
    """Somebody shown in it objects: no longer to be matched while that lasts."""
    WITHDRAWN = "withdrawn"
    """To be deleted, for good."""


class FeedState(StrEnum):
    """What a line of a feed asks for (StopNCII's case states, in our spelling)."""

    RECEIVED = "received"
    """Not yet to be used."""
    ACTIVE = "active"
    CONTESTED = "contested"
    """To be put aside; a later line may make it active again."""
    WITHDRAWN = "withdrawn"
    """To be removed for good: the person took it back."""
    DELETED = "deleted"
    """To be removed for good: the partner deleted it."""

    @property
    def removes(self) -> bool:
        """Tell whether the code goes, for good."""
        return self in {FeedState.WITHDRAWN, FeedState.DELETED}


class Verdict(StrEnum):
    """What one side thinks of a code."""

    CONFIRMS = "confirms"
    """It is what the exchange is for (python-threatexchange: POSITIVE_CLASS; StopNCII: Blocked)."""
    UNDECIDED = "undecided"
    """Nobody checked (INVESTIGATION_SEED)."""
    DISPUTES = "disputes"
    """It is not (NEGATIVE_CLASS; StopNCII: NotBlocked)."""


class FaultReason(StrEnum):
    """Why a line of a feed was left out."""

    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    NOT_CSV = "not_csv"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    DUPLICATE_KEY = "duplicate_key"
    WRONG_VERSION = "wrong_version"
    NOT_AN_ENTRY = "not_an_entry"
    OTHER_TYPE = "other_type"
    NOT_A_CODE = "not_a_code"
    LOW_QUALITY = "low_quality"
    NEAR_CONSTANT = "near_constant"
    UNKNOWN_LABEL = "unknown_label"
    UNKNOWN_STATE = "unknown_state"
    WRONG_OPINIONS = "wrong_opinions"
    AFTER_SIGNATURE = "after_signature"
    TOO_MANY = "too_many"

    @property
    def is_malformed(self) -> bool:
        """Tell whether the line is broken: a whole one may also be of another type, or too weak to be compared."""
        return self not in {FaultReason.OTHER_TYPE, FaultReason.LOW_QUALITY, FaultReason.NEAR_CONSTANT}

    def in_words(self) -> str:
        """Say what is wrong, without a word of the line."""
        return _FAULTS[self]


_FAULTS: Final = {
    FaultReason.TOO_LONG: "the line is too long",
    FaultReason.NOT_TEXT: "the line is not UTF-8 text, or holds control characters",
    FaultReason.NOT_CSV: "the line is not CSV of the columns that the first line announced",
    FaultReason.NOT_JSON: "the line is not one JSON object",
    FaultReason.TOO_DEEP: "the JSON is nested too deeply",
    FaultReason.DUPLICATE_KEY: "a key is there twice: which one counts is anybody's guess",
    FaultReason.WRONG_VERSION: "the first line announces a format or a version that this Rempart does not know",
    FaultReason.NOT_AN_ENTRY: "a field is missing or of the wrong type",
    FaultReason.OTHER_TYPE: "it is not a PDQ code: other types are not compared",
    FaultReason.NOT_A_CODE: "it is not a code of 64 hexadecimal digits",
    FaultReason.LOW_QUALITY: "its quality is below 50: such a code matches any plain picture",
    FaultReason.NEAR_CONSTANT: "nearly all its bits are alike: such a code matches any plain picture",
    FaultReason.UNKNOWN_LABEL: "its label is none that we know",
    FaultReason.UNKNOWN_STATE: "its state is none that we know",
    FaultReason.WRONG_OPINIONS: "its opinions are not a short list of who thinks what",
    FaultReason.AFTER_SIGNATURE: "it stands after the signature, which does not cover it",
    FaultReason.TOO_MANY: "there are more lines, or more bytes, than an import reads: the rest was not read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """A line of a feed that was left out: where and why, never what was in it."""

    line: int
    """Its number, from 1."""
    record: int | None = None
    """Which record of a line, or of a document, that holds several, from 1; None if it holds one."""
    reason: FaultReason
    """What is wrong."""

    def in_words(self) -> str:
        """Say where, and what."""
        where = f"line {self.line}" if self.record is None else f"line {self.line}, record {self.record}"
        return f"{where}: {self.reason.in_words()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one side thinks of a code."""

    partner: PartnerId | None = None
    """Who passed it on; None is this workspace."""
    source: str = ""
    """Whose opinion the partner passed on, as that partner names it; empty if it is the partner's own."""
    verdict: Verdict
    """What they think."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One line of a feed, as it was read."""

    digest: bytes
    """SHA-256 of the code's 32 bytes: by which a removal names it without telling it."""
    bits: bytes | None = None
    """The code; None in a removal that names it by its digest."""
    quality: int | None = None
    """0..100; None if the feed does not say."""
    state: FeedState = FeedState.ACTIVE
    """What is asked for."""
    label: Label = Label.SELF_DECLARED
    """What the sender vouches for."""
    opinions: tuple[Opinion, ...] = ()
    """What others think of it, as the feed passes it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Somebody with whom codes are exchanged."""

    id: PartnerId
    """Random."""
    name: str
    """As this workspace calls it; sealed at rest."""
    public_key: bytes | None
    """By which its files are verified (Ed25519); None if it signs none."""
    recipient: str | None
    """How its signed files call this workspace; None if none came yet. Sealed at rest."""
    received: int
    """The sequence number of its last signed file that was imported; 0 if none was."""
    sent: int
    """The sequence number of the last file that was made for it; 0 if none was."""
    added_by: UserId
    """Who added it."""
    added_at: dt.datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEntry:
    """One code of others that is compared, with everything that is thought of it: shown side by side, not averaged."""

    id: ImportedId
    """Random."""
    signal_type: SignalType
    """The algorithm."""
    bits: bytes
    """The code, 32 bytes."""
    quality: int | None
    """0..100; None if no partner said."""
    label: Label
    """The most careful of its listings' labels."""
    partners: tuple[PartnerId, ...]
    """Who lists it."""
    opinions: tuple[Opinion, ...]
    """What each of them thinks, and what they passed on."""

    @property
    def is_conflicting(self) -> bool:
        """Tell whether some confirm it and others dispute it."""
        verdicts = {opinion.verdict for opinion in self.opinions}
        return {Verdict.CONFIRMS, Verdict.DISPUTES} <= verdicts

    @property
    def may_act(self) -> bool:
        """Tell whether anything may follow from a hit without a person's decision: reviewed, and disputed by nobody."""
        disputed = any(opinion.verdict is Verdict.DISPUTES for opinion in self.opinions)
        return self.label is Label.REVIEWED and not disputed


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of the entries of a feed."""

    added: int = 0
    """Codes that this partner had not listed."""
    changed: int = 0
    """Codes whose label or opinions it changed."""
    known: int = 0
    """Codes that it had listed just so."""
    removed: int = 0
    """Codes that it removed, for good."""
    ended: int = 0
    """Codes that its signed list of all that is to be matched no longer has; they may come back in a later one."""
    contested: int = 0
    """Codes that it put aside."""
    refused: int = 0
    """Codes that it had removed before: they do not come back."""
    unknown: int = 0
    """Removals of codes that it had not listed; their codes do not come either."""
    waiting: int = 0
    """Codes that are not to be used yet."""

    def __add__(self, other: Taken) -> Taken:
        """Return the sum, field by field."""
        return Taken(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCounts:
    """What one partner listed: counts, no code."""

    partner: PartnerId
    """Which."""
    labels: Mapping[Label, int] = field(default_factory=dict)
    """Codes that it lists, by label."""
    removed: int = 0
    """Codes that it removed, which do not come back."""
    sent: Mapping[Label, int] = field(default_factory=dict)
    """Codes that it was given, by the label that it was told last."""


def digest_of(bits: bytes) -> bytes:
    """Return what names a code without telling it: SHA-256 of its bytes, 32 bytes."""
    return hashlib.sha256(bits).digest()


def most_careful(labels: Iterable[Label]) -> Label:
    """Return the label that allows least: an average of two opinions is nobody's opinion."""
    return max(labels, key=_CARE.__getitem__)


_CARE: Final = {Label.REVIEWED: 0, Label.SELF_DECLARED: 1, Label.CONTESTED: 2, Label.WITHDRAWN: 3}

#: What a listing's label says of the partner's own opinion.
VERDICT_OF: Final = {
    Label.REVIEWED: Verdict.CONFIRMS,
    Label.SELF_DECLARED: Verdict.UNDECIDED,
    Label.CONTESTED: Verdict.DISPUTES,
    Label.WITHDRAWN: Verdict.DISPUTES,
}
