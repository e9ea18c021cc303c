"""Lines that others wrote: no length, depth, number or byte of theirs costs more than itself."""

from __future__ import annotations

import io
import resource
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.model.exchange import FaultReason, LineFault
from rempart.register.exchange_lines import DEPTH_MAX, LINE_BYTES_MAX, Line, parse_object, read_lines


def lines_of(content: bytes, **limits: int) -> list[tuple[int, str | FaultReason]]:
    """Return each line's number, and its text or what is wrong."""
    found = read_lines(io.BytesIO(content), **limits)
    return [(f.line, f.reason) if isinstance(f, LineFault) else (f.number, f.text) for f in found]


class Endless(io.RawIOBase):
    """A line without end, of so many bytes."""

    def __init__(self, size: int) -> None:
        """Begin."""
        self.left = size

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Give zeros of text."""
        assert isinstance(buffer, memoryview)
        count = min(len(buffer), self.left)
        buffer[:count] = b"0" * count
        self.left -= count
        return count


def test_a_line_of_a_gigabyte_is_not_held() -> None:
    """It is passed over, and memory does not grow by a hundredth of it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    found = list(read_lines(io.BufferedReader(Endless(1 << 30), 1 << 16)))

    assert found == [LineFault(line=1, reason=FaultReason.TOO_LONG)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000  # kB


def test_what_follows_a_long_line_is_read() -> None:
    """Under its own number."""
    content = b"a\n" + b"x" * LINE_BYTES_MAX + b"\nb\n" + b"y" * 300_000 + b"\nc"

    assert lines_of(content) == [
        (1, "a"),
        (2, FaultReason.TOO_LONG),
        (3, "b"),
        (4, FaultReason.TOO_LONG),
        (5, "c"),
    ]


@pytest.mark.parametrize("size, is_read", [(LINE_BYTES_MAX - 1, True), (LINE_BYTES_MAX, False)])
def test_the_limit_of_a_line(size: int, *, is_read: bool) -> None:
    """On each side of it, its end included."""
    [(_, found)] = lines_of(b"x" * size + b"\n")

    assert (found == "x" * size) is is_read


def test_too_many_lines_are_said_to_be() -> None:
    """Never cut in silence."""
    assert lines_of(b"a\nb\nc\n", most=2) == [(1, "a"), (2, "b"), (3, FaultReason.TOO_MANY)]
    assert lines_of(b"a\nb\n", most=2) == [(1, "a"), (2, "b")]


def test_what_a_windows_editor_adds_is_taken_off() -> None:
    """A mark at the beginning, and CR at the ends; empty lines keep their number."""
    assert lines_of("\ufeffa\r\n\r\n  b \r\n".encode()) == [(1, "a"), (3, "b")]


@pytest.mark.parametrize("wrong", [b"a\x00b", b"\xff\xfe", b"a\x1b[2J", b"a\rb", b"\xc2\x85", b"\xed\xa0\x80"])
def test_what_is_no_text_is_left_out(wrong: bytes) -> None:
    """NUL, broken UTF-8, commands to a terminal, ends of line inside; the next line is read."""
    assert lines_of(wrong + b"\nb") == [(1, FaultReason.NOT_TEXT), (2, "b")]


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", FaultReason.NOT_JSON),
        ("[]", FaultReason.NOT_JSON),
        ('"x"', FaultReason.NOT_JSON),
        ('{"a":1', FaultReason.NOT_JSON),
        ('{"a":1}{"b":2}', FaultReason.NOT_JSON),
        ('{"a":NaN}', FaultReason.NOT_JSON),
        ('{"a":Infinity}', FaultReason.NOT_JSON),
        ('{"a":' + "9" * 19 + "}", FaultReason.NOT_JSON),
        ('{"a":' + "9" * 3_000_000 + "}", FaultReason.NOT_JSON),
        ('{"a":1e' + "9" * 30 + "}", FaultReason.NOT_JSON),
        ('{"a":1,"a":2}', FaultReason.DUPLICATE_KEY),
        ('{"a":{"b":1,"b":1}}', FaultReason.DUPLICATE_KEY),
        ('{"a":' + "[" * 200_000, FaultReason.TOO_DEEP),
        ('{"a":' + "[" * DEPTH_MAX + "]" * DEPTH_MAX + "}", FaultReason.TOO_DEEP),
    ],
    ids=lambda value: str(value)[:24],
)
def test_json_that_is_not_one_plain_object(text: str, reason: FaultReason) -> None:
    """Each is a reason, never an exception, and no digit is worked on that was not counted."""
    assert parse_object(text) == reason


def test_brackets_in_strings_are_no_depth() -> None:
    """Escaped quotation marks included."""
    deep = "[" * 50

    assert parse_object('{"a":"' + deep + '\\"' + deep + '"}') == {"a": deep + '"' + deep}
    assert parse_object('{"a":' + "[" * (DEPTH_MAX - 1) + "]" * (DEPTH_MAX - 1) + "}") is not None


def test_many_quotation_marks_take_linear_time() -> None:
    """A string that never closes is read once."""
    assert parse_object('{"a":"' + '\\"' * 500_000) is FaultReason.NOT_JSON


#: Reads a document of one long string of so many bytes, in a process that may have 300 MiB more than it has.
LONG_STRING = (
    "import resource, sys\nfrom rempart.register.exchange_lines import parse_object\n"
    "text = '{\"a\":\"' + sys.argv[1] * (7_000_000 // len(sys.argv[1])) + '\"}'\n"
    "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
    "resource.setrlimit(resource.RLIMIT_AS, (used + (300 << 20),) * 2)\n"
    "print(len(parse_object(text)['a']))"
)


@pytest.mark.parametrize("unit", ["a", '\\"', "a\\n"])
def test_a_long_string_costs_little_memory(unit: str) -> None:
    """Seven megabytes of it took 846 MiB: the expression kept a place to come back to for each character."""
    done = subprocess.run([sys.executable, "-c", LONG_STRING, unit], capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert int(done.stdout) > 3_000_000


@given(st.binary(max_size=400))
def test_any_bytes_are_lines_or_faults(content: bytes) -> None:
    """Each line is one or the other, numbered in order."""
    found = list(read_lines(io.BytesIO(content), longest=64))
    numbers = [f.line if isinstance(f, LineFault) else f.number for f in found]

    assert numbers == sorted(set(numbers))
    assert len(found) <= content.count(b"\n") + 1
    assert all(f.text == f.text.strip(" ") for f in found if isinstance(f, Line))


@given(st.text(max_size=200))
def test_any_text_is_an_object_or_a_reason(text: str) -> None:
    """Without raising."""
    assert isinstance(parse_object(text), dict | FaultReason)
    assert sys.getrecursionlimit() >= 1_000
