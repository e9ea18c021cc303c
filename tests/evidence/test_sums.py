"""``SHA256SUMS``: one form only, which sha256sum reads."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError
from rempart.evidence.sums import NAME, SUMS, parse_sums, render_sums

ZERO, ONE = "0" * 64, "1" * 64
NAMES = st.from_regex(NAME, fullmatch=True)


@pytest.mark.parametrize(
    "raw",
    [
        *("", "\n", f"{ZERO}  a", f"{ZERO}  a\n\n", f"{ZERO} a\n", f"{ZERO} *a\n", f"{ZERO}\ta\n", f"{ZERO}  a\r\n"),
        *(f"{ZERO}  b\n{ONE}  a\n", f"{ZERO}  a\n{ZERO}  a\n", f"{ZERO}  a\n{ONE}  a\n", f"{'A' * 64}  a\n"),
        *(f"\\{ZERO}  a\n", f"{ZERO}  a\\nb\n", f"{ZERO}  ../a\n", f"{ZERO}  /a\n", f"{ZERO}  a//b\n", f"{ZERO}  a/\n"),
        *(f"{ZERO}  .a\n", f"{ZERO}  a\0\n", f"# x\n{ZERO}  a\n", f"{ZERO}  é\n", f"{ZERO[1:]}  a\n", f"{ZERO}  -a\n"),
    ],
)
def test_another_form_is_refused(raw: str) -> None:
    """Order, twice the same, ways out, escapes, comments."""
    with pytest.raises(IntegrityError, match="SHA256SUMS is damaged"):
        parse_sums(raw.encode())


@given(st.dictionaries(NAMES, st.binary(min_size=32, max_size=32), min_size=1, max_size=5))
def test_what_is_written_is_read(digests: dict[str, bytes]) -> None:
    """Whatever the names are."""
    assert parse_sums(render_sums(digests)) == digests


@pytest.mark.parametrize("name", ["../a", "/a", "a b", "é", "", "a\n", ".a"])
def test_no_other_name_is_written(name: str) -> None:
    """A mistake of ours."""
    with pytest.raises(ValueError, match="no name"):
        render_sums({name: bytes(32)})


def test_sha256sum_agrees(tmp_path: Path) -> None:
    """In its strict reading."""
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / SUMS).write_bytes(render_sums({"a": hashlib.sha256(b"content").digest()}))
    command = ["sha256sum", "--strict", "-c", SUMS]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "a").write_bytes(b"Content")

    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode != 0
