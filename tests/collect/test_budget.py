"""Texts are cleaned, and cut where there is no more room."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from collect.plain import plain_text
from rempart.collect.budget import clean_text

_WORDS = st.text(alphabet="a é\n\t  \u200b\u202e\x0b\x1c\u2028\ufeff", max_size=40) | st.text(max_size=40)


@given(_WORDS)
@example("  a   b \n \n\n  c  ")
@example("\n \n")
@example("a\x85b\rc")
def test_a_text_is_cleaned_as_plainly(text: str) -> None:
    """The short way for texts that have nothing odd gives what the long way gives."""
    assert clean_text(text) == plain_text(text)


@given(_WORDS)
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    """Cleaning twice changes nothing but what the first left beside a sign that it removed."""
    once = clean_text(text)

    assert clean_text(once) == plain_text(once)
    assert "  " not in clean_text(once)
