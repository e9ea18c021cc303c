"""Key files are read strictly: what is not exactly a file of ours is refused, and never quoted."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import KeyFileError
from rempart.keys.documents import Document, render, render_instant, render_octets


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"1", b"\xff", b"\0" * 8, b'"text"', b"[" * 60_000])
def test_what_is_not_an_object_is_refused(content: bytes) -> None:
    """Nesting without end included."""
    with pytest.raises(KeyFileError, match="f is damaged: it is not a JSON object") as caught:
        Document(content, name="f")

    assert caught.value.__context__ is None


@pytest.mark.parametrize("version", [b"0", b"2", b"true", b"null", b'"1"', b"[1]"])
def test_another_version_is_refused(version: bytes) -> None:
    """It may mean something else."""
    with pytest.raises(KeyFileError, match="of a version that this Rempart does not know"):
        Document(b'{"v": ' + version + b"}", name="f")


@pytest.mark.parametrize("value", [b"1", b"null", b"[]", b'"?"', b'"QUJD\\n"', b'"QUI="', b'"Q\\u00e9"'])
def test_bytes_must_be_base64_of_their_size(value: bytes) -> None:
    """Three bytes are expected."""
    document = Document(b'{"v": 1, "key": ' + value + b"}", name="f")

    with pytest.raises(KeyFileError, match="f is damaged: key is not"):
        document.octets("key", size=3)


@pytest.mark.parametrize("value", [b"1", b'"yesterday"', b'"2026-11-21T09:00:00"'])
def test_instants_must_be_aware(value: bytes) -> None:
    """A time without its zone is two hours long in summer."""
    document = Document(b'{"v": 1, "at": ' + value + b"}", name="f")

    with pytest.raises(KeyFileError, match="f is damaged: at "):
        document.instant("at")


@pytest.mark.parametrize("value", [b"1", b"{}", b'["x"]', b'[{"x": 1}]'])
def test_rows_must_be_texts(value: bytes) -> None:
    """As they are written."""
    document = Document(b'{"v": 1, "rows": ' + value + b"}", name="f")

    with pytest.raises(KeyFileError, match="f is damaged: rows"):
        document.rows("rows")


@given(key=st.binary(), at=st.datetimes(timezones=st.just(dt.UTC)), text=st.text())
def test_what_is_written_is_read(key: bytes, at: dt.datetime, text: str) -> None:
    """Instants to the second."""
    content = render({"key": render_octets(key), "at": render_instant(at), "text": text, "none": None})

    document = Document(content, name="f")

    assert document.octets("key", size=len(key)) == key
    assert document.instant("at") == document.instant_or_none("at") == at.replace(microsecond=0)
    assert document.text("text") == text
    assert document.instant_or_none("none") is None
