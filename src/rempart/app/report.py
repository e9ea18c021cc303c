"""Write the page of a scan: self-contained, without any media, ready to print, in French or in English.

Names are shown as text, regions as outlines, clues in words. The page runs no script and loads nothing: its content
security policy allows one style sheet, by its digest.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TypeVar

import jinja2
import markupsafe

from rempart import __version__, clock, whole_file
from rempart.app.intake import Plain, Skipped
from rempart.app.listed import Listed
from rempart.app.listed_texts import LISTED_TEXTS
from rempart.app.report_texts import TEXTS, Texts
from rempart.app.scan import Tally
from rempart.config import ReportSettings
from rempart.detect import PDQ_VERSIONS, RADIUS_BITS
from rempart.errors import OutputError
from rempart.model import Clue, ClueKind, Match, Region, Stopped, Unreadable

#: Near the beginning of every report: what an earlier one is recognised by before it is replaced.
REPORT_MARK = b'<meta name="generator" content="Rempart">'

RowT = TypeVar("RowT")

_OUTLINE_PX = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A region, drawn in the suspect's frame: numbers for an SVG, scaled to a small picture."""

    width: float
    """Of the frame."""
    height: float
    """Of the frame."""
    points: str
    """The region's corners."""
    top: tuple[float, float, float, float]
    """The asset's top edge, from its left to its right: shows a turn or a reflection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPath:
    """A path that is safe to write, cut so that its last part stands out."""

    folder: str
    """With its last slash; empty if there is none."""
    file: str
    """The last part."""

    @classmethod
    def of(cls, path: str) -> ShownPath:
        """Cut a path."""
        folder, slash, file = shown(path).rpartition("/")
        return cls(folder=folder + slash, file=file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One match, in words."""

    suspect: ShownPath
    asset: ShownPath
    score: str
    clues: tuple[str, ...]
    outline: Outline | None
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRow:
    """One item that was not compared, in words."""

    label: ShownPath
    role: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRow:
    """One suspect that is close to a code of partners, in words."""

    suspect: ShownPath
    code: str
    partners: str
    listed_as: str
    distance: str
    opinions: tuple[str, ...]


class ReportWriter:
    """Collects the events of a scan and writes the page at its end, whole or not at all."""

    def __init__(self, path: Path, settings: ReportSettings, *, radius_bits: int = RADIUS_BITS) -> None:
        """Prepare an empty page.

        Args:
            path: Where the page goes (:func:`rempart.app.outputs.check_outputs` has judged it).
            settings: Language, and how many rows are listed.
            radius_bits: What the page says of how close two fingerprints must be.
        """
        self._path = path
        self._radius_bits = radius_bits
        self._settings = settings
        self._texts = TEXTS[settings.language]
        self._rows: list[Row] = []
        self._decoys: list[Row] = []
        self._listed_texts = LISTED_TEXTS[settings.language]
        self._listed: list[ListedRow] = []
        self._stopped: list[SkippedRow] = []
        self._unreadable: list[SkippedRow] = []
        self._plain: list[SkippedRow] = []
        self._left_out = 0

    def add(self, event: Match | Skipped | Listed, channel: str = "") -> None:
        """Keep an event, up to the limit of rows; beyond it, count.

        Args:
            event: What happened.
            channel: Of a match on a decoy, who was handed it: these stand first, and have a limit of their own.
        """
        if isinstance(event, Match):
            self._keep(self._decoys if channel else self._rows, self._row(event, channel))
            return
        if isinstance(event, Listed):
            self._keep(self._listed, self._listed_row(event))
            return
        row = self._skipped_row(event)
        match event.outcome:
            case Stopped():
                self._keep(self._stopped, row)
            case Unreadable():
                self._keep(self._unreadable, row)
            case Plain():
                self._keep(self._plain, row)

    def write(self, tally: Tally) -> None:
        """Render the page and put it in place in one step: an older report stays until the new one is complete.

        Raises:
            OutputError: the disk is full, or the folder cannot be written any more.
        """
        replace_file(self._path, self.render(tally))

    def render(self, tally: Tally) -> str:
        """Return the page."""
        folder = resources.files("rempart.app") / "templates"
        environment = jinja2.Environment(
            autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        style = (folder / "report.css").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
        template = environment.from_string((folder / "scan.html").read_text(encoding="utf-8"))
        return template.render(
            t=self._texts,
            language=self._settings.language,
            when=self._texts.instant(clock.utc_now()),
            style=markupsafe.Markup(style),  # noqa: S704 - our own file, not data
            style_digest=digest,
            tally=tally,
            seconds=self._texts.number(tally.seconds, 1),
            rows=[*self._decoys, *self._rows],
            decoys=self._decoys,
            l=self._listed_texts,
            listed=self._listed,
            stopped=self._stopped,
            unreadable=self._unreadable,
            plain=self._plain,
            left_out=self._left_out,
            pipeline=", ".join(PDQ_VERSIONS),
            radius=self._radius_bits,
            version=__version__,
        )

    def _keep(self, rows: list[RowT], row: RowT) -> None:
        if len(rows) < self._settings.max_rows:
            rows.append(row)
        else:
            self._left_out += 1

    def _row(self, match: Match, channel: str) -> Row:
        return Row(
            suspect=ShownPath.of(match.suspect),
            asset=ShownPath.of(match.asset),
            score=self._texts.number(match.score, 2),
            clues=match_in_words(match, self._texts),
            outline=outline(match.region, match.width, match.height) if match.region else None,
            channel=shown(channel),
        )

    def _listed_row(self, event: Listed) -> ListedRow:
        texts = self._listed_texts
        return ListedRow(
            suspect=ShownPath.of(event.label),
            code=event.code,
            partners=shown(", ".join(event.partners)),
            listed_as=texts.listed_as(event),
            distance=texts.distance(event),
            opinions=tuple(shown(texts.said(opinion)) for opinion in event.opinions),
        )

    def _skipped_row(self, skipped: Skipped) -> SkippedRow:
        texts, outcome = self._texts, skipped.outcome
        match outcome:
            case Unreadable():
                why = texts.unreadable[outcome.reason] + (f" ({outcome.detail})" if outcome.detail else "")
            case Stopped():
                why = f"{texts.stop_reasons[outcome.reason]} ({outcome.rule})"
            case Plain():
                why = ""
        return SkippedRow(label=ShownPath.of(skipped.label), role=texts.roles[skipped.role], why=shown(why))


def shown(text: str) -> str:
    """Make a name safe to write as UTF-8 and impossible to mistake: invisible characters are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def match_in_words(match: Match, texts: Texts) -> tuple[str, ...]:
    """Say each clue of a match, and how much of the asset is shown if it is not all of it."""
    words = [clue_in_words(clue, texts) for clue in match.clues]
    if match.is_crop and match.overlap is not None:
        words.append(texts.crop.format(percent=percent(match.overlap)))
    return tuple(words)


def clue_in_words(clue: Clue, texts: Texts) -> str:
    """Say what a clue is and how strong, for a person who does not know fingerprints."""
    if clue.kind is ClueKind.SAME_BYTES:
        return texts.same_bytes
    parts = (
        _measured(clue, texts),
        "" if clue.explained is None else texts.explained.format(percent=percent(clue.explained)),
        texts.orientations[clue.orientation],
        texts.inverted if clue.is_inverted else "",
        texts.frame.format(number=clue.frame + 1) if clue.frame else "",
    )
    return ", ".join(part for part in parts if part)


def _measured(clue: Clue, texts: Texts) -> str:
    """Say what was compared, and by how much it agrees."""
    match clue.kind:
        case ClueKind.SAME_BYTES:
            words = texts.same_bytes
        case ClueKind.WHOLE_FRAME:
            words = texts.whole_frame
        case ClueKind.INNER_FRAME:
            words = texts.inner_frame
        case ClueKind.PART:
            words = texts.parts if clue.of else texts.part
        case ClueKind.LOCAL_FEATURES:
            words = texts.points if clue.count else texts.pixels
        case ClueKind.SAME_THING:
            words = texts.same_thing
        case ClueKind.LEARNED:
            return texts.learned.format(model=clue.model, percent=percent(clue.weight))
    return words.format(count=clue.count, of=clue.of, bits=clue.distance_bits)


def percent(share: float) -> str:
    """Write a share of 1 as a whole number of percent."""
    return f"{share * 100:.0f}"


def outline(region: Region, width: int, height: int) -> Outline:
    """Scale a region to a small drawing."""
    scale = _OUTLINE_PX / max(width, height, 1)
    points = [(round(x * scale, 1), round(y * scale, 1)) for x, y in region]
    return Outline(
        width=round(width * scale, 1),
        height=round(height * scale, 1),
        points=" ".join(f"{x},{y}" for x, y in points),
        top=(*points[0], *points[1]),
    )


def replace_file(path: Path, text: str) -> None:
    """Write a file that only this user can read, beside the old one, then exchange them.

    Raises:
        OutputError: it could not be written; the old one is untouched and nothing is left behind.
    """
    try:
        whole_file.replace(path, text.encode())
    except OSError as error:
        message = f"the report {str(path)!r} cannot be written: {error.strerror}"
        advice = "The results above are complete; free some space or name another place, and run again."
        raise OutputError(message, advice=advice) from error
