"""Two spellings of one name are one name."""

from __future__ import annotations

import pytest

from rempart.model.names import is_name, skeleton


@pytest.mark.parametrize(
    "other", ["ANNE", " anne ", "anne.", "an\u200bne", "Ann\u0435", "a-n-n-e", "\uff41nne", "Ann\u00e9"]
)
def test_another_spelling_is_the_same_name(other: str) -> None:
    """Case, spaces, signs, invisible and look-alike letters, accents."""
    assert skeleton(other) == skeleton("Anne")


def test_other_names_are_others() -> None:
    """A letter more is another name."""
    assert len({skeleton(name) for name in ("Anne", "Anna", "Hanne", "Annette", "\u5b89\u5a1c")}) == 5


@pytest.mark.parametrize("text", ["", " ", "...", "\u200b", "a\nb", "z\udcff", "x" * 201, "own_" + "0" * 32])
def test_what_is_no_name(text: str) -> None:
    """No letters, several lines, no text, too long, or an identifier."""
    assert not is_name(text)


def test_names_of_the_world() -> None:
    """Any letters."""
    assert all(
        is_name(name) for name in ("Zoé", "Anne-Lise d'Arc", "\u5b89\u5a1c", "\u0641\u0627\u0637\u0645\u0629", "n")
    )
