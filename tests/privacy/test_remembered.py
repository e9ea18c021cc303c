"""A remembered value is found however it is spelled; a short one only as a word; memory is bounded."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.privacy import remembered
from rempart.privacy.remembered import Remembered
from seeds import FILE_NAME, NAME, PASSPHRASE


def memory(*values: str) -> Remembered:
    """Return a memory of some values."""
    made = Remembered()
    for value in values:
        made.add(value)
    return made


@pytest.mark.parametrize(
    "spelled",
    [
        NAME,
        NAME.upper(),
        NAME.casefold(),
        unicodedata.normalize("NFD", NAME),
        unicodedata.normalize("NFD", NAME.upper()),
        quote(NAME),
        quote_plus(NAME.lower()),
        NAME.encode("latin-1").decode("latin-1").replace(" ", "_"),
        NAME.replace(" ", "").replace("-", ""),
        NAME.encode("unicode_escape").decode(),
        repr(NAME.encode()),
        ascii(NAME),
        quote(NAME, encoding="latin-1"),
        "Segolene Quenouille Vasseur",
    ],
)
def test_every_spelling_is_found(spelled: str) -> None:
    """Case, accents composed or apart, percent and backslash escapes, other separators or none."""
    found = memory(NAME).spans(f"a hit of {spelled}, twice")

    assert len(found) == 1
    rest = f"a hit of {spelled}, twice"[: found[0][0]] + f"a hit of {spelled}, twice"[found[0][1] :]
    assert "uenouille" not in rest.lower()


def test_a_short_value_is_a_whole_word() -> None:
    """A name found inside a word would tell a reader that it is remembered."""
    known = memory("Anne", "Li")

    assert known.spans("the channel of Lille") == []
    assert len(known.spans("anne, ANNE_2026 and anne2 with li")) == 4


def test_a_passphrase_and_a_file_name_are_found() -> None:
    """In a longer text, in the middle of a word."""
    known = memory(PASSPHRASE, FILE_NAME)

    assert len(known.spans(f"x{PASSPHRASE.upper()}y, /tmp/{FILE_NAME}.part")) == 2


def test_the_longest_value_is_taken() -> None:
    """So that nothing of a full name is left by the shorter one."""
    text = "by Nadia Ben Salem"

    assert memory("Nadia", "Nadia Ben Salem", "Nadia Ben").spans(text) == [(3, len(text))]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest leave first; nothing of them stays behind."""
    monkeypatch.setattr(remembered, "VALUES_MAX", 20)
    known = Remembered()
    for number in range(50):
        known.add(f"person number {number:03}")

    assert len(known) <= 20
    assert known.spans("person number 049")
    assert not known.spans("person number 000")
    known.clear()
    assert not known.spans("person number 049")


@pytest.mark.parametrize("empty", ["", " ", "---", "\u0301"])
def test_a_value_without_letters_is_left_out(empty: str) -> None:
    """It would be everywhere."""
    assert len(memory(empty)) == 0


@given(st.lists(st.text(max_size=30), max_size=5), st.text(max_size=80))
def test_spans_are_places_of_the_text_in_order(values: list[str], text: str) -> None:
    """Whatever is remembered and looked at."""
    at = 0
    for start, end in memory(*values).spans(text):
        assert at <= start < end <= len(text)
        at = end
