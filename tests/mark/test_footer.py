"""A text's footer can be read, and is all that tells two copies apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import MarkError
from rempart.mark.footer import BYTES_MOST, with_footer


@given(st.text(max_size=200).filter(lambda text: "\x00" not in text), st.sampled_from(["fr", "en"]))
def test_the_text_itself_is_the_same_for_all(text: str, language: str) -> None:
    """Two copies differ in the footer's name alone: no spacing, no order, no hidden sign."""
    one, two = (with_footer(text.encode(), name, language=language) for name in ("Ada", "Bea"))

    assert one.startswith(text.encode())
    assert one.replace(b"Ada", b"Bea") == two
    added = one[len(text.encode()) :].decode()
    assert not [c for c in added if unicodedata.category(c) in {"Cf", "Cc", "Co", "Cn", "Zl", "Zp"} and c not in "\r\n"]


@pytest.mark.parametrize("text, end", [(b"a\r\nb\r\n", b"\r\n"), (b"a\nb", b"\n"), (b"\xef\xbb\xbfa\n", b"\n")])
def test_line_ends_are_the_texts_own(text: bytes, end: bytes) -> None:
    """A byte order mark stays where it is, and no line end of another kind is brought in."""
    copy = with_footer(text, "Ada", language="en")

    assert copy.startswith(text)
    assert copy.endswith(end)
    assert (b"\r" in copy) == (end == b"\r\n")


def test_a_name_cannot_hide_its_line() -> None:
    """Signs that break lines, turn text round or are not seen are left out of the name."""
    copy = with_footer(b"x\n", "A\u202eb\u200bc\nd", language="en")

    assert b"copy of Abcd. " in copy


@pytest.mark.parametrize("content", [b"\xff\xfe\x00a", b"a\x00b", b"%PDF-1.7\n\xe2\xe3", b"a" * (BYTES_MOST + 1)])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    """Other encodings, zero bytes, and what is too long."""
    with pytest.raises(MarkError, match=r"no UTF-8|no text|too long"):
        with_footer(content, "Ada", language="fr")
