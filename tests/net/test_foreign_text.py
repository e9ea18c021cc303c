"""What a text of the outside hides is found, and is not shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.net.foreign_text import SHOWN_CHARACTERS, find_hidden, shown


@pytest.mark.parametrize("character", ["\n", "\x7f", "\u2028", "\u2066", "\ufeff", "\ufe0f", "\U000e0041", "\ue000"])
def test_what_is_hidden_is_named_by_its_number(character: str) -> None:
    """It could not be seen in a message either."""
    assert find_hidden(f"a{character}") == f"it holds the character U+{ord(character):04X}"


def test_french_spaces_are_seen() -> None:
    """French writes them before its colons and inside its quotes."""
    assert find_hidden("Retrait\u202f: «\u00a0œuvre\u00a0»") == ""


@given(st.text())
def test_what_is_shown_hides_nothing(text: str) -> None:
    """It is one short line."""
    line = shown(text)

    assert find_hidden(line) == ""
    assert len(line) <= SHOWN_CHARACTERS
