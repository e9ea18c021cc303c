"""StopNCII's answers to FetchHashes, as its partners keep them: pages of records, each with a state and opinions.

The words are those of python-threatexchange's client (``exchanges/clients/stopncii/api.py``). Its ``Withdrawn`` and
``Deleted`` are states of a record (``hashStatus``). A record may be met again, in an older page or a repeated line: the
store keeps what was removed removed. Each record comes from somebody's own case, so it is never more than
``self_declared``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from rempart.model.exchange import FaultReason, FeedEntry, FeedState, Label, LineFault, Opinion, Verdict
from rempart.register.exchange_codes import make_entry
from rempart.register.exchange_lines import parse_object, read_lines

#: A page holds 800 records; with twenty opinions each that is 2 MB.
PAGE_BYTES_MAX: Final = 8 * 1_048_576
#: One document that is not one page a line; as objects in memory it takes ten times that.
DOCUMENT_BYTES_MAX: Final = 16 * 1_048_576
OPINIONS_MAX: Final = 32
SOURCE_LENGTH_MAX: Final = 64

_STATES: Final = {
    "Received": FeedState.RECEIVED,
    "Active": FeedState.ACTIVE,
    "Withdrawn": FeedState.WITHDRAWN,
    "Deleted": FeedState.DELETED,
}
#: What a provider said; words that are not here say nothing (None, Unknown, PendingReview, a feedback taken back).
_VERDICTS: Final = {"Blocked": Verdict.CONFIRMS, "NotBlocked": Verdict.DISPUTES}
_IMAGE: Final = "ImagePDQ"


def parse_stopncii(file: BinaryIO) -> Iterator[FeedEntry | LineFault]:
    """Yield the records of a file: one document, or a page or a record on each line.

    Args:
        file: Open for reading and seekable, at its beginning.
    """
    document = file.read(DOCUMENT_BYTES_MAX + 1)
    if len(document) <= DOCUMENT_BYTES_MAX:
        try:
            whole = parse_object(document.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
        except UnicodeDecodeError:
            whole = FaultReason.NOT_TEXT
        if isinstance(whole, dict):
            del document
            yield from _page(whole, 1)
            return
    del document
    file.seek(0)
    for line in read_lines(file, longest=PAGE_BYTES_MAX):
        if isinstance(line, LineFault):
            yield line
            continue
        page = parse_object(line.text)
        if isinstance(page, FaultReason):
            yield LineFault(line=line.number, reason=page)
        else:
            yield from _page(page, line.number)


def _page(page: dict[str, object], line: int) -> Iterator[FeedEntry | LineFault]:
    if "hashRecords" not in page:
        found = _record(page)
        yield LineFault(line=line, reason=found) if isinstance(found, FaultReason) else found
        return
    records = page["hashRecords"]
    if not isinstance(records, list):
        yield LineFault(line=line, reason=FaultReason.NOT_AN_ENTRY)
        return
    for number, record in enumerate(records, 1):
        found = _record(record) if isinstance(record, dict) else FaultReason.NOT_AN_ENTRY
        yield LineFault(line=line, record=number, reason=found) if isinstance(found, FaultReason) else found


def _record(record: dict[str, object]) -> FeedEntry | FaultReason:
    kind, status = record.get("signalType"), record.get("hashStatus")
    if not isinstance(kind, str):
        return FaultReason.NOT_AN_ENTRY
    if kind != _IMAGE:
        return FaultReason.OTHER_TYPE
    state = _STATES.get(status) if isinstance(status, str) else None
    if state is None:
        return FaultReason.UNKNOWN_STATE
    opinions = _opinions(record.get("CSPFeedbacks", []))
    if opinions is None:
        if not state.removes:
            return FaultReason.WRONG_OPINIONS
        opinions = ()  # whatever else is wrong with it, what was taken back goes
    return make_entry(record.get("hashValue"), state=state, label=Label.SELF_DECLARED, opinions=opinions)


def _opinions(feedbacks: object) -> tuple[Opinion, ...] | None:
    """Return what providers think, each once, in the order of their names; None if it is no short list of that."""
    if not isinstance(feedbacks, list) or len(feedbacks) > OPINIONS_MAX:
        return None
    found: dict[tuple[str, Verdict], Opinion] = {}
    for feedback in feedbacks:
        if not isinstance(feedback, dict):
            return None
        source, value = feedback.get("source", ""), feedback.get("feedbackValue")
        if not isinstance(source, str) or not isinstance(value, str):
            return None
        if len(source) > SOURCE_LENGTH_MAX or not source.isprintable():
            return None
        verdict = _VERDICTS.get(value)
        if verdict is not None:
            found[source, verdict] = Opinion(source=source, verdict=verdict)
    return tuple(found[key] for key in sorted(found))
