"""What was not asked for is not read: by its head, by its first bytes, and further on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import FetchError
from rempart.model.web import FetchMode, NotFetchedReason
from rempart.net.typegate import (
    MediaType,
    TextJudge,
    check_beginning,
    check_head,
    decode_words,
    parse_file_name,
    parse_media_type,
)

R = NotFetchedReason
TEXT, MEDIA, TIMESTAMP = FetchMode.TEXT, FetchMode.MEDIA, FetchMode.TIMESTAMP
ROBOTS = FetchMode.ROBOTS
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    "header, name, charset",
    [
        ("text/html; charset=UTF-8", "text/html", "utf-8"),
        ("TEXT/HTML", "text/html", ""),
        ('text/html; charset="iso-8859-1"; x=y', "text/html", "iso-8859-1"),
        ("", "", ""),
        ("html", "", ""),
        ("; charset=utf-8", "", ""),
        ("text/html; charset*" + "9" * 5_000 + "=x", "text/html", ""),
        ("text/html; charset*=undefined''x", "text/html", ""),
        ("text/html; charset*=%00''x", "text/html", ""),
        ("text/h\xe9tml\r\n", "text/html", ""),
        ("text/html; charset*=x'y'a; charset*0*=x'y'b", "text/html", ""),
        ("text/html; charset=utf-8;" + ";" * 65_000, "text/html", "utf-8"),
        ('text/html; a="' + ";" * 65_000, "text/html", ""),
    ],
)
def test_a_type_is_read_from_a_head(header: str, name: str, charset: str) -> None:
    """In small letters; what cannot be read is empty, and no error."""
    found = parse_media_type(header)

    assert found.name == name
    assert found.charset in {charset, "x"}


@given(st.text(max_size=200))
def test_headers_raise_nothing(header: str) -> None:
    """Whatever they hold."""
    parse_media_type(header)
    parse_media_type(f"text/html; charset{header}")
    parse_file_name(header)
    parse_file_name(f"attachment; filename{header}")
    decode_words(header)
    decode_words(f"=?utf-8?{header}?=")


@pytest.mark.parametrize(
    "header, name",
    [
        ('attachment; filename="a b.jpg"', "a b.jpg"),
        ("attachment; filename*=utf-8''%C3%A9t%C3%A9.jpg", "été.jpg"),
        ("attachment; filename*0=a; filename*1=b", "ab"),
        ("inline", ""),
        ("attachment; filename*=idna''a..b", ""),
        ("attachment; filename*=x'y'a; filename*0*=x'y'b", ""),
    ],
)
def test_a_file_name_is_read_from_a_head(header: str, name: str) -> None:
    """For the gate."""
    assert parse_file_name(header) == name


def test_a_file_name_that_the_gate_would_not_read_whole_is_refused() -> None:
    """Without reading its parameters: the standard library takes seconds for 64 kB of semicolons."""
    with pytest.raises(FetchError):
        parse_file_name('attachment; filename="' + ";" * 65_000)


@pytest.mark.parametrize(
    "name, said", [("=?utf-8?B?dGVlbg==?=", "teen"), ("=?nothing?B?dGVlbg==?=", ""), ("=?utf-8?B?a?=", ""), ("a", "a")]
)
def test_a_file_name_is_read_as_mail_programs_do(name: str, said: str) -> None:
    """RFC 2047; what cannot be read is empty, and no error."""
    assert decode_words(name) == said


@pytest.mark.parametrize(
    "mode, name, reason",
    [
        (TEXT, "text/html", None),
        (TEXT, "text/anything", None),
        (TEXT, "application/json", None),
        (TEXT, "application/rdap+json", None),
        (TEXT, "application/atom+xml", None),
        (TEXT, "image/svg+xml", R.WRONG_TYPE),
        (TEXT, "image/png", R.WRONG_TYPE),
        (TEXT, "application/octet-stream", R.WRONG_TYPE),
        (TEXT, "application/pdf", R.WRONG_TYPE),
        (TEXT, "", R.NO_TYPE),
        (MEDIA, "image/png", None),
        (MEDIA, "video/mp4", None),
        (MEDIA, "audio/mpeg", None),
        (MEDIA, "application/octet-stream", None),
        (MEDIA, "image/svg+xml", R.WRONG_TYPE),
        (MEDIA, "text/html", R.WRONG_TYPE),
        (MEDIA, "application/zip", R.WRONG_TYPE),
        (TIMESTAMP, "application/timestamp-reply", None),
        (TIMESTAMP, "text/html", R.WRONG_TYPE),
    ],
)
def test_a_head_says_what_may_be_read(mode: FetchMode, name: str, reason: NotFetchedReason | None) -> None:
    """The body of any other type is not."""
    found = None
    try:
        check_head(mode, MediaType(name=name, charset=""))
    except FetchError as error:
        found = error.reason

    assert found == reason


@pytest.mark.parametrize(
    "mode, beginning, what",
    [
        (TEXT, b"<!doctype html>", "text/html"),
        (TEXT, b"", "text/html"),
        (TEXT, "\ufeffhello".encode("utf-16-le"), "text/html"),
        (TEXT, b"\xef\xbb\xbf<p>", "text/html"),
        (TEXT, b"caf\xe9\t\n\x0c\r\x1b[0m", "text/html"),
        (TEXT, PNG, None),
        (TEXT, b"GIF89a\1\0\1\0", None),
        (TEXT, b"\xff\xd8\xff\xe0", None),
        (TEXT, b"%PDF-1.7", None),
        (TEXT, b"PK\3\4", None),
        (TEXT, b"a\0b", None),
        (TEXT, b"\xff\xfe" + b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" * 20, None),
        (TEXT, "\ufeffa\0b".encode("utf-16-le"), None),
        (TEXT, "\ufeffa\0b".encode("utf-16-be"), None),
        (TEXT, "\ufeff\N{CJK UNIFIED IDEOGRAPH-4E2D}".encode("utf-16-be"), "text/html"),
        (TEXT, b"a\x0eb", None),
        (MEDIA, PNG, "image/png"),
        (MEDIA, b"", None),
        (MEDIA, b"<svg>", None),
        (MEDIA, b"%PDF-1.7", None),
        (TIMESTAMP, b"\x30\x82", "text/html"),
        (TIMESTAMP, b"<p>", None),
        (TIMESTAMP, b"", None),
        (ROBOTS, b"User-agent: *\0\n", "text/html"),
        (ROBOTS, PNG, None),
    ],
)
def test_a_beginning_shows_whether_its_head_is_true(mode: FetchMode, beginning: bytes, what: str | None) -> None:
    """Of media what they are is what they begin like."""
    said = MediaType(name="text/html", charset="")
    try:
        found = check_beginning(mode, said, beginning)
    except FetchError as error:
        found = error.reason

    assert found == (what or R.NOT_WHAT_IT_SAYS)


@pytest.mark.parametrize("byte", range(256))
def test_a_text_holds_the_bytes_of_texts(byte: int) -> None:
    """WHATWG MIME Sniffing §3: which bytes no text holds."""
    is_binary = byte <= 0x08 or byte == 0x0B or 0x0E <= byte <= 0x1A or 0x1C <= byte <= 0x1F
    detail = ""
    try:
        TextJudge().feed(b"text " + bytes([byte]) + b" text")
    except FetchError as error:
        detail = error.detail

    assert detail == (f"a text does not hold the byte 0x{byte:02x}" if is_binary else "")


def test_a_text_in_utf_16_is_judged_across_its_pieces() -> None:
    """A letter of two units may be cut anywhere; a picture behind clean text is no text."""
    judge = TextJudge()
    text = "\ufeff caf\xe9 \N{PILE OF POO}".encode("utf-16-le")
    for place in range(0, len(text), 3):
        judge.feed(text[place : place + 3])

    with pytest.raises(FetchError):
        judge.feed(PNG)
