"""What pages call themselves, however badly they are written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.app.page_titles import find_titles


@pytest.mark.parametrize(
    "body, titles",
    [
        (b"<html><title>A &amp; B</title><h1>C</h1>", ("A & B", "C")),
        (b"<TITLE lang=fr>\n A\n B </TITLE>", ("A B",)),
        (b"<title>never closed", ("never closed",)),
        (b"<h1 class='a'><span>A</span> <b>B</b></h1>", ("A B",)),
        ("<title>Fêtes</title>".encode(), ("Fêtes",)),
        ("<title>Fêtes</title>".encode("windows-1252"), ("F\ufffdtes", "Fêtes")),
        ("<title>Fêtes</title>".encode("utf-16"), ("Fêtes",)),
        ("\u0130<title>A</title>".encode(), ("A",)),
        (b"plain text", ()),
        (b"", ()),
        (b"<title", ()),
        (b"<title></title>", ()),
    ],
)
def test_titles(body: bytes, titles: tuple[str, ...]) -> None:
    """In small or capital letters, closed or not, in any letters."""
    assert find_titles(body) == titles


@pytest.mark.parametrize("body", [b"<title>" * 500_000, b"<" * 3_000_000, b"<title>" + b"&lt;<" * 500_000])
def test_hostile_pages_take_no_time(body: bytes) -> None:
    """Whatever is repeated, and however often."""
    begun = time.process_time()

    find_titles(body)

    assert time.process_time() - begun < 1.0


@given(st.binary(max_size=300))
def test_anything_can_be_looked_at(body: bytes) -> None:
    """No bytes raise; what comes out is short and on one line."""
    assert all(0 < len(title) <= 1_000 and "\n" not in title for title in find_titles(b"<title>" + body))
