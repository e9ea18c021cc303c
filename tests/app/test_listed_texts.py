"""What the report says of suspects that partners list: a section of its own, in both languages."""

from __future__ import annotations

import dataclasses
import string
from pathlib import Path

import pytest

from listings import HOSTILE, event
from rempart.app.listed_texts import LISTED_TEXTS, ListedTexts
from rempart.app.report import ReportWriter
from rempart.app.scan import Tally
from rempart.config import ReportSettings
from rempart.model.exchange import Label, Verdict


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_report_has_a_section_of_its_own(tmp_path: Path, language: str) -> None:
    """Apart from the matches, with what it means, each opinion, and no name that acts."""
    writer = ReportWriter(tmp_path / "r.html", ReportSettings(language=language))  # type: ignore[arg-type]  # two words
    writer.add(event(partners=("Ada", HOSTILE), is_inner=True))
    words = LISTED_TEXTS[language]

    page = writer.render(Tally(imported=3, listed=1))

    assert f'<h2 id="listed">{words.title}</h2>' in page
    for text in (words.meaning, words.disputed, words.inner, words.verdicts[Verdict.DISPUTES], "imp_1", "Forum"):
        assert text in page
    assert page.index('id="matches"') < page.index('id="listed"') < page.index('id="reading"')
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_report_is_as_it_was_without_partners(tmp_path: Path) -> None:
    """No section, no count."""
    page = ReportWriter(tmp_path / "r.html", ReportSettings(language="en")).render(Tally())

    assert 'id="listed"' not in page
    assert "of partners" not in page


def test_both_languages_say_the_same() -> None:
    """No sentence is missing, and each takes the same values."""
    for field in dataclasses.fields(ListedTexts):
        french, english = (getattr(LISTED_TEXTS[language], field.name) for language in ("fr", "en"))
        if isinstance(french, str):
            assert french, field.name
            places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (french, english)]
            assert places[0] == places[1], field.name
        else:
            assert set(french) == set(english) == set(Label if field.name == "labels" else Verdict)
