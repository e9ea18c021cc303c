"""Spreadsheets of recipients: both languages, every wrong line named, nothing half read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from rempart.app.recipient_files import read_recipients
from rempart.errors import MisuseError
from rempart.model.recipient import NewRecipient

TODAY = dt.date(2026, 11, 22)
ADA = NewRecipient(name="Ada", informed_on=dt.date(2026, 11, 2), how="terms §4", ref="C1", group="g")


def write(folder: Path, text: str | bytes) -> Path:
    """Write a file."""
    path = folder / "list.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "name,informed_on,how,ref,group\nAda,2026-11-02,terms §4,C1,g\n",
        "\ufeffNom;Informée le;Comment;Référence;Groupe\r\nAda;02/11/2026;terms §4;C1;g\r\n\r\n",
        'REF\tGroup\tHow\tInformed on\tName\tshoe size\nC1\tg\t"terms §4"\t2026-11-02\t Ada \t38\n',
    ],
)
def test_both_languages_and_every_separator(tmp_path: Path, text: str) -> None:
    """In any order of columns; those that are not known are passed over."""
    assert read_recipients(write(tmp_path, text), TODAY) == [ADA]


def test_every_wrong_line_is_named(tmp_path: Path) -> None:
    """With why; the right ones are not read either."""
    lines = [
        "name,informed_on,how,ref",
        "Ada,2026-11-02,x,",
        "Bea,32/01/2026,x,",
        ",2026-11-02,x,",
        "Cleo,2027-01-01,x,",
    ]
    lines += ["Dora,2026-11-02,,", "ADA,2026-11-02,x,", "Eva,2026-11-02,x,R", "Flo,2026-11-02,x,R"]

    with pytest.raises(MisuseError) as caught:
        read_recipients(write(tmp_path, "\n".join(lines)), TODAY)

    told = str(caught.value)
    for part in ("6 wrong", "line 3: '32/01", "line 4: there is no name", "line 5: 2027", "line 6: when"):
        assert part in told
    assert "line 7: it is the same as on line 2" in told
    assert "line 9: it is the same as on line 8" in told


@pytest.mark.parametrize(
    "text, why",
    [
        ("who,when\nAda,2026\n", "no column of names"),
        ("name,nom\nAda,Bea\n", "one column twice"),
        (b"name\n\xff\xfe", "UTF-8"),
        ('name\n"Ada', "no CSV"),
        ("", "no column of names"),
    ],
)
def test_what_is_no_list(tmp_path: Path, text: str | bytes, why: str) -> None:
    """Is refused whole."""
    with pytest.raises(MisuseError, match=why):
        read_recipients(write(tmp_path, text), TODAY)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Is told."""
    with pytest.raises(MisuseError, match="cannot be read"):
        read_recipients(tmp_path / "none.csv", TODAY)


@pytest.mark.parametrize(
    "lines, why",
    [
        ("Ada,2026-11-02,terms, §4,C1,g", "1 wrong line: line 2: it has more cells"),
        ("Ada,,,Bea,\nBea,,,,", "line 3: it is the same as on line 2"),
        ("Bea,,,,\nAda,,,Bea,", "line 3: it is the same as on line 2"),
        ("Be\u0301a,,,,\nB\u00e9a,,,,", "line 3: it is the same as on line 2"),
    ],
)
def test_lines_that_would_be_read_wrongly(tmp_path: Path, lines: str, why: str) -> None:
    """A comma without quotes shifts what follows; two that one word names would be confused."""
    with pytest.raises(MisuseError, match=why):
        read_recipients(write(tmp_path, f"name,informed_on,how,ref,group\n{lines}\n"), TODAY)


def test_empty_cells_at_the_end_of_a_line(tmp_path: Path) -> None:
    """Are what spreadsheets write; somebody may be called as her own reference is."""
    path = write(tmp_path, "name,informed_on,how,ref,group\nAda,2026-11-02,terms §4,Ada,g,,\n")

    assert [each.ref for each in read_recipients(path, TODAY)] == ["Ada"]
