"""Entries of a zip are read if they are what the directory says, and told by name if they are not."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_makers import JPEG, found_in, members_of, reasons_of, zip_of
from rempart.app.archives.limits import ArchiveLimits, Budget
from rempart.app.archives.streams import HeldBytes, read_whole
from rempart.app.archives.zip_members import ZipArchive
from rempart.errors import ArchiveError
from rempart.model import UnreadableReason


def read(data: bytes) -> list[tuple[str, bytes | str]]:
    """Return names with contents, or with the reason why there is none; the last may be the archive's."""
    found: list[tuple[str, bytes | str]] = []
    budget = Budget(ArchiveLimits(), len(data))
    budget.take(len(data))
    try:
        for entry in ZipArchive(HeldBytes(data), budget).entries():
            try:
                content = str(entry.problem.reason) if entry.problem else read_whole(entry.open(), 10**7)
                found.append((entry.name, content))
            except ArchiveError as error:
                if not error.of_member:
                    raise
                found.append((entry.name, str(error.reason)))
    except ArchiveError as error:
        found.append(("", str(error.reason)))
    return found


def patched(data: bytes, *, at: int, **fields: int) -> bytes:
    """Change fields of the directory's entry of this rank."""
    changed = bytearray(data)
    position = -1
    for _ in range(at + 1):
        position = data.index(b"PK\1\2", position + 1)
    places = {"flags": ("<H", 8), "method": ("<H", 10), "crc": ("<L", 16), "packed": ("<L", 20), "size": ("<L", 24)}
    for name, value in fields.items():
        kind, offset = places[name]
        struct.pack_into(kind, changed, position + offset, value)
    return bytes(changed)


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize(
    "fields, reason",
    [
        ({"flags": 1}, "encrypted"),
        ({"flags": 0x2000}, "encrypted"),
        ({"method": 12}, "unsupported"),
        ({"method": 99}, "unsupported"),
        ({"crc": 1}, "damaged"),
        ({"size": 3}, "damaged"),
        ({"size": 10**6}, "damaged"),
        ({"packed": 3}, "damaged"),
    ],
)
def test_an_entry_that_is_not_what_it_says_is_the_only_one_lost(
    fields: dict[str, int],
    reason: str,
    deflate: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Encrypted, compressed otherwise, longer, shorter, with another sum."""
    data = zip_of({"a": JPEG, "b": JPEG * 3, "c": JPEG}, deflate=deflate)

    assert read(patched(data, at=1, **fields)) == [("a", JPEG), ("b", reason), ("c", JPEG)]


def test_links_are_told(tmp_path: Path) -> None:
    """Their content is a path."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("link.jpg")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    (tmp_path / "x.zip").write_bytes(held.getvalue())

    assert reasons_of(found_in(tmp_path)) == [(f"{tmp_path}/x.zip!/link.jpg", "linked_member")]


@pytest.mark.parametrize("where", ["header", "unicode"])
def test_every_name_that_an_entry_has_is_judged(tmp_path: Path, where: str) -> None:
    """The directory's, its own header's, the one in Unicode beside it: tools show one or another."""
    if where == "header":
        data = zip_of({"holid.jpg": JPEG})
        data = data.replace(b"holid.jpg", b"lycee.jpg", 1)
    else:
        held = BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            info = zipfile.ZipInfo("holid.jpg")
            name = "lycée.jpg".encode()
            info.extra = struct.pack("<2HBL", 0x7075, 5 + len(name), 1, 0) + name
            archive.writestr(info, JPEG)
        data = held.getvalue()
    (tmp_path / "x.zip").write_bytes(data)

    assert reasons_of(found_in(tmp_path)) == [(f"{tmp_path}/x.zip!/holid.jpg", "stopped")]


def test_names_in_old_code_pages_are_judged(tmp_path: Path) -> None:
    """As bytes: the gate reads them as DOS and Windows wrote them."""
    data = zip_of({"coll#ge.jpg": JPEG, "b.jpg": JPEG}).replace(b"coll#ge", b"coll\x8age")
    (tmp_path / "x.zip").write_bytes(data)

    found = found_in(tmp_path)

    assert reasons_of(found) == [(f"{tmp_path}/x.zip!/coll\udc8age.jpg", "stopped")]
    assert len(members_of(found)) == 1


def test_long_names_are_told(tmp_path: Path) -> None:
    """Longer than the gate judges whole."""
    (tmp_path / "x.zip").write_bytes(zip_of({"n" * 5000: JPEG}))

    assert [reason for _, reason in reasons_of(found_in(tmp_path))] == ["name_too_long"]


SOUND = zip_of({"a.jpg": JPEG, "b.jpg": os.urandom(300), "c/d": JPEG * 9})


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_damage_anywhere_is_survived(data: st.DataObject) -> None:
    """Contents or reasons, and nothing else."""
    whole = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3) | st.just(b"\xff" * 4))

    for _, outcome in read(bytes(whole)):
        assert isinstance(outcome, bytes) or outcome in set(UnreadableReason)
