"""The code can be typed as people type, and a slip is named by its line and never repeated."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import KeyFileError
from rempart.keys import RecoveryCode

CODE = RecoveryCode("AGE-SECRET-KEY-1WE8LLCZR54L3EGGGXC3R99TQ59YJGPGRF08QZDJNV2U8CL8FNQUQSUZMRP")
LINES = CODE.groups()


def test_the_lines_are_short_and_hold_the_code() -> None:
    """Four lines of at most three groups of five."""
    groups = [re.fullmatch(r"(\d): ((?:\w{3,5} ?)+) *= (\w\w)", line) for line in LINES]

    assert [g[1] for g in groups if g] == ["1", "2", "3", "4"]
    letters = "".join(g[2] for g in groups if g).replace(" ", "")
    assert f"AGE-SECRET-KEY-1{letters}" == CODE.reveal()


@pytest.mark.parametrize(
    "text",
    [
        CODE.reveal(),
        CODE.reveal().lower(),
        CODE.reveal().removeprefix("AGE-SECRET-KEY-1"),
        f"  {CODE.reveal()}\n",
        CODE.reveal().replace("-", ""),
        "-".join(re.findall("..?.?.?", CODE.reveal().removeprefix("AGE-SECRET-KEY-1"))),
        "\n".join(LINES),
        "\r\n\r\n".join(LINES).lower(),
        " ".join(LINES),
        "AGE-SECRET-KEY-1\n" + "\n".join(LINES),
        "\n".join(reversed(LINES)),
        "\n".join(line.partition("=")[0] for line in LINES),
        "\n".join(line.partition(":")[2].partition("=")[0] for line in LINES),
        "\n".join(line.replace(":", ".").replace(" ", "") for line in LINES),
        CODE.reveal().removeprefix("AGE-SECRET-KEY-1").replace("L", "1").replace("0", "O"),
        CODE.reveal().removeprefix("AGE-SECRET-KEY-1").replace("L", "i"),
        CODE.reveal().replace("-", "\u2011"),
    ],
)
def test_the_code_is_read_however_it_is_typed(text: str) -> None:
    """Case, spaces, dashes, line ends, numbers, checks, letters that look alike."""
    assert RecoveryCode.parse(text) == CODE


def changed(line: str, place: int) -> str:
    """Put another letter of the alphabet in a line of the sheet."""
    return line[:place] + ("Q" if line[place] != "Q" else "P") + line[place + 1 :]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("place", [3, 10, 17, 23])
def test_a_wrong_letter_is_found_on_its_line(number: int, place: int) -> None:
    """Checked before the whole code is."""
    lines = [*LINES]
    lines[number] = changed(lines[number], place)

    with pytest.raises(KeyFileError, match=f"line {number + 1} of the recovery code has a mistake") as caught:
        RecoveryCode.parse("\n".join(lines))

    assert_nothing_repeated(caught.value)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "has 0 characters instead of 58"),
        (CODE.reveal()[:-1], "has 57 characters instead of 58"),
        (CODE.reveal() + "Q", "has 59 characters instead of 58"),
        (CODE.reveal()[:-1] + "B", "character 58 of the recovery code is one that no code has"),
        (CODE.reveal()[:-1] + "é", "character 58 of the recovery code is one that no code has"),
        (CODE.reveal()[:-1] + "Q", "at least one wrong character"),
        ("\n".join(LINES[:2] + LINES[3:]), "lacks line 3"),
        ("\n".join((*LINES, LINES[0])), "a line 1 too many"),
        ("\n".join((*LINES, "5: QQQ")), "a line 5 too many"),
        ("\n".join((LINES[0].replace(" ", "", 1)[:-8] + " = QQ", *LINES[1:])), "line 1 .* instead of 15"),
        ("1: WE8LB CZR54 L3EGG", "character 5 on line 1 of the recovery code is one that no code has"),
        ("x" * 100_000, "is 100000 characters long"),
        ("1:" * 499, "line 1 of the recovery code has 0 characters"),
        ("age1s8v698hyxp6tedve2gpgg4p5run33jggluksf85pwtgstcercewqyady7n", "character"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    """Too short, too long, a letter of no code, a line that is missing or twice."""
    with pytest.raises(KeyFileError, match=message) as caught:
        RecoveryCode.parse(text)

    assert_nothing_repeated(caught.value)


def assert_nothing_repeated(error: KeyFileError) -> None:
    """No four letters of the code in a row are in what is said."""
    letters = CODE.reveal().removeprefix("AGE-SECRET-KEY-1")
    said = error.diagnostics().upper()
    assert not [letters[i : i + 4] for i in range(len(letters) - 3) if letters[i : i + 4] in said]
    assert CODE.reveal()[:-1] not in repr(error.__context__)


@given(text=st.text(alphabet=st.sampled_from("QPZRY9X8 12:.=-\nBé")) | st.text())
def test_no_text_is_taken_for_a_code(text: str) -> None:
    """And none ends in another error."""
    with pytest.raises(KeyFileError):
        RecoveryCode.parse(text)


def test_every_new_code_reads_back_from_its_lines() -> None:
    """Whatever its letters."""
    for _ in range(50):
        code = RecoveryCode.generate()
        assert RecoveryCode.parse("\n".join(code.groups())).reveal() == code.reveal()


def test_codes_are_equal_when_they_open_the_same() -> None:
    """And are hidden when shown."""
    other = RecoveryCode.generate()

    assert len({CODE, RecoveryCode(CODE.reveal()), other}) == 2
    assert CODE.reveal() not in f"{CODE!r} {CODE} {[CODE]}"
