"""JSON in one form: what is read is what would be written, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError
from rempart.evidence.canonical import BYTES_MOST, Json, parse_canonical, render_canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"\n", b"{}", b"{}\n\n", b" {}\n", b"[]\n", b'{"a":1}\n ', b"\xef\xbb\xbf{}\n", b"{}\r\n", b"{}\n\0"),
        *(b'{"b":1,"a":1}\n', b'{"a":1,"a":1}\n', b'{"a": 1}\n', b'{"a":1.0}\n', b'{"a":1e2}\n', b'{"a":NaN}\n'),
        *(b'{"a":"\\u00e9"}\n', b'{"a":"\\/"}\n', b'{"a":-0}\n', b'{"a":"\xff"}\n', b'{"a":"\\ud800"}\n'),
        *(b'{"a":' * 30 + b"1" + b"}" * 30 + b"\n", b'{"a":"' + b"x" * BYTES_MOST + b'"}\n'),
    ],
    ids=lambda raw: raw[:16].decode("latin-1"),
)
def test_another_form_is_refused(raw: bytes) -> None:
    """Order, spaces, twice the same key, floats, other spellings, more after it, too deep, too long."""
    with pytest.raises(IntegrityError, match=r"manifest\.json"):
        parse_canonical(raw, name="manifest.json")


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_is_read(value: dict[str, Json]) -> None:
    """Whatever the texts are."""
    assert parse_canonical(render_canonical(value), name="x") == value


@pytest.mark.parametrize("value", [{"a": 1.5}, {"a": [1.5]}, {"a": {"b": 1.5}}])
def test_floats_are_not_written(value: dict[str, Json]) -> None:
    """Their text is not the same everywhere."""
    with pytest.raises(TypeError):
        render_canonical(value)
