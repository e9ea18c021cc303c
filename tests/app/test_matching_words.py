"""An explanation is said in whole sentences, the same ones everywhere, in two languages."""

from __future__ import annotations

import dataclasses
import string
from dataclasses import replace

import pytest

from explained import different, explanation
from rempart.app.matching_texts import MATCHING_TEXTS, MatchingTexts
from rempart.app.matching_words import tell
from rempart.detect.checks import Why
from rempart.detect.reasons import Answer
from rempart.model import Unreadable, UnreadableReason
from rempart.model.asset import AssetProtection

ENGLISH = (
    "The same picture. What was done to it: mirrored left to right, colours inverted, a crop: 62 % of the protected "
    "picture is shown."
)
FRENCH = (
    "La même image. Ce qui lui a été fait : en miroir, gauche et droite échangées, couleurs inversées, un "
    "recadrage : 62 % de l’image protégée est montré."  # noqa: RUF001 - French writes its apostrophes curved
)


@pytest.mark.parametrize("language, headline", [("en", ENGLISH), ("fr", FRENCH)])
def test_the_answer_comes_first_with_what_was_done(language: str, headline: str) -> None:
    """Then the two files, the clues, and what each protection would answer."""
    told = tell(explanation(), language, radius_bits=31)

    assert told.headline == headline
    assert told.lines()[0] == headline
    assert len(told.answers) == 3


def test_each_clue_is_a_line_with_its_numbers() -> None:
    """Those that do not count too."""
    told = tell(explanation(), "en", radius_bits=31)

    assert told.clues == (
        "bytes: the two files differ",
        "whole picture: a difference of 108 in 256 bits; it is a clue up to 31",
        "rectangle inside the suspect, or the suspect straightened (2 tried): a difference of 9 in 256 bits "
        "(mirrored left to right); it is a clue up to 31",
        "parts: 0 agree on a place (23 of the protected picture, 64 of the suspect)",
        "points: 0 agree on a place (300 of the protected picture, 500 of the suspect)",
        "pixels: 87 of 300 points agree where the picture would be",
        "pixels: 94 % of the texture that both show is explained; 62 % of the protected picture is shown, and fills "
        "100 % of the suspect",
    )


def test_each_threshold_is_named_with_what_stood_against_it() -> None:
    """And whether that was enough."""
    told = tell(explanation(), "en", radius_bits=31)

    missed = "whole picture 108 bits apart, 31 at most (detect.radius_bits): not enough"
    assert told.answers[0] == ("hash_only (one code): no match", (missed,))
    assert told.answers[2] == (
        "vault (the original too), or scan --assets: a match",
        (missed, "94 % of the texture explained, it takes 62 % (EXPLAINED_MIN): enough"),
    )


def test_what_is_different_has_nothing_done_to_it() -> None:
    """No word of a turn or a crop where there is no match."""
    assert tell(different(), "en", radius_bits=31).headline == "Two different pictures."


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_comparison_that_failed_says_why(language: str) -> None:
    """In words; and one that came to nothing says so."""
    failed = replace(explanation(), looked=None, failure=Unreadable(reason=UnreadableReason.TIME))

    words = MATCHING_TEXTS[language].no_pixels.partition("{")[0]

    assert any(line.startswith(words) for line in tell(failed, language, radius_bits=31).clues)
    assert any(line.startswith(words) for line in tell(replace(failed, failure=None), language, radius_bits=31).clues)


def test_names_are_safe_to_write() -> None:
    """What could act is shown escaped."""
    told = tell(explanation("a\x1b[2J\u202e\udcff.jpg"), "en", radius_bits=31)

    assert r"a\x1b[2J\u202e\udcff.jpg" in told.sides[0]
    assert "\n".join(told.lines()).encode("utf-8")


def test_both_languages_fill_every_table_and_the_same_places() -> None:
    """No sentence is missing in one of them, and each takes the same values."""
    for field in dataclasses.fields(MatchingTexts):
        french, english = (getattr(MATCHING_TEXTS[language], field.name) for language in ("fr", "en"))
        if isinstance(french, str):
            french, english = {"": french}, {"": english}
        assert set(french) == set(english), field.name
        for key, text in french.items():
            assert text, field.name
            assert _places(text) == _places(english[key]), (field.name, key)
    texts = MATCHING_TEXTS["fr"]
    assert (set(texts.answers), set(texts.verdicts), set(texts.reasons)) == (set(Answer), set(Answer), set(Why))
    assert set(texts.protections) == set(AssetProtection)


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
