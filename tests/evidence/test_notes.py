"""Signed notes: the published vectors of Go's implementation, and every hostile spelling."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError, MisuseError
from rempart.evidence.notes import (
    NOTE_BYTES_MAX,
    NoteSignature,
    NoteSigner,
    SignatureKind,
    VerifierKey,
    decode_base64,
    open_note,
    parse_note,
    parse_vkey,
    parse_vkeys,
    render_note,
)

#: golang.org/x/mod/sumdb/note, note_test.go (BSD-3-Clause): a key, its secret half, a text and its signature.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
NOTE = f"{TEXT}\n{LINE}".encode()


def signer(name: str = "association.example/log", seed: int = 1) -> NoteSigner:
    return NoteSigner(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def test_the_published_note_is_opened_and_made() -> None:
    """Ed25519 is deterministic: the same key and text give the same bytes."""
    peter = NoteSigner("PeterNeumann", Ed25519PrivateKey.from_private_bytes(SECRET))

    assert peter.vkey == VKEY
    assert render_note(TEXT, [peter.sign(TEXT)]) == NOTE
    assert open_note(NOTE, [parse_vkey(VKEY)]).text == TEXT


@pytest.mark.parametrize("place", range(len(VKEY)))
def test_no_changed_key_is_read(place: int) -> None:
    """Nor one without a letter, at its beginning or its end: its identifier covers its name, kind and bytes."""
    changed = VKEY[:place] + chr(ord(VKEY[place]) + 1) + VKEY[place + 1 :]

    for text in (changed, VKEY[:place], VKEY[place + 1 :]):
        with pytest.raises(MisuseError, match="not a key that verifies"):
            parse_vkey(text)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        VKEY.replace("c74f20a3", "C74F20A3"),
        f"{VKEY}\r",
    ],
)
def test_keys_that_others_refuse_are_refused(text: str) -> None:
    """Of another length or kind with an identifier that fits; in capitals; with a carriage return."""
    with pytest.raises(MisuseError, match="not a key that verifies"):
        parse_vkey(text)


def test_a_file_of_keys_may_explain_itself() -> None:
    """One a line."""
    other = signer().vkey

    assert [k.vkey for k in parse_vkeys(f"# our friends\n{VKEY}\n\n{other}\n")] == [VKEY, other]


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\tb", "a\u2028b", "x" * 201, "a\x00b"])
def test_names_that_no_key_can_have(name: str) -> None:
    """Spaces of any kind, the plus sign, nothing at all."""
    with pytest.raises(MisuseError, match="cannot name a key"):
        signer(name)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        TEXT.encode(),
        NOTE[:-1],
        NOTE + b"\n",
        NOTE.replace(b"\n\n", b"\n"),
        NOTE.replace(b"\xe2\x80\x94", b"-"),
        NOTE.replace("\u2014 ".encode(), "\u2014  ".encode()),
        NOTE.replace(b"PeterNeumann ", b" "),
        NOTE.replace(b"PeterNeumann ", b"Peter+Neumann "),
        NOTE.replace(b"PeterNeumann ", "Peter\u2003Neumann ".encode()),
        NOTE.replace(b"nAM=", b"nAN="),
        NOTE.replace(b"nAM=", b"nAM"),
        NOTE.replace(b"\n", b"\r\n"),
        NOTE.replace(b"think", b"th\0nk"),
        NOTE.replace(b"think", b"th\xffnk"),
        f"{TEXT}\n\u2014 PeterNeumann x08gow==\n".encode(),
        TEXT.encode() + b"\n" + LINE.encode() * 65,
        b"x" * NOTE_BYTES_MAX + NOTE,
    ],
)
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    """Every other spelling: of the ends of lines, the dash, the spaces, the base64, the names, the sizes."""
    with pytest.raises(IntegrityError, match="not a signed note"):
        open_note(raw, [parse_vkey(VKEY)])


def test_signatures_by_others_are_passed_over() -> None:
    """Even with the name or the identifier, but not both, of a key that is believed (C2SP)."""
    peter = parse_vkey(VKEY)
    of_name = signer("PeterNeumann").sign(TEXT)
    of_id = NoteSignature(name="Other", key_id=peter.key_id, signature=b"\0" * 64)
    [own] = parse_note(NOTE).signatures

    opened = open_note(render_note(TEXT, [of_name, of_id, own]), [peter])

    assert opened.ignored == (of_name, of_id)
    assert opened.verified == ((peter, own),)


def test_a_note_by_others_alone_is_refused() -> None:
    """Whatever it says."""
    with pytest.raises(IntegrityError, match="none of the keys given"):
        open_note(NOTE, [parse_vkey(signer().vkey)])


def test_a_failing_signature_by_a_believed_key_is_refused() -> None:
    """Even beside one that holds."""
    one, two = signer(), signer("other.example", 2)
    forged = NoteSignature(name=two.key.name, key_id=two.key.key_id, signature=one.sign(TEXT).signature)

    with pytest.raises(IntegrityError, match=r"not by other\.example"):
        open_note(render_note(TEXT, [one.sign(TEXT), forged]), [one.key, two.key])


def test_a_witness_key_opens_no_note() -> None:
    """What it signs is something else."""
    one = signer()
    key = VerifierKey(name=one.key.name, kind=SignatureKind.COSIGNATURE, public=one.key.public)

    with pytest.raises(IntegrityError, match="none of the keys given"):
        open_note(render_note(TEXT, [one.sign(TEXT)]), [key])


def test_sixteen_signatures_are_read() -> None:
    """At least, says C2SP; and long ones."""
    others = [NoteSignature(name=f"w{n}", key_id=b"1234", signature=b"\1" * 4_900) for n in range(16)]

    assert len(open_note(render_note(TEXT, [signer().sign(TEXT), *others]), [signer().key]).ignored) == 16


def test_a_text_may_have_empty_lines() -> None:
    """The last one separates it from its signatures."""
    text = "one\n\ntwo\n"

    assert open_note(render_note(text, [signer().sign(text)]), [signer().key]).text == text


@given(place=st.integers(0, len(NOTE) - 1), bit=st.integers(0, 7))
def test_no_bit_of_a_note_can_change(place: int, bit: int) -> None:
    """Every byte of a note with one signature is covered."""
    changed = bytearray(NOTE)
    changed[place] ^= 1 << bit

    with pytest.raises(IntegrityError):
        open_note(bytes(changed), [parse_vkey(VKEY)])


@pytest.mark.parametrize("text", ["no newline", "a\tb\n", ""])
def test_what_cannot_be_signed(text: str) -> None:
    """A mistake of ours."""
    with pytest.raises(ValueError, match="newline"):
        render_note(text, [])


@given(st.binary(max_size=80))
def test_base64_has_one_spelling(data: bytes) -> None:
    """And no other is read."""
    text = base64.b64encode(data).decode()

    assert decode_base64(text) == data
    assert decode_base64(text.rstrip("=") + "\n") is None


def test_no_key_is_shown_or_written_down() -> None:
    """Its public half is."""
    assert repr(signer()) == f"NoteSigner({signer().vkey})"
    with pytest.raises(TypeError, match="pickled"):
        signer().__reduce__()
