"""From a leak to the copies it was made from, asked in this order, so that what must not be known is not computed.

(1) Where did it surface? What reached the press, an alert channel or a court, or is flagged as a protected disclosure,
is withheld: nothing is opened, nothing scored, and nothing kept but that it was withheld. (2) What for? (3) Which
originals of the vault does it resemble; if it is a video, which videos are there? (4) Each is compared in a sandbox of
its own, without any code. (5) The one that the leak fits best is scored here, once: a choice by fit, before any score,
is no further chance for an innocent copy. (6) What was found is kept with all that is needed to contest it or do it
again. Nothing follows by itself.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.candidates import candidates_of, video_candidates_of
from rempart.app.gating import make_gate
from rempart.app.intake import Role, Skipped
from rempart.app.marked_assets import vault_asset
from rempart.app.registering_videos import is_video
from rempart.app.vault import open_original
from rempart.app.wiring_copies import make_reading_pool
from rempart.app.wiring_videos import make_video_reading_pool, require_video
from rempart.app.workspace import Workspace
from rempart.attribute import CODE_VERSION, Codebook, LeakReading, conclude, reading_record
from rempart.attribute.reading_record import NotRead
from rempart.attribute.video_reading import VIDEO_CODE_VERSION
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError
from rempart.model import AssetId, Cleared, MediaBytes, MediaFile, MediaKind, MinorGate, Unreadable
from rempart.model.attribution import Attribution
from rempart.model.ids import IdKind, TraceId, new_id
from rempart.model.recipient import AccusedRecipient, SurfacedAt, TraceRecord, TraceVerdict
from rempart.model.work import AccessPurpose, EventKind

_A_KIND: Final = {MediaKind.IMAGE: "a picture", MediaKind.VIDEO: "a video"}
_PURPOSE_MOST: Final = 2_000
#: Scores that differ by less are the same: another processor adds up in another order.
_SAME_SCORE: Final = 1e-6
#: Smaller ones are no numbers any more, and 0 would be no bound.
_BOUND_LEAST: Final = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks of a leak."""

    leak: Path
    """The file."""
    purpose: str
    """What for, in her words."""
    surfaced_at: SurfacedAt
    """Where it was seen."""
    is_protected_disclosure: bool = False
    """Whether it may be a whistleblower's."""
    asset: str = ""
    """Which original; empty asks the vault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """That a leak is not traced, whoever asks."""

    surfaced_at: SurfacedAt
    """Where it was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A trace that was done again."""

    before: TraceRecord
    """What was kept."""
    now: TraceRecord
    """What is found now; it is not kept."""

    @property
    def is_same(self) -> bool:
        """Tell whether both say the same."""
        return (
            (self.before.verdict, self.before.asset) == (self.now.verdict, self.now.asset)
            and [each.recipient for each in self.before.accused] == [each.recipient for each in self.now.accused]
            and all(
                abs(a.score - b.score) <= _SAME_SCORE * max(1.0, abs(a.score))
                for a, b in zip(self.before.accused, self.now.accused, strict=True)
            )
        )


def trace_leak(workspace: Workspace, asked: Asked, settings: Settings) -> TraceRecord | Withheld | Skipped:
    """Trace one leak, and keep what was found.

    Returns:
        What was found; that it is withheld; or why the leak cannot be read, or was stopped.

    Raises:
        MisuseError: there is no purpose, or nothing that it can be compared with.
        ConfigError: it is a video, and what reads videos is not installed.
        IntegrityError: the original is gone, or damaged.
        SandboxError: the sandbox cannot work.
    """
    if asked.surfaced_at.protects_sources or asked.is_protected_disclosure:  # (1)
        _note_withheld(workspace, asked)
        return Withheld(surfaced_at=asked.surfaced_at)
    if not asked.purpose.strip() or len(asked.purpose) > _PURPOSE_MOST:  # (2)
        message = "a trace has a purpose" if not asked.purpose.strip() else "the purpose is too long"
        raise MisuseError(message, advice='Say what it is for: --purpose "end the subscription after a hearing"')
    wanted = AssetId(vault_asset(workspace, asked.asset).id) if asked.asset else None
    found = _traced(workspace, asked, settings, wanted, workspace.recipients.numbers())
    if isinstance(found, TraceRecord):  # (6)
        with workspace.database.transaction():
            workspace.traces.add(found)
            detail: dict[str, str | int] = {"verdict": found.verdict, "accused": len(found.accused)}
            workspace.journal.note(EventKind.LEAK_TRACED, found.id, actor=workspace.me.id, now=found.at, detail=detail)
    return found


def replay(workspace: Workspace, trace: str, leak: Path, settings: Settings) -> Replayed | Withheld | Skipped:
    """Do a trace again, with as many codes as then; nothing is kept but that it was done.

    Raises:
        NotFoundError: there is no such trace.
        MisuseError: the file is not the leak of then, or the original is no longer in the vault.
    """
    before = workspace.traces.get(trace)
    asked = Asked(leak=leak, purpose=before.purpose, surfaced_at=before.surfaced_at)
    if before.surfaced_at.protects_sources:
        return Withheld(surfaced_at=before.surfaced_at)
    wanted = vault_asset(workspace, before.asset).id if before.asset else None
    found = _traced(workspace, asked, settings, wanted, before.recipients, must_be=before.leak_sha256)
    if isinstance(found, Skipped):
        return found
    replayed = Replayed(before=before, now=replace(found, id=before.id))
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.note(
        EventKind.TRACE_REPLAYED, before.id, actor=me, now=now, detail={"same": int(replayed.is_same)}
    )
    return replayed


def _note_withheld(workspace: Workspace, asked: Asked) -> None:
    """Keep that it was withheld, and where it surfaced; neither which file, nor what for."""
    why = "protected_disclosure" if asked.is_protected_disclosure else str(asked.surfaced_at)
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.note(EventKind.TRACE_WITHHELD, workspace.id, actor=me, now=now, detail={"why": why})


def _traced(
    workspace: Workspace, asked: Asked, settings: Settings, wanted: AssetId | None, codes: int, *, must_be: str = ""
) -> TraceRecord | Skipped:
    """Do (3) to (5)."""
    if codes < 1:
        message = "nobody was given a copy: there is no recipient"
        raise MisuseError(message, advice="Add some: rempart recipient add")
    gate, item = make_gate(settings), MediaFile.named(asked.leak)
    verdict = gate.check(item)
    if not isinstance(verdict, Cleared):
        return Skipped(label=item.label, role=Role.SUSPECT, outcome=verdict)
    kind = MediaKind.VIDEO if is_video(item) else MediaKind.IMAGE
    if wanted and workspace.assets.get(wanted).kind is not kind:
        message = f"the leak is {_A_KIND[kind]}, and {wanted} is not"
        raise MisuseError(message, advice="A picture is traced to a picture, a video to a video.")
    if kind is MediaKind.VIDEO:
        require_video()
        found = video_candidates_of(workspace, verdict, wanted)
    else:
        found = candidates_of(workspace, verdict, settings)
    if isinstance(found, Unreadable):
        return Skipped(label=item.label, role=Role.SUSPECT, outcome=found)
    if must_be and found.sha256 != must_be:
        message = f"{asked.leak.name!r} is not the file of that trace"
        raise MisuseError(message, advice="Name the very file that was traced then.")
    best: tuple[AssetId | None, LeakReading | None] = (wanted, None)
    for asset in [wanted] if wanted else found.assets:
        reading = _read(workspace, asset, item, kind, found.content, gate, settings)  # (4)
        if isinstance(reading, Unreadable):
            return Skipped(label=item.label, role=Role.SUSPECT, outcome=reading)
        if best[1] is None or reading.quality > best[1].quality:
            best = (asset, reading)
    version = VIDEO_CODE_VERSION if kind is MediaKind.VIDEO else CODE_VERSION
    return _concluded(workspace, asked, best, codes, found.sha256, version)


def _read(
    workspace: Workspace,
    asset: AssetId,
    item: MediaFile,
    kind: MediaKind,
    leak: bytes,
    gate: MinorGate,
    settings: Settings,
) -> LeakReading | Unreadable:
    """Compare a leak with one original, in a sandbox that is made for it and ends with it."""
    writer = io.BytesIO()
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.opened(AccessPurpose.TRACE_LEAK, asset, actor=me, now=now)
    try:
        open_original(workspace, asset, writer)
    except OSError as error:
        message = f"the original of {asset} is missing from the vault: {error.strerror}"
        raise IntegrityError(message, advice="Restore the last backup: rempart restore") from error
    packed = reading_record.pack(writer.getvalue(), leak, workspace.keyring.mark_secrets(asset).asset_key)
    cleared = gate.check(MediaBytes(data=packed, label=item.label, names=item.names_to_check()))
    if not isinstance(cleared, Cleared):  # it was let pass under these very names
        message = "the gate answers one name in one way"
        raise AssertionError(message)  # noqa: TRY004 - not the caller's fault
    with make_video_reading_pool(settings) if kind is MediaKind.VIDEO else make_reading_pool(settings) as pool:
        [(_, outcome)] = pool.run([cleared], {})
    if isinstance(outcome, NotRead):
        raise IntegrityError(outcome.why, advice="Check the workspace with: rempart db check")
    return outcome


def _concluded(
    workspace: Workspace,
    asked: Asked,
    best: tuple[AssetId | None, LeakReading | None],
    codes: int,
    sha256: str,
    version: str,
) -> TraceRecord:
    """Score the reading that fits best; the seed of the codes is made here, and forgotten here."""  # (5)
    asset, reading = best
    attribution: Attribution | None = None
    if asset is not None and reading is not None:
        book = Codebook(workspace.keyring.mark_secrets(asset).code_seed, codes)
        attribution = conclude([(reading, book)], version)
    accused = []
    for each in attribution.accused if attribution else ():
        recipient = workspace.recipients.by_number(each.recipient)
        if recipient is not None:  # a number that was left out is nobody's: no copy of it was ever made
            accused.append(
                AccusedRecipient(
                    recipient=recipient,
                    score=each.score,
                    false_accusation_bound=max(each.false_accusation_bound, _BOUND_LEAST),
                )
            )
    verdict = TraceVerdict(attribution.verdict) if attribution else TraceVerdict.NOT_REGISTERED
    if verdict is TraceVerdict.ACCUSED and not accused:
        verdict = TraceVerdict.NOBODY
    return TraceRecord(
        id=TraceId(new_id(IdKind.TRACE)),
        asset=asset,
        verdict=verdict,
        surfaced_at=asked.surfaced_at,
        purpose=asked.purpose.strip(),
        leak_sha256=sha256,
        recipients=codes,
        accused=tuple(accused),
        tested_recipients=attribution.tested_recipients if attribution else 0,
        tests=attribution.tests if attribution else 0,
        threshold=attribution.threshold if attribution else 0.0,
        expected_score=attribution.expected_score if attribution else 0.0,
        registration_quality=attribution.registration_quality if attribution else 0.0,
        region=attribution.region if attribution else (),
        code_version=version,
        by=workspace.me.id,
        at=clock.utc_now(),
    )
