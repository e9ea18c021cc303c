"""Say an explanation in words: the same sentences on the terminal and under the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rempart.app.matching import Explanation, Judged, Side
from rempart.app.matching_texts import MATCHING_TEXTS, MatchingTexts
from rempart.app.report import percent, shown
from rempart.app.report_texts import TEXTS
from rempart.detect.checks import Reason, Why
from rempart.detect.frame_bank import FrameHit
from rempart.detect.reasons import Answer
from rempart.model import Orientation

#: Measured as shares of 1, said as percents.
_SHARES: Final = frozenset(
    {Why.PARTS_SHARE, Why.EXPLAINED, Why.EXPLAINED_FEW, Why.EXPLAINED_CLEAR, Why.SEEN, Why.FILLED}
)
#: Sums of weights: one digit tells.
_WEIGHTS: Final = frozenset({Why.PARTS_POINT, Why.POINTS_POINT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An explanation in sentences, names made safe to write."""

    headline: str
    """The answer, and what was done to the picture."""
    sides: tuple[str, ...]
    """The two files."""
    clues: tuple[str, ...]
    """What was measured, cheap clues first."""
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    """For each protection, the answer, then the thresholds that it rests on."""

    def lines(self) -> tuple[str, ...]:
        """Return every sentence, in reading order."""
        answers = [line for answer, why in self.answers for line in (answer, *why)]
        return (self.headline, *self.sides, *self.clues, *answers)


def tell(found: Explanation, language: str, *, radius_bits: int) -> Told:
    """Say an explanation in French (``fr``) or in English (``en``)."""
    texts = MATCHING_TEXTS[language]
    return Told(
        headline=_headline(found, texts, language),
        sides=(_side(found.asset, texts.asset, texts), _side(found.suspect, texts.suspect, texts)),
        clues=tuple(_clues(found, texts, language, radius_bits)),
        answers=tuple(_judged(one, texts, language) for one in found.judged),
    )


def _headline(found: Explanation, texts: MatchingTexts, language: str) -> str:
    answer = texts.answers[found.answer]
    if found.match is None or found.answer is not Answer.SAME_PICTURE:
        return answer
    clue, words = found.match.clues[0], TEXTS[language]
    crop = ""
    if found.match.is_crop and found.match.overlap is not None:
        crop = words.crop.format(percent=percent(found.match.overlap))
    changes = _turned(clue.orientation, language, is_inverted=clue.is_inverted, more=crop)
    return f"{answer} {texts.done.format(changes=changes)}" if changes else answer


def _turned(orientation: Orientation, language: str, *, is_inverted: bool, more: str = "") -> str:
    words = TEXTS[language]
    parts = (words.orientations[orientation], words.inverted if is_inverted else "", more)
    return ", ".join(part for part in parts if part)


def _side(side: Side, name: str, texts: MatchingTexts) -> str:
    template = texts.no_quality if side.quality is None else texts.side
    return template.format(
        side=name, label=shown(side.label), width=side.width, height=side.height, quality=side.quality
    )


def _clues(found: Explanation, texts: MatchingTexts, language: str, radius_bits: int) -> list[str]:
    measures = found.measures
    lines = [texts.same_bytes if measures.same_bytes else texts.other_bytes]
    for template, absent, hit in (
        (texts.whole, texts.no_whole, measures.whole),
        (texts.inner, texts.no_inner, measures.inner),
    ):
        lines.append(_distance(template, hit, language, radius_bits, len(measures.frames)) if hit else absent)
    for template, support in ((texts.parts, measures.parts), (texts.points, measures.points)):
        lines.append(template.format(count=support.count, known=support.known, seen=support.seen))
    if found.parts is not None:
        lines.append(texts.pixels_parts.format(count=found.parts.count, of=found.parts.of))
    return [*lines, *_pixels(found, texts, language)]


def _distance(template: str, hit: FrameHit, language: str, radius_bits: int, frames: int) -> str:
    """Say how far apart two codes are, and, where that is close, how the suspect is turned."""
    turned = ""
    if hit.distance_bits <= radius_bits:
        turned = _turned(hit.code.orientation, language, is_inverted=hit.is_inverted)
    turned = f" ({turned})" if turned else ""
    return template.format(bits=hit.distance_bits, turned=turned, radius=radius_bits, frames=frames)


def _pixels(found: Explanation, texts: MatchingTexts, language: str) -> list[str]:
    looked = found.looked
    if looked is None:
        reason = TEXTS[language].unreadable[found.failure.reason] if found.failure else texts.not_enough
        return [texts.no_pixels.format(reason=reason)]
    lines = [texts.pixels_points.format(count=looked.count, of=looked.of)] if looked.of else []
    pixels = texts.pixels.format(
        explained=percent(looked.explained),
        shown=percent(looked.seen),
        filled=percent(min(1.0, looked.filled)),
        frame=texts.in_frame if looked.in_frame else "",
    )
    return [*lines, pixels]


def _judged(one: Judged, texts: MatchingTexts, language: str) -> tuple[str, tuple[str, ...]]:
    colon = TEXTS[language].colon
    answer = f"{texts.protections[one.protection]}{colon}{texts.verdicts[one.answer]}"
    return answer, tuple(_reason(reason, texts, language) for reason in one.reasons)


def _reason(reason: Reason, texts: MatchingTexts, language: str) -> str:
    words = texts.reasons[reason.why]
    if reason.why is Why.SAME_BYTES:
        return words
    value, limit = (_number(reason.why, v, language) for v in (reason.value, reason.limit))
    told = words.format(value=value, limit=limit, name=reason.name)
    return f"{told}{TEXTS[language].colon}{texts.enough if reason.is_met else texts.not_enough}"


def _number(why: Why, value: float, language: str) -> str:
    if why in _SHARES:
        return percent(value)
    return TEXTS[language].number(value, 1) if why in _WEIGHTS else str(round(value))
