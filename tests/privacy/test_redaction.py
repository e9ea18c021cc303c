"""Nothing that names a person, a place or a secret stays in a record, however it is written, and in linear time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.model.ids import IdKind, new_id
from rempart.privacy import RedactionFilter, forget_all, redact, remember
from rempart.privacy.patterns import RULES
from rempart.privacy.redaction import LINE_MAX

HOSTILE = st.text(st.sampled_from("ab01fé /\\:.@%'\"-_=+~[]()<>?#&\n\t[…]"), max_size=80)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Start and end with an empty memory."""
    forget_all()
    yield
    forget_all()


def filtered(message: object, *args: Any, **more: Any) -> logging.LogRecord:
    """Return a record as the filter leaves it."""
    record = logging.LogRecord("rempart.x", logging.INFO, "/home/nadia/x.py", 3, message, args, more.pop("error", None))
    vars(record).update(more)
    assert RedactionFilter().filter(record)
    return record


SECRETS = [
    ("https://forum.example/t/3?token=k", "https://[…]"),
    ("HTTPS://u:p@forum.example:8443/a,b;c(d)=e", "HTTPS://[…]"),
    ("postgresql://rempart:pw@10.0.0.1/name", "postgresql://[…]"),
    ("https%3A%2F%2Fforum.example%2Ft", "https://[…]"),
    (r"https:\/\/forum.example\/t", "https://[…]"),
    ("magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a", "magnet:[…]"),
    ("mailto:nadia@example.org", "mailto:[…]"),
    ("forum.example/t/3", "[address]"),
    ("forum.example:8443", "[address]"),
    ("www.forum.example", "[address]"),
    ("leak-forum.ru", "[address]"),
    ("expyuzz4wqqyqhjn.onion", "[address]"),
    ("nadia.b+x@example.org", "[email]"),
    ("nadia%40example.org", "[email]"),
    ("nadia@localhost", "[email]"),
    ("@nadia.b", "[handle]"),
    ("AGE-SECRET-KEY-1QQPQYGTXZ", "[secret]"),
    ("passphrase: hunter2", "[secret]"),
    ("token='a b c'", "[secret]"),
    ('password": "a b c"', "[secret]"),
    ("Authorization: Bearer abc.def", "[secret]"),
    ("d41d8cd98f00b204e9800998ecf8427e", "[token]"),
    ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "[path]"),
    ("47DEQpj8HBSa+xTImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "[token]"),
    ("123e4567-e89b-12d3-a456-426614174000", "[token]"),
    ("de ad be ef de ad be ef", "[token]"),
    (f"job_{'a' * 40}", "[token]"),
    ("/home/nadia/plage", "[path]"),
    ("/home/nadia/Mes Photos/plage 2/notes", "[path]"),
    ("~/plage", "[path]"),
    (r"C:\Users\Nadia\plage", "[path]"),
    ("pile/nadia", "[path]"),
    ("'/srv/Nadia Ben Salem'", "'[path]'"),
    ("'Nadia plage.jpg'", "[file]"),
    ("nadia-plage.HEIC", "[file]"),
    ("06 12 34 56 78", "[phone]"),
    ("0612345678", "[phone]"),
    ("+33 6 12 34 56 78", "[phone]"),
    ("0033612345678", "[phone]"),
    ("(212) 555-1234", "[phone]"),
    ("192.168.1.4", "[ip]"),
    ("192.168.1.4:8080/secret", "[ip]"),
    ("2001:db8::1", "[ip]"),
    ("fe80::1%eth0", "[ip]"),
    ("1:2:3:4:5:6:7:8", "[ip]"),
    ("00:1b:44:11:3a:b7", "[mac]"),
    (r"b'\xff\xd8 nadia\''", "[bytes]"),
    (r'B"nadia"', "[bytes]"),
    ("b'nadia without an end", "[bytes]"),
]


@pytest.mark.parametrize("secret, left", SECRETS)
def test_a_secret_is_taken_out(secret: str, left: str) -> None:
    """Alone and in a sentence."""
    assert redact(secret) == left
    assert redact(f"opened {secret}") == f"opened {left}"


@pytest.mark.parametrize(
    "line",
    [
        "claimed job_0123456789abcdef0123456789abcdef in 12 ms (3 of 5)",
        "the database is away, trying again in 0.1 s",
        "at 2026-11-21T12:00:00.123+00:00, 12:00:01,123 since 2026-11-21",
        "done 4/5 items of image/jpeg, 1234567890 bytes, 0.0612345678 s, v3.11.4",
        "rempart.store.database in restore_a_fixed_set_of_columns",
        "it's 50% of 3 + 4 = 7; a-b; x[1]; {'a': 1}",
    ],
)
def test_what_follows_a_line_stays(line: str) -> None:
    """Identifiers of ours, counts, durations, instants, names of code."""
    assert redact(line) == line


@pytest.mark.parametrize("kind", [*IdKind, "wrk", "wk"])
def test_our_identifiers_stay(kind: str) -> None:
    """Of every kind; a new one is known by its enumeration."""
    name = new_id(IdKind(kind)) if kind in set(IdKind) else f"{kind}_0f3a"

    assert redact(f"x {name}, {name}") == f"x {name}, {name}"


@given(st.sampled_from([s for s, _ in SECRETS]), st.text("abz ,;\n"), st.text("abz ,;\n"))
def test_no_neighbour_saves_a_secret(secret: str, before: str, after: str) -> None:
    """Beside any words; a secret is found where it is set apart."""
    cleaned = redact(f"{before} {secret} {after}")

    assert secret not in cleaned


@given(HOSTILE | st.text())
def test_twice_is_once(text: str) -> None:
    """What is written instead holds nothing that would be taken out, and breaks nothing around it."""
    assert redact(redact(text)) == redact(text)


@given(st.text("aZé -_.%+7", min_size=1, max_size=20), HOSTILE)
def test_what_is_remembered_never_shows(value: str, around: str) -> None:
    """Whatever stands beside it, if it is a word of its own."""
    forget_all()
    remember(value)
    name = value.strip()

    if sum(letter.isalnum() for letter in name) > 3:
        assert name not in redact(f"{around} {name} {around}").replace("[name]", "")


@pytest.mark.parametrize("value", [(), ("é",), ("%s %s",)])
def test_a_broken_format_is_a_fixed_text(value: tuple[str, ...]) -> None:
    """Missing, superfluous or wrong arguments never raise, and never show the values."""
    record = filtered("%d of nadia", *value) if value else filtered("%d %s", 1)

    assert record.msg == "[a log line that cannot be rendered]"
    assert record.args == ()


class Rude:
    """Cannot be written."""

    def __str__(self) -> str:
        """Fail."""
        message = "nadia"
        raise RuntimeError(message)

    __repr__ = __str__


@pytest.mark.parametrize("message", [Rude(), "%s", "%r"])
def test_an_argument_that_raises_ends_nothing(message: object) -> None:
    """Not even the exception's own text is shown."""
    assert "nadia" not in filtered(message, *([Rude()] if isinstance(message, str) else [])).getMessage()


def test_nothing_of_the_arguments_is_left() -> None:
    """No later handler can format them in the clear, nor what a caller added (Django adds the values of a query)."""
    record = filtered("found %s", "nadia@example.org", params=["nadia"], sql="x")

    assert record.getMessage() == "found [email]"
    assert "nadia" not in repr(vars(record))


def careless() -> None:
    """Raise what a careless library would, with its cause."""
    try:
        message = "/home/nadia/x.jpg of nadia-ben-salem"
        int(message)
    except ValueError as error:
        message = "https://forum.example/t"
        raise RuntimeError(message) from error


def test_an_exception_is_told_without_its_secrets() -> None:
    """Type, redacted message and frames; each cause too; no path and no source line."""
    remember("Nadia Ben Salem")
    try:
        careless()
    except RuntimeError as error:
        record = filtered("failed", error=(type(error), error, error.__traceback__))

    text = logging.Formatter().format(record)
    assert record.exc_info is None
    assert "builtins.ValueError: invalid literal for int() with base 10: " in text
    assert "builtins.RuntimeError: https://[…]" in text
    assert "in careless" in text
    assert "nadia" not in text.lower()


def test_an_exception_that_another_handler_rendered_is_redacted() -> None:
    """``exc_text`` is kept by the first formatter for the next; a stack is dropped."""
    record = filtered("failed", exc_text='File "/home/nadia/x.py", line 3\nKeyError: x@example.org', stack_info="nadia")

    assert record.exc_text == 'File "[path]", line 3\nKeyError: [email]'
    assert record.stack_info is None


def test_a_long_line_is_cut_after_it_was_redacted() -> None:
    """So that half a name cannot be left at the cut."""
    remember("Nadia Ben Salem")
    record = filtered("x" * 15 + " " + "word " * (LINE_MAX // 5 - 5) + "Nadia Ben Salem " * 100)

    assert len(record.getMessage()) < LINE_MAX + 30
    assert "Nadia" not in record.getMessage()


UNITS = [
    "a",
    "a ",
    "@",
    "a@",
    "/",
    "a/",
    "a.",
    "1.",
    ":",
    "f:",
    "'",
    "'/",
    "b'",
    "b\"b'",
    "\\",
    "b'\\",
    "%",
    "%41",
    "//",
]
UNITS += ["://", "a-", "_a", "(", " /", "x /a", "~", "+1 ", "token=", ".jpg", "'.jpg?", "01 ", "=", "é", "\u0301", "\n"]
UNITS += [
    "00:",
    "www.",
    "a.com",
    ".com",
    "magnet:",
    "bearer ",
    "' a b.jp ",
    "[path]",
    "name1 surname",
    "\\x",
    "job_",
    "-",
]


@pytest.mark.parametrize("unit, letters", [*((unit, 200_000) for unit in UNITS), ("".join(UNITS), 1_000_000)])
def test_a_hostile_text_takes_seconds_not_hours(unit: str, letters: int) -> None:
    """Four times the text takes about four times as long: no rule reads a run once per letter."""
    for number in range(200):
        remember(f"Name{number} Surname{number * 7}")
    text = unit * (letters // len(unit))

    began = time.process_time()
    redact(text[: letters // 4])
    quarter_s = time.process_time() - began
    redact(text)
    whole_s = time.process_time() - began - quarter_s

    assert whole_s < max(10 * quarter_s, 1)


def test_every_rule_has_a_secret_above() -> None:
    """A rule that nothing tests would rot."""
    words = {left.strip("'[]") for _, left in SECRETS} | {"id", "url", "locator"}

    assert {name.rstrip("0123456789") for name, _ in RULES} <= words
