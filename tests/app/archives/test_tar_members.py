"""Tar members are those that tarfile finds, and headers that claim too much take nothing."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_makers import JPEG, found_in, members_of, packed, reasons_of, tar_of
from rempart.app.archives.limits import ArchiveLimits, Budget
from rempart.app.archives.streams import ByteStream, HeldBytes, read_whole
from rempart.app.archives.tar_headers import has_valid_sum
from rempart.app.archives.tar_members import tar_entries
from rempart.errors import ArchiveError
from rempart.model import UnreadableReason

FORMS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


def read(data: bytes) -> list[tuple[str, bytes | str]]:
    """Return names with contents, or with the reason why there is none; the last may be the archive's."""
    found: list[tuple[str, bytes | str]] = []
    try:
        for entry in tar_entries(ByteStream(HeldBytes(data)), Budget(ArchiveLimits(), len(data))):
            content = str(entry.problem.reason) if entry.problem else read_whole(entry.open(), 10**7)
            found.append((entry.name, content))
    except ArchiveError as error:
        found.append(("", str(error.reason)))
    return found


def header(name: str, *, kind: bytes = b"0", size: int = 0, link: str = "", raw_size: bytes = b"") -> bytes:
    """Return a header written by hand."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT)[-512:])
    if raw_size:
        block[124:136] = raw_size
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data: bytes) -> bytes:
    """Fill the last block."""
    return data + bytes(-len(data) % 512)


@given(
    st.lists(
        st.tuples(st.text("abé/._ \n", min_size=1, max_size=180).map(lambda n: f"{n}x"), st.binary(max_size=1500)),
        max_size=6,
    ),
    st.sampled_from(FORMS[1:]),
)
@settings(deadline=None, max_examples=60)
def test_members_are_those_of_tarfile(members: list[tuple[str, bytes]], form: int) -> None:
    """Names of any length, contents of any size, GNU and pax."""
    data = tar_of(members, form=form)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        judged = [(info.name, archive.extractfile(info).read()) for info in archive]  # type: ignore[union-attr]  # files

    assert [(name.rstrip("/"), content) for name, content in read(data)] == judged


@pytest.mark.parametrize("form", FORMS)
def test_a_long_path_is_whole_in_every_form(form: int) -> None:
    """In two fields, in a header before, in pax records."""
    name = f"{'folder/' * 20}{'n' * 60}.jpg"

    assert read(tar_of({name: JPEG}, form=form)) == [(name, JPEG)]


def test_what_is_no_file_is_told_and_folders_are_not() -> None:
    """Links lead elsewhere, devices act, sparse files are stored with holes."""
    kinds = {
        b"5": None,
        b"1": "linked_member",
        b"2": "linked_member",
        b"3": "not_a_file",
        b"6": "not_a_file",
        b"S": "unsupported",
    }
    data = b"".join(header(f"k{kind.decode()}", kind=kind, link="to") for kind in kinds) + header("dir/") + bytes(1024)

    assert read(data) == [(f"k{kind.decode()}", reason) for kind, reason in kinds.items() if reason]


def test_a_link_s_target_is_judged(tmp_path: Path) -> None:
    """As for links in a folder."""
    (tmp_path / "x.tar").write_bytes(header("a.jpg", kind=b"2", link="../lycee/b.jpg") + bytes(1024))

    assert reasons_of(found_in(tmp_path)) == [(f"{tmp_path}/x.tar!/a.jpg", "stopped")]


@pytest.mark.parametrize("kind", [b"x", b"X", b"L", b"K", b"g"])
def test_a_description_of_a_gigabyte_is_passed_over(kind: bytes) -> None:
    """It is not held: the entry after it is told (its name is not known), the next is read."""
    claimed = 64 * 2**20
    data = header("pax", kind=kind, size=claimed) + bytes(claimed)
    data += header("hidden", size=len(JPEG)) + padded(JPEG) + header("b", size=len(JPEG)) + padded(JPEG) + bytes(1024)
    tracemalloc.start()

    found = read(data)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    expected = JPEG if kind == b"g" else "name_too_long"
    assert found == [("hidden", expected), ("b", JPEG)]
    assert peak < 2**21


@pytest.mark.parametrize(
    "records",
    [b"x", b"5 a=b", b"0 a=b\n", b"-3 a=b\n", b"9" * 5000 + b" a=b\n", b"6 a=bc\n", b"12 size=1_0\n", b"14 size=-512\n",
     b"31 size=99999999999999999999999\n", b"\xff\xff", b"7 path\n", b"1_0 path=\n", b" 9 path=a\n"],
)  # fmt: skip
def test_pax_records_that_are_not_well_formed_end_the_archive(records: bytes) -> None:
    """Where the next header is would be a guess."""
    data = header("first", size=3) + padded(b"abc") + header("pax", kind=b"x", size=len(records)) + padded(records)

    assert read(data + header("next") + bytes(1024)) == [("first", b"abc"), ("", "damaged")]


@pytest.mark.parametrize(
    "raw", [b"\xff" * 12, b"\x80" + b"\xff" * 11, b"99999999999\0", b"-1\0" + b" " * 9, b"7777 777777\0"]
)
def test_a_size_that_cannot_be_ends_the_archive(raw: bytes) -> None:
    """Negative, beyond every disk, not octal."""
    assert read(header("a", raw_size=raw) + bytes(1024)) == [("", "damaged")]


@pytest.mark.parametrize("raw", [b"\x80" + (2**60).to_bytes(11, "big"), b"77777777777\0"])
def test_a_size_beyond_the_end_is_a_cut(raw: bytes) -> None:
    """What a tar promises and does not hold."""
    assert read(header("a", raw_size=raw) + bytes(1024)) == [("", "truncated")]


def test_descriptions_without_an_end_are_refused() -> None:
    """Sixteen before one entry are enough."""
    data = (header("pax", kind=b"x", size=9) + padded(b"9 path=a\n")) * 17 + header("a") + bytes(1024)

    assert read(data) == [("", "damaged")]


def test_a_long_name_is_told(tmp_path: Path) -> None:
    """Longer than the gate judges whole."""
    (tmp_path / "x.tgz").write_bytes(packed(tar_of({"n" * 5000: JPEG, "b.jpg": JPEG})))

    found = found_in(tmp_path)

    assert [reason for _, reason in reasons_of(found)] == ["name_too_long"]
    assert len(members_of(found)) == 1


def test_the_name_in_gzip_s_header_is_judged(tmp_path: Path) -> None:
    """``gzip lycee.tar`` keeps the name, whatever the file is called later."""
    name = b"lycee.tar\0"
    data = packed(tar_of({"a.jpg": JPEG}))
    (tmp_path / "x.tgz").write_bytes(data[:3] + b"\x08" + data[4:10] + name + data[10:])

    assert reasons_of(found_in(tmp_path)) == [(f"{tmp_path}/x.tgz", "stopped")]


def test_the_oldest_tars_are_known_by_their_sum() -> None:
    """They have no signature; a block of a picture has no such sum."""
    block = bytearray(header("BM.jpg"))
    block[257:265] = bytes(8)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)

    assert has_valid_sum(bytes(block))
    assert not has_valid_sum(bytes(block)[:511])
    assert not has_valid_sum(bytes(512))
    assert not has_valid_sum(JPEG * 20)


SOUND = tar_of({"a.jpg": JPEG, "é" * 120: JPEG * 30, "c": b""})


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_damage_anywhere_is_survived(data: st.DataObject) -> None:
    """Bytes changed, taken out or put in: members, reasons, and nothing else."""
    whole = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.sampled_from([0, 1, 2, 512]))] = data.draw(st.binary(max_size=3))

    for _, outcome in read(bytes(whole)):
        assert isinstance(outcome, bytes) or outcome in set(UnreadableReason)
