"""Take out of a log record whatever names a person, a place or a secret, before anything can write it.

Loggers are asked to write identifiers, counts and durations only; this is the net below that rule, for the line that
forgot it and for foreign libraries. What it takes out: values that were remembered (names that this process
unsealed), then what ``patterns`` describes. What it cannot know: a name that nobody told it, in a sentence.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from types import TracebackType
from typing import Final

from rempart.privacy.patterns import PATTERN
from rempart.privacy.remembered import Remembered

#: Letters of a line that are kept: a longer one is content, not talk.
LINE_MAX: Final = 16_384
#: Chained exceptions, and frames of each, that are told; the innermost ones.
_CHAIN_MAX: Final = 10
_FRAMES_MAX: Final = 30
#: What is taken out may stand beside something that is only then recognised; three passes end it, tested.
_PASSES_MAX: Final = 4
_UNREADABLE: Final = "[a log line that cannot be rendered]"
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_NAME: Final = "[name]"
#: Attributes of a record that hold nothing of its message; all others were added by a caller and leave.
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"taskName"}

_remembered: Final = Remembered()


def remember(value: str) -> None:
    """Never let this value be logged by this process, however it is spelled: a name, a passphrase, a label."""
    _remembered.add(value)


def forget_all() -> None:
    """Forget every value that was remembered."""
    _remembered.clear()


def redact(text: str) -> str:
    """Return a text without what must not be logged. Doing it twice changes nothing."""
    for _ in range(_PASSES_MAX):
        before = text
        for start, end in reversed(_remembered.spans(text)):
            text = text[:start] + _NAME + text[end:]
        text = PATTERN.sub(_replaced, text)
        if text == before:
            break
    return text


def _replaced(match: re.Match[str]) -> str:
    rule = (match.lastgroup or "").rstrip("0123456789")
    if rule == "id":
        return match[0]
    if rule in {"url", "locator"}:
        scheme = _SCHEME.match(match[0])
        return f"{scheme[0] if scheme else ''}{'://' if rule == 'url' else ':'}[…]"
    return f"[{rule}]"


class RedactionFilter(logging.Filter):
    """Renders a record once, takes out what must not be logged, and leaves nothing else in the record.

    It never raises and never drops a record: what cannot be rendered becomes a fixed text.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact a record in place."""
        if not getattr(record, "rempart_redacted", False):
            _strip(record, _rendered(record), _exception_text(record))
        return True


def _rendered(record: logging.LogRecord) -> str:
    """Return the message, redacted and cut."""
    try:
        return _cut(redact(record.getMessage()))
    except Exception:  # noqa: BLE001 - the arguments' own __str__ may raise anything, and a log line ends no work
        return _UNREADABLE


def _exception_text(record: logging.LogRecord) -> str | None:
    """Return what the record tells of an exception, redacted; None if it tells of none."""
    try:
        info = record.exc_info
        if isinstance(info, tuple) and info[1] is not None:
            return _cut("\n".join(_told(info[1])))
        return _cut(redact(record.exc_text)) if record.exc_text else None
    except Exception:  # noqa: BLE001 - as above
        return _UNREADABLE


def _strip(record: logging.LogRecord, message: str, exception: str | None) -> None:
    """Leave the redacted texts in a record, and nothing that a later handler could format in the clear."""
    for name in set(vars(record)) - _OWN:
        delattr(record, name)
    record.msg, record.args = message, ()
    record.exc_info, record.exc_text = None, exception
    record.stack_info = None
    record.pathname = record.filename
    record.rempart_redacted = True


def _cut(text: str) -> str:
    """Bound a text, and make it one that every handler can encode: names of files may hold stray bytes."""
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LINE_MAX else f"{text[:LINE_MAX]} [… {len(text) - LINE_MAX} more]"


def _told(error: BaseException) -> Iterator[str]:
    """Yield the lines of an exception and of those that led to it, the first cause first.

    Frames are told by module, line and function: a path would tell whose home it is, and source lines are in the code.
    """
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain and len(chain) < _CHAIN_MAX:
        chain.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    for link in reversed(chain):
        yield from _frames(link.__traceback__)
        yield redact(f"{type(link).__module__}.{type(link).__qualname__}: {_message_of(link)}")


def _frames(traceback: TracebackType | None) -> list[str]:
    lines = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        module = traceback.tb_frame.f_globals.get("__name__", "?")
        lines.append(redact(f"  {module} line {traceback.tb_lineno} in {code.co_name}"))
        traceback = traceback.tb_next
    return lines[-_FRAMES_MAX:]


def _message_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a broken exception must not hide the others
        return _UNREADABLE
