"""Long texts are judged whole: the attacks are fillings, cuts, encodings and letters that hide between two pieces."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from rempart.app.text_pieces import OVERLAP, PIECE, pieces
from rempart.model import Cleared, MinorGate
from rempart.model.web import Address
from stops import FLAGGED

GATE = MinorGate()
FILLINGS = {
    "blanks": " " * 9_000,
    "words": "mot " * 2_499,
    "a long word": "m" * 5_990 + " ",
    "100,000 letters": "mot " * 25_000,
    "invisible": "\u200b" * 9_000,
    "marks": "ab" + "\u0301" * 9_000 + " ",
    "lines": "\n" * 50_000,
    "signs": ". - " * 3_000,
    "letters that expand": "ﷺ " * 3_000,
    "encoded": "%20" * 3_000,
    "encoded in depth": "%" + "25" * 9_000 + "20",
}


def is_stopped(text: str) -> bool:
    """Tell whether the gate stops one of the pieces."""
    return any(
        not isinstance(GATE.check(Address(url="https://a.example/", context=(p,))), Cleared) for p in pieces(text)
    )


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
@pytest.mark.parametrize("flagged", [FLAGGED, "petite\nfille", "born in the year 2012", "%6c%79c%C3%A9enne", "t e e n"])
def test_no_filling_moves_a_word_out_of_sight(filling: str, flagged: str) -> None:
    """The middle of a long text is judged like its ends."""
    assert is_stopped(f"{filling} {flagged} {filling}")


@pytest.mark.parametrize("filling", ["blanks", "invisible", "lines", "signs", "encoded", "encoded in depth"])
def test_no_filling_inside_a_term_takes_it_apart(filling: str) -> None:
    """However much stands between its words."""
    assert is_stopped(f"{'mot ' * 1_000}petite{FILLINGS[filling]}fille{' mot' * 1_000}")


@pytest.mark.parametrize("name", ["blanks", "words", "lines", "invisible"])
def test_fillings_alone_are_not_stopped(name: str) -> None:
    """Or the tests above would show nothing."""
    assert not is_stopped(FILLINGS[name] * 2)


@pytest.mark.parametrize("at", range(PIECE - OVERLAP - 50, PIECE + 50, 31))
def test_no_word_falls_between_two_pieces(at: int) -> None:
    """Wherever the cut is."""
    assert is_stopped(f"{'x ' * (at // 2)}petite {'z' * (at % 2)} fillette{' y' * 4_000}")


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_no_depth_of_encoding_hides_a_word(depth: int) -> None:
    """Each letter, and the signs of encoding too."""
    hidden = FLAGGED
    for _ in range(depth):
        hidden = "".join(f"%{byte:02X}" for byte in quote(hidden).encode())

    assert is_stopped(f"{'mot ' * 2_000}{hidden}{' mot' * 2_000}")


@pytest.mark.parametrize("text", ["une lycéenne\nbonjour", "bonjour\tlycéenne\r\nmerci", "lycéenne\u2028bonjour"])
def test_the_end_of_a_line_is_the_end_of_a_word(text: str) -> None:
    """Also in a text of one piece."""
    assert is_stopped(text)


def test_stretched_letters_are_read_as_people_do() -> None:
    """Ten thousand letters of one word."""
    assert is_stopped("t" + "eE" * 5_000 + "n " + "mot " * 2_000)


def test_pieces_hold_every_word() -> None:
    """Nothing is left out, the last one included."""
    text = " ".join(f"mot{number}" for number in range(20_000))

    assert set(" ".join(pieces(text)).split()) >= set(text.split())
