"""Archives are opened by what they hold, judged name by name, and go through the scan as folders do."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from pathlib import Path

import pytest

from archive_makers import JPEG, PNG, found_in, members_of, packed, reasons_of, tar_of, warc_of, zip_of
from rempart.app.archives import ArchiveLimits, PassedOver
from rempart.app.archives.warc_records import _Record
from rempart.app.archives.zip_members import ZipContent
from rempart.model import Cleared

TWO = {"folder/a.jpg": JPEG, "b.png": PNG}
WEB = {"https://example.org/a.jpg": JPEG, "https://example.org/": b"<html>", "https://example.org/b": PNG}


@pytest.mark.parametrize(
    "data",
    [zip_of(TWO), zip_of(TWO, deflate=False), tar_of(TWO), packed(tar_of(TWO))],
    ids=["zip", "stored", "tar", "gz"],
)
def test_members_are_streamed_whatever_the_archive_is_called(tmp_path: Path, data: bytes) -> None:
    """The content decides; the label says where."""
    (tmp_path / "innocent.txt").write_bytes(data)

    found = found_in(tmp_path)

    here = f"{tmp_path}/innocent.txt!/"
    assert members_of(found) == {f"{here}folder/a.jpg": JPEG, f"{here}b.png": PNG}
    assert [one.item.names for one in found if isinstance(one, Cleared)] == [
        (tmp_path.name, "innocent.txt", "folder", "a.jpg"),
        (tmp_path.name, "innocent.txt", "b.png"),
    ]


@pytest.mark.parametrize("gz", [False, True])
def test_records_are_named_by_their_address(tmp_path: Path, gz: bool) -> None:  # noqa: FBT001 - a parameter
    """What holds no picture is counted, requests and descriptions are not."""
    (tmp_path / "crawl").write_bytes(warc_of(WEB, gz=gz))

    found = found_in(tmp_path)

    assert members_of(found) == {"https://example.org/a.jpg": JPEG, "https://example.org/b": PNG}
    assert sum(one.count for one in found if isinstance(one, PassedOver)) == 1
    assert reasons_of(found) == []


@pytest.mark.parametrize("deflate", [False, True])
def test_a_wacz_is_a_zip_of_records(tmp_path: Path, deflate: bool) -> None:  # noqa: FBT001 - a parameter
    """Its indexes and pages are passed over, its records are streamed."""
    crawl = {"datapackage.json": b"{}", "indexes/i.cdx": b"x", "archive/1.warc.gz": warc_of(WEB, gz=True)}
    (tmp_path / "x.wacz").write_bytes(zip_of(crawl, deflate=deflate))

    found = found_in(tmp_path)

    assert members_of(found) == {"https://example.org/a.jpg": JPEG, "https://example.org/b": PNG}
    assert reasons_of(found) == []
    assert sum(one.count for one in found if isinstance(one, PassedOver)) == 3


def test_what_is_no_picture_is_told_as_in_a_folder(tmp_path: Path) -> None:
    """Line by line, without being read whole."""
    (tmp_path / "x.zip").write_bytes(zip_of({"notes.txt": b"notes", "empty.jpg": b"", "a.jpg": JPEG}))

    found = found_in(tmp_path)

    assert reasons_of(found) == [
        (f"{tmp_path}/x.zip!/notes.txt", "unsupported"),
        (f"{tmp_path}/x.zip!/empty.jpg", "empty"),
    ]
    assert list(members_of(found)) == [f"{tmp_path}/x.zip!/a.jpg"]


def test_files_that_are_no_archives_go_through(tmp_path: Path) -> None:
    """As they were: the sandbox opens them."""
    (tmp_path / "a.jpg").write_bytes(JPEG)
    (tmp_path / "b.gz").write_bytes(packed(b"text, not an archive"))
    (tmp_path / "c.zip").write_bytes(b"not a zip")

    found = found_in(tmp_path)

    assert [Path(one.item.label).name for one in found if isinstance(one, Cleared)] == ["a.jpg", "b.gz", "c.zip"]


def test_names_are_judged_at_every_level_before_a_byte_is_decompressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder in a zip, a zip in a zip, a member: what is stopped is not opened, its neighbours are."""
    opened: list[bytes] = []
    read = ZipContent.read

    def spy(self: ZipContent, size: int) -> bytes:
        opened.append(self._entry.name)
        return read(self, size)

    monkeypatch.setattr(ZipContent, "read", spy)
    inner = zip_of({"lycee.jpg": JPEG, "fine.jpg": JPEG})
    (tmp_path / "x.zip").write_bytes(
        zip_of({"lycee/a.jpg": JPEG, "in.zip": inner, "15 ans.zip": inner, "ok.jpg": JPEG, "collège.jpg": JPEG})
    )

    found = found_in(tmp_path)

    here = f"{tmp_path}/x.zip!/"
    assert reasons_of(found) == [
        (f"{here}lycee/a.jpg", "stopped"),
        (f"{here}in.zip!/lycee.jpg", "stopped"),
        (f"{here}15 ans.zip", "stopped"),
        (f"{here}collège.jpg", "stopped"),
    ]
    assert list(members_of(found)) == [f"{here}in.zip!/fine.jpg", f"{here}ok.jpg"]
    assert set(opened) == {b"in.zip", b"fine.jpg", b"ok.jpg"}


def test_a_stopped_archive_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even its first bytes: the reader never sees it."""
    (tmp_path / "lycee.zip").write_bytes(zip_of(TWO))
    monkeypatch.setattr("rempart.app.archives.reading.open_item", lambda item: pytest.fail(f"opened {item}"))

    assert found_in(tmp_path) == []


@pytest.mark.parametrize("gz", [False, True])
def test_a_stopped_address_is_not_read_even_to_its_http_header(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gz: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Its bytes are passed over; in gzip they go through the decompressor, and nowhere else."""
    (tmp_path / "crawl").write_bytes(warc_of({"https://lycee.example/a.jpg": JPEG, "https://b.example/": JPEG}, gz=gz))
    calls: list[str] = []

    def spy(self: _Record) -> tuple[str, ...]:
        calls.append(self._type)
        return ()

    monkeypatch.setattr(_Record, "names", spy)

    found = found_in(tmp_path)

    assert reasons_of(found) == [("https://lycee.example/a.jpg", "stopped")]
    assert len(calls) == 1


def test_a_file_name_in_http_s_header_is_judged_before_the_payload(tmp_path: Path) -> None:
    """The address may be a number; what the server calls the file counts."""
    header = [("Content-Disposition", 'attachment; filename="lycee_2.jpg"')]
    (tmp_path / "crawl").write_bytes(warc_of({"https://b.example/17": JPEG}, headers=header))

    assert reasons_of(found_in(tmp_path)) == [("https://b.example/17", "stopped")]


def test_archives_in_archives_are_opened_to_a_depth(tmp_path: Path) -> None:
    """Three by default; deeper, they are told."""
    data = zip_of({"a.jpg": JPEG})
    for _ in range(3):
        data = zip_of({"in.zip": data, "beside.jpg": JPEG})
    (tmp_path / "x.zip").write_bytes(data)

    found = found_in(tmp_path)

    assert len(members_of(found)) == 3
    assert reasons_of(found) == [(f"{tmp_path}/x.zip!/in.zip!/in.zip!/in.zip", "too_deep")]
    assert members_of(found_in(tmp_path, limits=ArchiveLimits(max_depth=0))) == {}


def test_an_archive_in_a_record_is_opened(tmp_path: Path) -> None:
    """A leak is often a zip on a page; what is no picture in it is counted, as records are."""
    (tmp_path / "crawl").write_bytes(warc_of({"https://e.example/x": zip_of({"a.jpg": JPEG, "t.txt": b"text"})}))

    found = found_in(tmp_path)

    assert members_of(found) == {"https://e.example/x!/a.jpg": JPEG}
    assert reasons_of(found) == []


def test_nothing_is_written(tmp_path: Path) -> None:
    """A name that climbs out of the archive is a label, and nothing more."""
    (tmp_path / "pile").mkdir()
    (tmp_path / "pile" / "x.zip").write_bytes(zip_of({"../../etc/passwd": JPEG, "/abs.jpg": JPEG, "..\\win.jpg": JPEG}))

    found = found_in(tmp_path / "pile")

    assert list(members_of(found)) == [
        f"{tmp_path}/pile/x.zip!/{name}" for name in ("../../etc/passwd", "/abs.jpg", "..\\win.jpg")
    ]
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")) == ["pile", "pile/x.zip"]


def test_a_damaged_member_is_the_only_one_lost(tmp_path: Path) -> None:
    """Its CRC tells."""
    data = bytearray(zip_of({"a.jpg": JPEG, "b.jpg": JPEG * 2, "c.jpg": JPEG * 3}, deflate=False))
    data[data.index(JPEG * 2) + 20] ^= 1
    (tmp_path / "x.zip").write_bytes(data)

    found = found_in(tmp_path)

    assert reasons_of(found) == [(f"{tmp_path}/x.zip!/b.jpg", "damaged")]
    assert len(members_of(found)) == 2


@pytest.mark.parametrize("cut, kept", [(540, 0), (1100, 1), (1600, 2)])
def test_what_was_read_before_a_cut_is_kept(tmp_path: Path, cut: int, kept: int) -> None:
    """Then one line for the archive."""
    (tmp_path / "x.tar").write_bytes(tar_of({"a.jpg": JPEG, "b.jpg": JPEG})[:cut])

    found = found_in(tmp_path)

    assert reasons_of(found) == [(f"{tmp_path}/x.tar", "truncated")]
    assert len(members_of(found)) == kept


def test_members_are_read_in_a_bomb_s_neighbourhood(tmp_path: Path) -> None:
    """One entry that expands a thousand times is told, the others are read."""
    (tmp_path / "x.zip").write_bytes(
        zip_of({"bomb.bmp": b"BM" + bytes(30_000_000), "a.jpg": JPEG + os.urandom(99_999)})
    )

    found = found_in(tmp_path)

    assert reasons_of(found) == [(f"{tmp_path}/x.zip!/bomb.bmp", "bomb")]
    assert len(members_of(found)) == 1


def test_nested_bombs_add_up(tmp_path: Path) -> None:
    """Each level expands little, together they expand too much: what is counted is what the file on disk becomes."""
    data = b"\xff\xd8\xff" + bytes(200_000)
    for _ in range(2):
        data = zip_of([(f"{k}.jpg", data) for k in range(40)])
    (tmp_path / "x.zip").write_bytes(data)
    limits = ArchiveLimits(max_ratio=20)

    found = found_in(tmp_path, limits=limits)

    assert "bomb" in {reason for _, reason in reasons_of(found)}
    assert sum(map(len, members_of(found).values())) <= 20 * len(data) + 2**20


def test_too_many_bytes_or_members_end_an_archive(tmp_path: Path) -> None:
    """What came before is kept."""
    (tmp_path / "x.tar").write_bytes(tar_of([(f"{k}.jpg", JPEG) for k in range(9)]))
    (tmp_path / "y.zip").write_bytes(zip_of([(f"{k}.jpg", JPEG) for k in range(9)]))
    (tmp_path / "z.tgz").write_bytes(packed(tar_of([(f"{k}.jpg", JPEG) for k in range(9)])))

    few = found_in(tmp_path, limits=ArchiveLimits(max_members=4))
    short = found_in(tmp_path / "z.tgz", limits=ArchiveLimits(max_total_bytes=4000))

    assert reasons_of(few) == [(f"{tmp_path}/{name}", "too_many_members") for name in ("x.tar", "y.zip", "z.tgz")]
    assert len(members_of(few)) == 8
    assert reasons_of(short) == [(f"{tmp_path}/z.tgz", "too_many_bytes")]


def test_a_member_too_large_for_a_decoder_is_told(tmp_path: Path) -> None:
    """And the next ones are read; a zip inside a stream is held, within the same limit."""
    members = {"a.jpg": JPEG * 100, "in.zip": zip_of({"x.jpg": JPEG * 100}, deflate=False), "b.jpg": JPEG}
    (tmp_path / "x.tar").write_bytes(tar_of(members))

    found = found_in(tmp_path, limits=ArchiveLimits(max_member_bytes=2000))

    assert reasons_of(found) == [
        (f"{tmp_path}/x.tar!/a.jpg", "too_many_bytes"),
        (f"{tmp_path}/x.tar!/in.zip", "too_many_bytes"),
    ]
    assert list(members_of(found)) == [f"{tmp_path}/x.tar!/b.jpg"]


def test_a_quine_ends(tmp_path: Path) -> None:
    """An archive that holds itself, as R. Cox's r.zip, is opened to the depth that is allowed, and no further.

    Made here of a zip whose member is read as the archive: the deepest one is told, whatever it holds.
    """
    data = zip_of({"r.jpg": JPEG})
    for _ in range(10):
        data = zip_of({"r/r.zip": data})
    (tmp_path / "r.zip").write_bytes(data)

    [(label, reason)] = reasons_of(found_in(tmp_path))

    assert reason == "too_deep"
    assert label.count("!/") == 3


def test_other_compressions_are_refused(tmp_path: Path) -> None:
    """bzip2 and LZMA are more parsers of hostile bytes in this process."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.jpg", JPEG)
    (tmp_path / "x.zip").write_bytes(held.getvalue())

    [(_, reason)] = reasons_of(found_in(tmp_path))

    assert reason == "unsupported"


def test_zlib_s_own_sums_are_checked(tmp_path: Path) -> None:
    """A gzip whose CRC is wrong is told, after what it gave."""
    data = bytearray(packed(tar_of({"a.jpg": JPEG})))
    data[-8:-4] = zlib.crc32(b"other").to_bytes(4, "little")
    (tmp_path / "x.tgz").write_bytes(data)

    found = found_in(tmp_path)

    assert len(members_of(found)) == 1
