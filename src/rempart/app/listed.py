"""Which suspects are close to codes that partners list: shown beside the matches, and never one of one's own.

What a scan keeps of it is the suspect's name, the codes' identifiers and the distances. Whether a code may still be
compared, who lists it and what each side thinks of it are asked again whenever it is shown.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rempart.app.workspace import Workspace
from rempart.detect import PDQ_VERSIONS, FrameBank, FrameHit
from rempart.errors import IntegrityError
from rempart.model import FingerprintedMedia, SignalType
from rempart.model.exchange import ImportedEntry, Label, Verdict
from rempart.model.ids import ImportedId, PartnerId

logger = logging.getLogger(__name__)

#: Of the records below; raised when a field changes its meaning.
_VERSION: Final = 1
#: Codes of one partner that one suspect is told to be close to: a partner who lists thousands of codes of one picture
#: fills neither the page nor the place of another partner's.
CODES_MOST: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one side thinks of a code, by name."""

    partner: str
    """Who passed it on; empty is this workspace."""
    source: str
    """Whose opinion it is, as the partner names it; empty if it is the partner's own."""
    verdict: Verdict
    """What they think."""

    def in_words(self) -> str:
        """Say it in English."""
        partner = self.partner or "this workspace"
        return f"{self.source}, as {partner} passes on: {self.verdict}" if self.source else f"{partner}: {self.verdict}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A suspect that is close to a code of partners, and what each of them thinks of that code now."""

    label: str
    """The suspect's path, as it is shown."""
    code: ImportedId
    """Which code: its identifier, never its bits."""
    listed_as: Label
    """The most careful of its listings' labels."""
    partners: tuple[str, ...]
    """Who lists it, by name."""
    opinions: tuple[Said, ...]
    """What each side thinks, side by side."""
    distance_bits: int
    """How far apart the two codes are."""
    is_inner: bool
    """True if a rectangle inside the suspect is close to it, and not the whole of it."""
    is_conflicting: bool
    """Whether some confirm it and others dispute it."""
    may_act: bool
    """Whether anything may follow without a person's decision: reviewed, and disputed by nobody."""

    @property
    def is_disagreed(self) -> bool:
        """Tell whether two sides do not think the same."""
        return len({said.verdict for said in self.opinions}) > 1

    def listed_in_words(self) -> str:
        """Say, in English, what the listing is worth."""
        if self.listed_as is Label.REVIEWED:
            return "reviewed" if self.may_act else "reviewed, and disputed"
        return _LABELS[self.listed_as]


_LABELS: Final = {
    Label.SELF_DECLARED: "self-declared, not reviewed",
    Label.CONTESTED: "contested",
    Label.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is held of a code while a scan goes on."""

    code: ImportedId
    partners: tuple[PartnerId, ...]
    may_act: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What a scan wrote of one suspect."""

    label: str
    codes: tuple[tuple[ImportedId, int, bool], ...]


class PartnerBank:
    """The codes of partners that suspects are compared with."""

    def __init__(self, workspace: Workspace, *, radius_bits: int, quality_min: int) -> None:
        """Make an empty bank.

        Args:
            workspace: Whose partners.
            radius_bits: Codes this far apart, or closer, are a hit.
            quality_min: Codes of a lower quality are not compared, on either side.
        """
        self._workspace = workspace
        self._quality_min = quality_min
        self._frames = FrameBank(radius_bits=radius_bits)
        self._known: list[_Known] = []

    def __len__(self) -> int:
        """Return how many codes are compared."""
        return len(self._known)

    def load(self) -> Iterator[ImportedId]:
        """Learn every code that may be compared now; yield their identifiers, in their order."""
        shared: dict[tuple[PartnerId, ...], tuple[PartnerId, ...]] = {}  # one of each, for a million codes
        for entry in self._workspace.imported.imported_bank():
            is_weak = entry.quality is not None and entry.quality < self._quality_min
            if entry.signal_type is not SignalType.PDQ or is_weak:
                continue
            self._frames.add(len(self._known), entry.bits)
            partners = shared.setdefault(entry.partners, entry.partners)
            self._known.append(_Known(entry.id, partners, entry.may_act))
            yield entry.id

    def compare(self, label: str, media: FingerprintedMedia) -> str | None:
        """Return what is to be kept of a suspect that is close to codes of partners; None if it is to none.

        Args:
            label: The suspect's path, as it is shown.
            media: What the sandbox told of it.
        """
        if not self._known:
            return None
        usable = [f for f in media.fingerprints if f.version in PDQ_VERSIONS and f.quality >= self._quality_min]
        hits = self._closest(self._frames.search(usable))
        if not hits:
            return None
        codes = [[self._known[h.asset].code, h.distance_bits, h.code.region is not None] for h in hits]
        return json.dumps({"v": _VERSION, "listed": label, "codes": codes})

    def _closest(self, hits: list[FrameHit]) -> list[FrameHit]:
        """Keep the closest of each partner, those first from which something may follow."""
        kept: list[FrameHit] = []
        counts: dict[PartnerId, int] = {}
        for hit in sorted(hits, key=lambda h: (not self._known[h.asset].may_act, h.distance_bits)):
            partners = self._known[hit.asset].partners
            if any(counts.get(partner, 0) < CODES_MOST for partner in partners):
                kept.append(hit)
                counts |= {partner: counts.get(partner, 0) + 1 for partner in partners}
        logger.debug("close to %d codes of partners, of which %d are kept", len(hits), len(kept))
        return kept

    def told(self, records: Iterable[str]) -> dict[str, list[Listed]]:
        """Return what may be shown of some records, decided now, for all at once: a code suspended since is not told.

        Raises:
            IntegrityError: one of them cannot be read.
        """
        read = {record: _read(record) for record in records}
        wanted = sorted({code for record in read.values() for code, _, _ in record.codes})
        if not wanted:
            return {}
        workspace = self._workspace
        listed, partners = workspace.database.durably(
            lambda: (workspace.imported.still_listed(wanted), workspace.partners.all())
        )
        names = {partner.id: partner.name for partner in partners}
        return {
            text: [
                _listed(record.label, listed[code], names, distance, is_inner=is_inner)
                for code, distance, is_inner in record.codes
                if code in listed
            ]
            for text, record in read.items()
        }


def is_listing(record: str) -> bool:
    """Tell a record of this file from one of an item that was not compared, which is a list."""
    return record.startswith("{")


def _read(text: str) -> _Record:
    """Read a record back.

    Raises:
        IntegrityError: a newer Rempart wrote it.
    """
    record = json.loads(text)
    if record.get("v") != _VERSION:
        message = f"a result of this scan is written in version {record.get('v')}, which this Rempart does not know"
        raise IntegrityError(message, advice="A newer Rempart began this scan: go on with that one, or begin again.")
    codes = tuple((ImportedId(code), distance, is_inner) for code, distance, is_inner in record["codes"])
    return _Record(label=record["listed"], codes=codes)


def _listed(
    label: str, entry: ImportedEntry, names: Mapping[PartnerId, str], distance_bits: int, *, is_inner: bool
) -> Listed:
    return Listed(
        label=label,
        code=entry.id,
        listed_as=entry.label,
        partners=tuple(names.get(partner, partner) for partner in entry.partners),
        opinions=tuple(
            Said(partner=names.get(o.partner, o.partner) if o.partner else "", source=o.source, verdict=o.verdict)
            for o in entry.opinions
        ),
        distance_bits=distance_bits,
        is_inner=is_inner,
        is_conflicting=entry.is_conflicting,
        may_act=entry.may_act,
    )
