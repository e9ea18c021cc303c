"""Read recipients from a spreadsheet's file (CSV, RFC 4180), with headers in English or French.

Every line is read before anything is done; those that are wrong are all named.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart.errors import MisuseError
from rempart.model.names import is_name, skeleton
from rempart.model.recipient import NewRecipient

_BYTES_MOST: Final = 32 * 1024 * 1024
_LINES_MOST: Final = 200_000
#: Letters of how she was told, of a reference, of a group.
TEXT_MOST: Final = 200
_TOLD_MOST: Final = 10
#: What a column is called, without case, accents, spaces and signs.
_HEADERS: Final = {
    **dict.fromkeys(("name", "nom", "recipient", "destinataire"), "name"),
    **dict.fromkeys(("informedon", "informed", "date", "informele", "informeele", "prevenule", "prevenuele"), "day"),
    **dict.fromkeys(("how", "comment", "moyen", "terms", "conditions"), "how"),
    **dict.fromkeys(("ref", "reference", "id", "identifiant"), "ref"),
    **dict.fromkeys(("group", "groupe", "list", "liste"), "group"),
}
_DAYS: Final = ("%Y-%m-%d", "%d/%m/%Y")


def read_recipients(path: Path, today: dt.date) -> list[NewRecipient]:
    """Read a file whole.

    Args:
        path: CSV in UTF-8, separated by commas, semicolons or tabs; its first line names the columns.
        today: Nobody was told after it.

    Raises:
        MisuseError: it cannot be read, has no column of names, or lines are wrong: each is named.
    """
    rows = _rows(path)
    header = next(rows, (0, []))[1]
    columns = [_HEADERS.get(skeleton(cell), "") for cell in header]
    if columns.count("name") != 1 or any(columns.count(c) > 1 for c in columns if c):
        message = f"{path.name} has no column of names, or one column twice"
        raise MisuseError(message, advice="Its first line names the columns: name,informed_on,how,ref,group")
    found: list[NewRecipient] = []
    faults: list[str] = []
    names: dict[str, int] = {}
    refs: dict[str, int] = {}
    for number, row in rows:
        try:
            if any(cell.strip() for cell in row[len(columns) :]):
                _refuse("it has more cells than the first line: put a text with a separator in it between quotes")
            new = _recipient(dict(zip(columns, row, strict=False)), today)
            # A command names her by one or the other: what is a name of one is no reference of another.
            before = {names.setdefault(_folded(new.name), number), refs.get(new.name, number)}
            if new.ref:
                before |= {refs.setdefault(new.ref, number), names.get(_folded(new.ref), number)}
            if before != {number}:
                _refuse(f"it is the same as on line {min(before)}")
            found.append(new)
        except ValueError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        told = "; ".join(faults[:_TOLD_MOST]) + (
            f"; and {len(faults) - _TOLD_MOST} more" if faults[_TOLD_MOST:] else ""
        )
        message = f"{path.name} has {len(faults)} wrong {'line' if len(faults) == 1 else 'lines'}: {told}"
        raise MisuseError(message, advice="Nothing was done. Correct them, and run the command again.")
    return found


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not empty."""
    try:
        with path.open("rb") as file:
            data = file.read(_BYTES_MOST + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror}"
        raise MisuseError(message) from error
    except UnicodeDecodeError as error:
        message = f"{path.name} is no text in UTF-8"
        raise MisuseError(message, advice="Save it as CSV in UTF-8.") from error
    if len(data) > _BYTES_MOST:
        message = f"{path.name} has more than {_BYTES_MOST} bytes"
        raise MisuseError(message, advice="Import it in parts.")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if reader.line_num > _LINES_MOST:
                message = f"{path.name} has more than {_LINES_MOST} lines"
                raise MisuseError(message, advice="Import it in parts.")
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        message = f"{path.name} is no CSV: line {reader.line_num}: {error}"
        raise MisuseError(message, advice="Nothing was done. Save it as CSV in UTF-8.") from error


def _recipient(cells: dict[str, str], today: dt.date) -> NewRecipient:
    """Read one line.

    Raises:
        ValueError: it is wrong, in words.
    """
    name, how, ref, group, day = (cells.get(key, "").strip() for key in ("name", "how", "ref", "group", "day"))
    if not is_name(name):
        _refuse("there is no name, or none that can be shown")
    for text in (how, ref, group):
        if len(text) > TEXT_MOST or not (text.isprintable()):
            _refuse(f"a text has more than {TEXT_MOST} letters, or signs that cannot be shown")
    informed_on = _day(day) if day else None
    if informed_on is not None and informed_on > today:
        _refuse(f"{day} is to come")
    if (informed_on is None) != (not how):
        _refuse("when she was told and how go together")
    return NewRecipient(name=name, informed_on=informed_on, how=how, ref=ref, group=group)


def _folded(name: str) -> str:
    """Return what two names have in common that the workspace finds alike."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _day(text: str) -> dt.date:
    for form in _DAYS:
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day of a calendar has no zone
        except ValueError:
            continue
    return _refuse(f"{text[:20]!r} is no day such as 2026-11-02 or 02/11/2026")


def _refuse(why: str) -> dt.date:
    raise ValueError(why)
