"""Reading codes that others wrote down: CSV, python-threatexchange's files, our JSON Lines, StopNCII's pages.

A line that is wrong is reported by its number and left out; nothing else is lost, and nothing of it is repeated. No
library is asked to guess: the parsers are Python's own, and every length, depth and number is bounded before.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from rempart.model.exchange import FaultReason, FeedEntry, FeedFormat, FeedState, Label, LineFault, Opinion, Verdict
from rempart.register.exchange_codes import make_entry, make_removal, parse_hex
from rempart.register.exchange_lines import Line, parse_object, read_lines
from rempart.register.exchange_stopncii import parse_stopncii

#: The first line of our files says what they are.
KIND: Final = "rempart-exchange"
VERSION: Final = 1
PDQ: Final = "pdq"

_HEAD_BYTES: Final = 65_536
_QUALITY: Final = re.compile(r"[0-9]{1,3}", re.ASCII)
#: Names of the column that holds the code, in lower case; ``signal_str`` is what ``tx dataset -P --csv`` prints.
_CODE_COLUMNS: Final = ("pdq", "signal_str", "signal", "code", "hash", "hashvalue")
#: What python-threatexchange's categories say; DISPUTED is two opinions at once.
_CATEGORIES: Final = {
    "POSITIVE_CLASS": (Verdict.CONFIRMS,),
    "INVESTIGATION_SEED": (),
    "NEGATIVE_CLASS": (Verdict.DISPUTES,),
    "DISPUTED": (Verdict.CONFIRMS, Verdict.DISPUTES),
}


def recognise(file: BinaryIO) -> FeedFormat:
    """Tell in which format a file is, by its beginning; CSV if it is no other. The file is wound back."""
    head = file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    if head.startswith(b"{"):
        is_ours = KIND.encode() in head.partition(b"\n")[0]
        return FeedFormat.JSONL if is_ours else FeedFormat.STOPNCII
    kind, _, rest = head.partition(b"\n")[0].strip().partition(b" ")
    # A type and a code, or a code of another type: what separates them is a blank, never a comma.
    is_typed = bool(rest) and kind.replace(b"_", b"").isalnum() and not rest.count(b",")
    return FeedFormat.TX if is_typed else FeedFormat.CSV


def parse_feed(file: BinaryIO, feed_format: FeedFormat) -> Iterator[FeedEntry | LineFault]:
    """Yield what a file holds, and what is wrong with the rest, in its order.

    Args:
        file: Open for reading and seekable, at its beginning.
        feed_format: How it is written.
    """
    match feed_format:
        case FeedFormat.JSONL:
            found = _parse_jsonl(file)
        case FeedFormat.CSV:
            found = _parse_csv(file)
        case FeedFormat.TX:
            found = _parse_tx(file)
        case FeedFormat.STOPNCII:
            found = parse_stopncii(file)
    return found


def _parse_jsonl(file: BinaryIO) -> Iterator[FeedEntry | LineFault]:
    is_begun = is_signed = False
    for line in read_lines(file):
        if isinstance(line, LineFault):
            yield line
            continue
        if is_signed:
            yield LineFault(line=line.number, reason=FaultReason.AFTER_SIGNATURE)
            continue
        record = parse_object(line.text)
        if not is_begun:
            if isinstance(record, FaultReason) or not _is_head(record):
                # What the others mean is not known: none of them is taken.
                yield LineFault(line=line.number, reason=FaultReason.WRONG_VERSION)
                return
            is_begun = True
        elif isinstance(record, FaultReason):
            yield LineFault(line=line.number, reason=record)
        elif "signed" in record:
            is_signed = True
        else:
            yield _located(_jsonl_entry(record), line)


def _is_head(record: dict[str, object]) -> bool:
    version = record.get("v")
    is_known = version == VERSION and not isinstance(version, bool)
    return is_known and record.get("kind") == KIND and record.get("signal_type") == PDQ


def _jsonl_entry(record: dict[str, object]) -> FeedEntry | FaultReason:
    label = _label(record.get("label"))
    state = _state(record.get("state", str(FeedState.ACTIVE)))
    quality = record.get("quality")
    if label is None:
        return FaultReason.UNKNOWN_LABEL
    if state is None:
        return FaultReason.UNKNOWN_STATE
    if ("pdq" in record) == ("sha256" in record) or not (quality is None or type(quality) is int):
        return FaultReason.NOT_AN_ENTRY
    if "sha256" in record:
        return make_removal(record["sha256"], state=state, label=label)
    return make_entry(record["pdq"], quality=quality, state=state, label=label)


def _parse_tx(file: BinaryIO) -> Iterator[FeedEntry | LineFault]:
    """Read what python-threatexchange's ``local_file`` reads: a type and a code, or a code alone."""
    for line in read_lines(file):
        if isinstance(line, LineFault):
            yield line
            continue
        kind, _, code = line.text.partition(" ")
        if not code:
            kind, code = PDQ, kind
        yield _located(make_entry(code.strip()) if kind == PDQ else FaultReason.OTHER_TYPE, line)


def _parse_csv(file: BinaryIO) -> Iterator[FeedEntry | LineFault]:
    columns: list[str] | None = None
    separator = ","
    for line in read_lines(file):
        if isinstance(line, LineFault):
            yield line
            continue
        if columns is None:
            separator = next((s for s in (",", ";", "\t") if s in line.text), ",")
            first = _cells(line.text, separator) or []
            columns = [cell.lower() for cell in first]
            named = [name for name in columns if name in _CODE_COLUMNS]
            if len(named) > 1 or (named and len(set(columns)) < len(columns)):
                # Which of two columns counts is anybody's guess: none of the lines is taken.
                yield LineFault(line=line.number, reason=FaultReason.WRONG_VERSION)
                return
            if named:
                continue
            columns = ["pdq", "quality"]
        cells = _cells(line.text, separator)
        if cells is None or len(cells) > len(columns):
            yield LineFault(line=line.number, reason=FaultReason.NOT_CSV)
        else:
            yield _located(_csv_entry(dict(zip(columns, cells, strict=False))), line)


def _cells(text: str, separator: str) -> list[str] | None:
    """Return the cells of one line; None if its quotation marks do not close."""
    try:
        [row] = csv.reader([text], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return None
    return [cell.strip() for cell in row]


def _csv_entry(cells: dict[str, str]) -> FeedEntry | FaultReason:
    code = next((cells[name] for name in _CODE_COLUMNS if name in cells), "")
    label, state = _label(cells.get("label") or "self_declared"), _state(cells.get("state") or "active")
    verdicts = _CATEGORIES.get(cells.get("category", "INVESTIGATION_SEED"))
    if cells.get("signal_type", PDQ) != PDQ:
        return FaultReason.OTHER_TYPE
    if label is None or state is None or verdicts is None:
        wrong = {FaultReason.UNKNOWN_LABEL: label, FaultReason.UNKNOWN_STATE: state}
        return next((reason for reason, found in wrong.items() if found is None), FaultReason.WRONG_OPINIONS)
    if not code and parse_hex(cells.get("sha256")):
        return make_removal(cells["sha256"], state=state, label=label)
    quality = cells.get("quality", "")
    if quality and not _QUALITY.fullmatch(quality):
        return FaultReason.NOT_AN_ENTRY
    opinions = tuple(Opinion(verdict=verdict) for verdict in verdicts)
    return make_entry(code, quality=int(quality) if quality else None, state=state, label=label, opinions=opinions)


def _label(word: object) -> Label | None:
    return Label(word) if isinstance(word, str) and word in set(Label) else None


def _state(word: object) -> FeedState | None:
    lower = word.lower() if isinstance(word, str) else None
    return FeedState(lower) if lower in set(FeedState) else None


def _located(found: FeedEntry | FaultReason, line: Line) -> FeedEntry | LineFault:
    return LineFault(line=line.number, reason=found) if isinstance(found, FaultReason) else found
