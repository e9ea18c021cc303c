"""From leaks to the copies they were made from, asked in this order, so that what must not be known is not computed.

(1) Where did they surface? What reached the press, an alert channel or a court, or is flagged as a protected
disclosure, is withheld: nothing is opened, nothing scored, and nothing kept but that it was withheld. (2) What for?
(3) Which originals of the vault does each resemble, and (4) what does it say, in a sandbox of its own, without any
code? (5) All of them are scored once, together: no leak is scored alone, and none left out, with scores in view.
(6) What was found is kept with all that is needed to contest it or do it again. Nothing follows by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.intake import Skipped
from rempart.app.leaks import Against, LeakRead, LeakReader, Repeated
from rempart.app.marked_assets import vault_asset
from rempart.app.pile import check_roots
from rempart.app.scoring import Stated, concluded, looks_at
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError
from rempart.model.recipient import SurfacedAt, TraceRecord
from rempart.model.work import EventKind

_PURPOSE_MOST: Final = 2_000
#: Scores that differ by less are the same: another processor adds up in another order.
_SAME_SCORE: Final = 1e-6
#: Leaks that are scored together: what each says takes some 160 kB until then.
LEAKS_MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks of some leaks, chosen before anything is scored."""

    leaks: Sequence[Path]
    """Files and folders: one leak, or a set that the same recipients were given."""
    purpose: str
    """What for, in her words."""
    surfaced_at: SurfacedAt
    """Where they were seen."""
    is_protected_disclosure: bool = False
    """Whether they may be a whistleblower's."""
    asset: str = ""
    """Which original; empty asks the vault, for each leak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """That a leak is not traced, whoever asks."""

    surfaced_at: SurfacedAt
    """Where it was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """What became of each file, and what was found of all that could be read."""

    record: TraceRecord | None
    """What was found; None if no file could be read."""
    labels: Mapping[str, str]
    """The paths of the leaks by their digests, as they are shown; they are not kept."""
    skipped: tuple[Skipped, ...]
    """Files that could not be read, or were stopped."""
    repeated: tuple[Repeated, ...]
    """Files that are others' very bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A trace that was done again."""

    before: TraceRecord
    """What was kept."""
    now: Traced
    """What is found now; it is not kept."""

    @property
    def is_same(self) -> bool:
        """Tell whether both say the same."""
        found = self.now.record
        return (
            found is not None
            and (self.before.verdict, _originals(self.before)) == (found.verdict, _originals(found))
            and [each.recipient for each in self.before.accused] == [each.recipient for each in found.accused]
            and all(
                abs(a.score - b.score) <= _SAME_SCORE * max(1.0, abs(a.score))
                for a, b in zip(self.before.accused, found.accused, strict=True)
            )
        )


def trace_leaks(workspace: Workspace, asked: Asked, settings: Settings) -> Traced | Withheld:
    """Trace one leak or several together, and keep what was found.

    Raises:
        MisuseError: there is no purpose, a path is missing, there are too many, or nothing to compare them with.
        IntegrityError: an original is gone, or damaged.
        SandboxError: the sandbox cannot work.
    """
    if withheld := _withheld(workspace, asked.surfaced_at, is_protected=asked.is_protected_disclosure):  # (1)
        return withheld
    if not asked.purpose.strip() or len(asked.purpose) > _PURPOSE_MOST:  # (2)
        message = "a trace has a purpose" if not asked.purpose.strip() else "the purpose is too long"
        raise MisuseError(message, advice='Say what it is for: --purpose "end the subscription after a hearing"')
    against = Against(asset=vault_asset(workspace, asked.asset).id if asked.asset else None)
    codes = _codes(workspace.recipients.numbers())
    traced, leaks = _read(workspace, asked.leaks, settings, against)
    if not leaks:
        return traced
    stated = Stated(purpose=asked.purpose, surfaced_at=asked.surfaced_at)
    found = concluded(workspace, stated, leaks, codes=codes, looks=looks_at(workspace, leaks))  # (5)
    with workspace.database.transaction():  # (6)
        workspace.traces.add(found)
        detail: dict[str, str | int] = {"verdict": found.verdict, "accused": len(found.accused), "leaks": len(leaks)}
        workspace.journal.note(EventKind.LEAK_TRACED, found.id, actor=workspace.me.id, now=found.at, detail=detail)
    return replace(traced, record=found)


def replay(
    workspace: Workspace,
    trace: str,
    paths: Sequence[Path],
    settings: Settings,
    *,
    surfaced_at: SurfacedAt = SurfacedAt.UNKNOWN,
    is_protected_disclosure: bool = False,
) -> Replayed | Withheld | Traced:
    """Do a trace again, with as many codes and looks as then; nothing is kept but that it was done.

    Args:
        workspace: Where.
        trace: Which.
        paths: All its files, in any order.
        settings: The settings.
        surfaced_at: Where they are known to have been seen by now.
        is_protected_disclosure: Whether they are known by now to be, or may be, a whistleblower's.

    Returns:
        Both answers; what became of each file, if one cannot be read.

    Raises:
        NotFoundError: there is no such trace.
        MisuseError: a file is none of then, or one of then is missing, or an original is no longer in the vault.
    """
    if withheld := _withheld(workspace, surfaced_at, is_protected=is_protected_disclosure):
        return withheld
    before = workspace.traces.get(trace)
    if before.surfaced_at.protects_sources:
        return Withheld(surfaced_at=before.surfaced_at)
    for leak in before.leaks:
        if leak.asset is not None:
            vault_asset(workspace, leak.asset)
    known = {leak.sha256: leak.asset for leak in before.leaks}
    traced, leaks = _read(workspace, paths, settings, Against(known=known))
    if traced.skipped:
        return traced
    if missing := len(known) - len(leaks):
        message = f"{missing} of the {len(known)} files of that trace are not there"
        raise MisuseError(message, advice="Name the very files that were traced then, in any order.")
    stated = Stated(purpose=before.purpose, surfaced_at=before.surfaced_at)
    found = concluded(workspace, stated, leaks, codes=before.recipients, looks=before.looks)
    replayed = Replayed(before=before, now=replace(traced, record=replace(found, id=before.id)))
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.note(
        EventKind.TRACE_REPLAYED, before.id, actor=me, now=now, detail={"same": int(replayed.is_same)}
    )
    return replayed


def _withheld(workspace: Workspace, surfaced_at: SurfacedAt, *, is_protected: bool) -> Withheld | None:
    """Tell whether leaks are withheld; keep that they were, and where they surfaced: neither which, nor what for."""
    if not surfaced_at.protects_sources and not is_protected:
        return None
    why = "protected_disclosure" if is_protected else str(surfaced_at)
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.note(EventKind.TRACE_WITHHELD, workspace.id, actor=me, now=now, detail={"why": why})
    return Withheld(surfaced_at=surfaced_at)


def _codes(numbers: int) -> int:
    """Return how many codes are tested.

    Raises:
        MisuseError: none: there is no recipient.
    """
    if numbers < 1:
        message = "nobody was given a copy: there is no recipient"
        raise MisuseError(message, advice="Add some: rempart recipient add")
    return numbers


def _read(
    workspace: Workspace, paths: Sequence[Path], settings: Settings, against: Against
) -> tuple[Traced, list[LeakRead]]:
    """Do (3) and (4) for every file."""
    check_roots(paths)
    leaks: list[LeakRead] = []
    skipped: list[Skipped] = []
    repeated: list[Repeated] = []
    with LeakReader(workspace, settings) as reader:
        for found in reader.read(paths, against):
            match found:
                case LeakRead():
                    leaks.append(found)
                case Repeated():
                    repeated.append(found)
                case Skipped():
                    skipped.append(found)
            if len(leaks) > LEAKS_MOST:
                message = f"there are more than {LEAKS_MOST} leaks"
                raise MisuseError(message, advice="Choose some, before anything is scored.")
    labels = {leak.traced.sha256: leak.label for leak in leaks}
    return Traced(record=None, labels=labels, skipped=tuple(skipped), repeated=tuple(repeated)), leaks


def _originals(record: TraceRecord) -> frozenset[tuple[str, str | None]]:
    """Return with which original each leak was compared."""
    return frozenset((leak.sha256, leak.asset) for leak in record.leaks)
