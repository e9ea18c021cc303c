"""Draw an explanation: two outlines, the agreement of each cell, and the words. No media, no script, nothing to load.

Colours are told apart by people who see few of them (Okabe and Ito's palette), and by their hatching in grey.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import jinja2

from rempart import __version__
from rempart.app.matching import Explanation, Side
from rempart.app.matching_texts import MATCHING_TEXTS, MatchingTexts
from rempart.app.matching_words import Told, tell
from rempart.app.report import Outline, replace_file
from rempart.detect.decision import CORRELATION_MIN
from rempart.detect.placement import placement_of
from rempart.detect.reasons import Answer
from rempart.model import Region

#: Near the beginning of every drawing: what an earlier one is recognised by before it is replaced.
DRAWING_MARK: Final = b'data-generator="Rempart match"'

#: Cells that correlate less than this, in percent, differ; between it and the ensemble's own threshold they may agree.
_UNSURE_MIN: Final = 30
_NOT_REACHED: Final = -1
_PLAIN: Final = -2
#: The drawing, in pixels.
_WIDTH: Final = 1000
_MARGIN: Final = 24
_PANEL: Final = (460, 340)
_LINE: Final = 19
_LETTERS: Final = 128
_NOTE_LETTERS: Final = 72
_RECTANGLES_MOST: Final = 12
#: How far beyond the suspect an asset is drawn, in the suspect's own size.
_BEYOND: Final = 0.6
_FILLS: Final = {
    "agrees": "#0072b2",
    "unsure": "url(#unsure)",
    "differs": "url(#differs)",
    "plain": "url(#plain)",
    "out": "#ffffff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle of the drawing, in its pixels."""

    x: float
    """Left."""
    y: float
    """Top."""
    width: float
    """Across."""
    height: float
    """Down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of the asset, or a key of the legend."""

    box: Box
    """Where."""
    kind: str
    """How it agrees: a key of the texts' ``cells``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything that the template writes."""

    width: int
    height: int
    description: tuple[str, ...]
    headline: tuple[tuple[int, str], ...]
    left: Box
    right: Box
    asset: Box
    cells: tuple[Cell, ...]
    frame: Box
    rectangles: tuple[str, ...]
    place: Outline | None
    is_placed: bool
    legend: tuple[Cell, ...]
    notes: tuple[tuple[int, int, str], ...]
    lines: tuple[tuple[int, int, int, str], ...]


def write_drawing(path: Path, found: Explanation, language: str, *, radius_bits: int) -> None:
    """Write the drawing, whole or not at all (:func:`rempart.app.outputs.check_outputs` has judged the path).

    Raises:
        OutputError: the disk is full, or the folder cannot be written any more.
    """
    replace_file(path, render_drawing(found, language, radius_bits=radius_bits))


def render_drawing(found: Explanation, language: str, *, radius_bits: int) -> str:
    """Return the drawing as SVG, in French (``fr``) or in English (``en``)."""
    template = resources.files("rempart.app") / "templates" / "match.svg"
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    texts = MATCHING_TEXTS[language]
    return environment.from_string(template.read_text(encoding="utf-8")).render(
        d=_drawing(found, tell(found, language, radius_bits=radius_bits), texts),
        t=texts,
        fills=_FILLS,
        language=language,
        version=__version__,
    )


def _drawing(found: Explanation, told: Told, texts: MatchingTexts) -> Drawing:
    """Lay everything out from top to bottom."""
    headline = tuple(_rows(textwrap.wrap(told.headline, 115), 64, 21))
    top = 64 + 21 * len(headline) + 26
    left = Box(x=_MARGIN, y=top, width=_PANEL[0], height=_PANEL[1])
    right = Box(x=_WIDTH - _MARGIN - _PANEL[0], y=top, width=_PANEL[0], height=_PANEL[1])
    asset = _fitted(found.asset, left)
    corners = _corners(found)
    scale, frame = _placed(found.suspect, corners, right)
    is_placed = found.answer is Answer.SAME_PICTURE and corners is not None
    below = top + _PANEL[1] + 14
    notes = _notes(texts, int(right.x), below, is_placed=is_placed, has_place=corners is not None)
    lines = tuple(_lines(told, texts, below + 34 + 17 * max(1, len(notes) - 1)))
    return Drawing(
        width=_WIDTH,
        height=(lines[-1][0] if lines else below) + 52,
        description=told.lines(),
        headline=headline,
        left=left,
        right=right,
        asset=asset,
        cells=tuple(_cells(found, asset)),
        frame=frame,
        rectangles=tuple(_rectangles(found, scale, frame)),
        place=_shifted(corners, scale, frame) if corners is not None else None,
        is_placed=is_placed,
        legend=tuple(
            Cell(box=Box(x=_MARGIN + 92 * k, y=below, width=14, height=14), kind=kind) for k, kind in enumerate(_FILLS)
        ),
        notes=notes,
        lines=lines,
    )


def _fitted(side: Side, panel: Box) -> Box:
    """Return a frame of a picture's proportions, in the middle of a panel."""
    scale = min(panel.width / max(side.width, 1), panel.height / max(side.height, 1))
    width, height = side.width * scale, side.height * scale
    return _box(panel.x + (panel.width - width) / 2, panel.y + (panel.height - height) / 2, width, height)


def _cells(found: Explanation, frame: Box) -> Iterable[Cell]:
    rows = found.looked.cells if found.looked else ()
    for i, row in enumerate(rows):
        for j, percent in enumerate(row):
            width, height = frame.width / len(row), frame.height / len(rows)
            box = _box(frame.x + j * width, frame.y + i * height, width, height)
            yield Cell(box=box, kind=_kind(percent))


def _kind(percent: int) -> str:
    """Name how a cell agrees."""
    if percent == _NOT_REACHED:
        return "out"
    if percent == _PLAIN:
        return "plain"
    if percent >= round(100 * CORRELATION_MIN):
        return "agrees"
    return "unsure" if percent >= _UNSURE_MIN else "differs"


def _corners(found: Explanation) -> Region | None:
    """Return where the asset lies, or would at best, in pixels of the suspect; None if that is nowhere."""
    if found.match is not None and found.match.region is not None:
        return found.match.region
    if found.looked is None:
        return None
    placement = placement_of(found.looked.pose, found.suspect.width, found.suspect.height)
    return placement[0] if placement else None


def _placed(side: Side, corners: Region | None, panel: Box) -> tuple[float, Box]:
    """Return the scale, and the suspect's frame, so that the asset's outline is in the panel too, as far as it may."""
    width, height = max(side.width, 1), max(side.height, 1)
    xs, ys = zip(*(corners or ((0, 0),)), strict=True)
    x0, x1 = max(min(0, *xs), -_BEYOND * width), min(max(width, *xs), (1 + _BEYOND) * width)
    y0, y1 = max(min(0, *ys), -_BEYOND * height), min(max(height, *ys), (1 + _BEYOND) * height)
    scale = min((panel.width - 16) / (x1 - x0), (panel.height - 16) / (y1 - y0))
    x = panel.x + (panel.width - scale * (x1 - x0)) / 2 - scale * x0
    y = panel.y + (panel.height - scale * (y1 - y0)) / 2 - scale * y0
    return scale, _box(x, y, scale * width, scale * height)


def _rectangles(found: Explanation, scale: float, frame: Box) -> Iterable[str]:
    """Draw the rectangles that lie inside the suspect; turns of the whole of it would only hide them."""
    width, height = found.suspect.width, found.suspect.height
    slack = 0.01 * max(width, height)
    inside = [
        code.region
        for code in found.measures.frames
        if code.region and all(-slack <= x <= width + slack and -slack <= y <= height + slack for x, y in code.region)
    ]
    for region in inside[:_RECTANGLES_MOST]:
        yield _shifted(region, scale, frame).points


def _shifted(region: Region, scale: float, frame: Box) -> Outline:
    """Bring corners from the suspect's pixels to the drawing's."""
    places = [(round(frame.x + scale * x, 1), round(frame.y + scale * y, 1)) for x, y in region]
    points = " ".join(f"{x},{y}" for x, y in places)
    return Outline(width=frame.width, height=frame.height, points=points, top=(*places[0], *places[1]))


def _notes(
    texts: MatchingTexts, x: int, y: int, *, is_placed: bool, has_place: bool
) -> tuple[tuple[int, int, str], ...]:
    """Explain the lines of the suspect's drawing, under it."""
    told = [*((texts.placed if is_placed else texts.tried,) if has_place else ()), texts.frames]
    wrapped = [line for one in told for line in textwrap.wrap(one, _NOTE_LETTERS)]
    return tuple((x, y + 12 + 17 * k, line) for k, line in enumerate(wrapped))


def _lines(told: Told, texts: MatchingTexts, y: int) -> Iterable[tuple[int, int, int, str]]:
    """Lay the sentences out: height, weight, indent, text."""
    blocks: list[tuple[int, int, str]] = [(400, 0, side) for side in told.sides]
    blocks += [(600, 0, texts.clues), *((400, 14, clue) for clue in told.clues), (600, 0, texts.protections_title)]
    for answer, why in told.answers:
        blocks += [(600, 14, answer), *((400, 28, reason) for reason in why)]
    for weight, indent, text in blocks:
        y += 8 if weight > 400 and not indent else 0  # noqa: PLR2004 - a heading
        for k, line in enumerate(textwrap.wrap(text, _LETTERS)):
            yield y, weight, indent + (14 if k else 0), line
            y += _LINE


def _rows(lines: Sequence[str], y: int, step: int) -> Iterable[tuple[int, str]]:
    return ((y + step * k, line) for k, line in enumerate(lines))


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x=round(x, 1), y=round(y, 1), width=round(width, 1), height=round(height, 1))
