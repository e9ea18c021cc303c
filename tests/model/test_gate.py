"""The gate stops names that may concern a minor, lets ordinary ones pass, and cannot be gone around."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.model import Cleared, MediaBytes, MediaFile, MinorGate, Stopped, StopReason
from rempart.model.gate import _SEAL, _Seal
from rempart.model.gate_rules import readings

STOPPED = [
    ("teen", "en-word"),
    ("my kids at the beach.jpg", "en-word"),
    ("schoolGirl_02.png", "en-word"),
    ("high-school party.jpg", "en-word"),
    ("underage", "en-word"),
    ("under_18.zip", "en-word"),
    ("mineure.jpg", "fr-word"),
    ("Lycée Pasteur/IMG_1.jpg", "fr-word"),
    ("ado.webp", "fr-word"),
    ("collégienne", "fr-word"),
    ("petite-fille.jpg", "fr-word"),
    ("petitefille.jpg", "fr-word"),
    ("highschool", "en-word"),
    ("classe de CM2", "fr-class"),
    ("12yearsold", "en-age"),
    ("15yrold", "en-age"),
    ("quatorzeans", "fr-age"),
    ("fille_de_14", "fr-age"),
    ("née le 3 mai 2012", "birth-year"),
    ("born_05_2012", "birth-year"),
    ("moins de 18", "fr-word"),
    ("classe en 4eme", "fr-word"),
    ("au collège", "fr-college"),
    ("15ans.jpg", "fr-age"),
    ("photo_16_ans", "fr-age"),
    ("quinze ans", "fr-age"),
    ("âgée de 14 jours", "fr-age"),
    ("17yo.jpg", "en-age"),
    ("15-year-old", "en-age"),
    ("aged 13", "en-age"),
    ("sixteen years", "en-age"),
    ("née en 2010", "birth-year"),
    ("born_2009.jpg", "birth-year"),
]

#: The same words, written so as to pass.
HIDDEN = [
    "t33n.jpg",
    "sch00lgirl",
    "m1neure",
    "T E E N",
    "t.e.e.n",
    "teeeeen",
    "te\N{ZERO WIDTH SPACE}en",
    "t\N{CYRILLIC SMALL LETTER IE}\N{CYRILLIC SMALL LETTER IE}n",
    "\N{FULLWIDTH LATIN SMALL LETTER T}een",
    "te\N{COMBINING ACUTE ACCENT}en",
    "%74een",
    "%2574een",
    "te\nen",
    "une lyceenne\nbonjour",
    "bonjour\tlycéenne\r\n",
    "lyce\N{COMBINING ACUTE ACCENT}e",
    "KiDs.jpg",
    "TeEn.jpg",
    "MiNeUrE.jpg",
    "chi1dren",
    "ch1ldren",
    "%25252574een",
    "lyc%E9e",
    "lyc\udce9e",
    "\udc82coli\udc8are.jpg",
    "x" * 10_000 + " teen",
]

ORDINARY = [
    "IMG_2016.jpg",
    "DSC00015.JPG",
    "IMG-20150101-WA0017.jpg",
    "Screenshot_2024-05-15 at 12.15.16.png",
    "avocado.png",
    "Colorado river 2017.jpg",
    "kidney beans.jpg",
    "adorable.jpg",
    "18 ans.jpg",
    "25yo.jpg",
    "115ans",
    "college_party.jpg",
    "canteen.jpg",
    "f16.jpg",
    "photo (15).jpg",
    "d41d8cd98f00b204e9800998ecf8427e.jpg",
    "ad09a71df692.jpg",
    "secondary.jpg",
    "premier.jpg",
    "4aea0ce2-1b0c-4c8e-9cm1-aa00bb11cc22.jpg",
    "area_10cm2.jpg",
    "lincoln_ne_2019.jpg",
    "ice_age_3.jpg",
    "née en 1985.jpg",
]


def judged(name: str, vocabulary: Iterable[str] = ()) -> Cleared[MediaBytes] | Stopped:
    """Return what the gate says of a name."""
    return MinorGate(vocabulary).check(MediaBytes(data=b"", label=name))


@pytest.mark.parametrize("name, rule", STOPPED)
def test_stops_by_the_named_rule(name: str, rule: str) -> None:
    """A word, an age or a birth year stops an item, and the stop says which rule did."""
    verdict = judged(name)

    assert isinstance(verdict, Stopped)
    assert verdict.rule == rule


@pytest.mark.parametrize("name", HIDDEN)
def test_stops_what_is_written_to_pass(name: str) -> None:
    """Figures for letters, spaces, invisible and foreign letters, encodings and length do not hide a word."""
    assert isinstance(judged(name), Stopped)


@pytest.mark.parametrize("name", ORDINARY)
def test_lets_ordinary_names_pass(name: str) -> None:
    """Names that cameras, telephones and people give are not stopped."""
    assert isinstance(judged(name), Cleared)


def test_every_name_of_an_item_counts() -> None:
    """A folder's name stops the files in it."""
    item = MediaFile(path=Path("a/b.jpg"), label="a/b.jpg", names=("holidays", "lycee", "IMG_1.jpg"))

    assert isinstance(MinorGate().check(item), Stopped)


def test_a_hotline_s_vocabulary_is_used_and_never_shown() -> None:
    """A term of the file stops by its line's number: neither the rule nor the words repeat it."""
    verdict = judged("x_ZORGLÜB-9.jpg", ["# comment", "", "zorglub"])

    assert isinstance(verdict, Stopped)
    assert verdict.reason is StopReason.HOTLINE_VOCABULARY
    assert verdict.rule == "hotline-vocabulary line 3"
    assert "zorg" not in verdict.in_words().lower()


def test_a_vocabulary_is_text_not_patterns() -> None:
    """A term cannot be a pattern that matches everything or never ends."""
    assert isinstance(judged("aaaa.jpg", [".*", "(a+)+$"]), Cleared)


def test_nobody_else_makes_a_cleared_value() -> None:
    """The constructor wants a seal that the gate's file keeps; another seal is refused."""
    item = MediaBytes(data=b"", label="x")

    with pytest.raises(TypeError, match=r"only MinorGate\.check"):
        Cleared(item, _Seal())
    with pytest.raises(TypeError):
        dataclasses.replace(Cleared(item, _SEAL), item=MediaBytes(data=b"", label="other"))
    with pytest.raises(TypeError):
        Cleared(item)  # type: ignore[call-arg]  # this is the type error that a forgotten gate is


def test_what_was_read_since_is_cleared_by_the_same_names() -> None:
    """A member is judged before its bytes are there; bytes of other names are refused."""
    cleared = MinorGate().check(MediaBytes(data=b"", label="x", names=("a.zip", "x")))
    assert isinstance(cleared, Cleared)

    read = cleared.with_content(MediaBytes(data=b"content", label="shown", names=("a.zip", "x")))

    assert read.item.data == b"content"
    with pytest.raises(TypeError, match="names that were judged"):
        cleared.with_content(MediaBytes(data=b"content", label="x", names=("a.zip", "lycee")))


def test_a_cleared_value_holds_here_only() -> None:
    """It cannot be pickled, nor copied around the check."""
    cleared = Cleared(MediaBytes(data=b"", label="x"), _SEAL)

    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(cleared)
    with pytest.raises(TypeError, match="pickled"):
        copy.copy(cleared)


@given(st.text(max_size=80))
def test_readings_are_total(name: str) -> None:
    """Any text can be read, and reading never gives upper case or doubled spaces."""
    for reading in readings(name):
        assert "  " not in reading
        assert reading == reading.strip()


@given(st.sampled_from([name for name, _ in STOPPED]), st.sampled_from(["", "IMG_", "x-", "(", "2024 "]))
def test_case_and_surroundings_do_not_matter(name: str, before: str) -> None:
    """A stopped name stays stopped in capitals and beside other words."""
    assert isinstance(judged(f"{before}{name.upper()}"), Stopped)
    assert isinstance(judged(f"{before}{name} copy"), Stopped)
