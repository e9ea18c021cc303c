"""Commitments bind, tell nothing, and their files have one form."""

from __future__ import annotations

import hashlib
import hmac
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError
from rempart.evidence.commitments import (
    Committing,
    Opening,
    Openings,
    commitment,
    parse_commitments,
    parse_openings,
    render_commitments,
    render_openings,
)

HEX = "0" * 64
SALT = bytes(range(32))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
OPENINGS = st.builds(
    Opening,
    sha256=st.binary(min_size=32, max_size=32),
    salt=st.binary(min_size=32, max_size=32),
    size=st.integers(0, 10**12),
    sealed=st.from_regex(r"sealed/[0-9]{3}\.bin\.age", fullmatch=True),
    name=TEXTS,
)


@pytest.mark.parametrize(
    "raw",
    [
        *(f"{HEX}\tsealed/a", f"{HEX}  sealed/a\n", f"{HEX}\tb\n", f"{HEX}\tsealed/../a\n", f"{HEX}\tsealed/A\n"),
        *(f"{HEX}\tsealed/b\n{HEX}\tsealed/a\n", f"{HEX}\tsealed/a\n{HEX}\tsealed/a\n", f"{'A' * 64}\tsealed/a\n"),
        *("\n", f"{HEX}\tsealed/a\n\n", f"{HEX}\tsealed/a\r\n", f"{HEX}\tsealed/é\n"),
    ],
)
def test_another_form_of_commitments_is_refused(raw: str) -> None:
    """Order, twice the same, ways out."""
    with pytest.raises(IntegrityError):
        parse_commitments(raw.encode())


@pytest.mark.parametrize(
    "raw",
    [
        *(b"x\n", f"{HEX}\t{HEX}\t-1\tsealed/a\tn\n".encode(), f"{HEX}\t{HEX}\t01\tsealed/a\tn\n".encode()),
        *(f"{HEX}\t{HEX}\t1\tsealed/a\tn".encode(), f"{HEX}\t{HEX}\t1\tsealed/a\t\\x\n".encode(), b"# K\tv\n"),
        *(f"{HEX}\t{HEX}\t1\tsealed/a\tn\\\n".encode(), b"# b\t1\n# a\t1\n", b"# a\t1\n# a\t1\n", b"\xff\n"),
        b"# a\t" + b"x" * (1 << 20) + b"\n",
    ],
    ids=lambda raw: str(raw[-12:]),
)
def test_another_form_of_openings_is_refused(raw: bytes) -> None:
    """Numbers, escapes, order, encoding, length."""
    with pytest.raises(IntegrityError):
        parse_openings(raw)


@given(st.lists(OPENINGS, max_size=3, unique_by=lambda one: one.sealed), st.dictionaries(st.just("url"), TEXTS))
def test_openings_are_read_as_they_were_written(openings: list[Opening], facts: dict[str, str]) -> None:
    """Whatever names and facts are: tabs, line ends, backslashes."""
    expected = Openings(openings=tuple(sorted(openings, key=lambda one: one.sealed)), facts=facts)

    assert parse_openings(render_openings(openings, facts)) == expected


@given(st.dictionaries(st.from_regex(r"sealed/[a-z0-9]{1,9}", fullmatch=True), st.binary(min_size=32, max_size=32)))
def test_commitments_are_read_as_they_were_written(commitments: dict[str, bytes]) -> None:
    """Even none."""
    assert parse_commitments(render_commitments(commitments)) == commitments


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_however_it_goes_by_it_is_rfc_2104(chunks: list[bytes]) -> None:
    """In pieces or at once."""
    committing = Committing(SALT)
    for chunk in chunks:
        committing.update(chunk)
    whole = b"".join(chunks)

    assert committing.commitment() == hmac.digest(SALT, whole, "sha256") == commitment(SALT, io.BytesIO(whole))
    opening = committing.opening(sealed="sealed/001.bin.age", name="n")
    assert (opening.sha256, opening.size) == (hashlib.sha256(whole).digest(), len(whole))


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_salt_has_32_bytes(size: int) -> None:
    """A shorter one could be searched."""
    with pytest.raises(ValueError, match="32"):
        Committing(bytes(size))
