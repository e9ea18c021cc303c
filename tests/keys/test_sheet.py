"""The sheet fits on a page, in both languages, and what is printed on it opens the keys."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.keys import RecoveryCode, SheetLanguage, render_recovery_sheet
from rempart.keys.sheet import COLUMNS, LINES

CODE = RecoveryCode.generate()


def sheet(language: SheetLanguage) -> str:
    """Return a sheet."""
    now = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-2)))
    return render_recovery_sheet(CODE, workspace_id="ws_" + "0" * 32, created_at=now, language=language)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_sheet_fits_on_a_page(language: SheetLanguage) -> None:
    """Of A4, in a typewriter's letters."""
    lines = sheet(language).splitlines()

    assert max(map(len, lines)) <= COLUMNS
    assert len(lines) <= LINES


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_printed_reads_back(language: SheetLanguage) -> None:
    """The lines of the code, as they are on the page."""
    printed = [line for line in sheet(language).splitlines() if line.startswith("      ") and "=" in line]

    assert RecoveryCode.parse("\n".join(printed)).reveal() == CODE.reveal()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_sheet_says_what_it_is_of(language: SheetLanguage) -> None:
    """The workspace, the day in UTC, the public half, and the two commands."""
    text = sheet(language)

    assert "ws_" + "0" * 32 in text
    assert "2026-11-22" in text
    assert CODE.recipient in text.replace("\n", "").replace(" ", "")
    assert " restore FI" in text
    assert "rempart key recover-drill\n" in text


def test_both_languages_say_the_same_things() -> None:
    """As many parts."""
    assert sheet("fr").count("\n\n") == sheet("en").count("\n\n")
