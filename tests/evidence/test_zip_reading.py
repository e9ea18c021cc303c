"""A zip that a stranger sent: one form is read, and everything else is refused without being opened."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError
from rempart.evidence.zip_form import FULL, ZipEntry, entry_of, render_central, render_end, render_local
from rempart.evidence.zip_reading import ZipReading
from rempart.evidence.zip_writing import write_entries

FILES = {"COMMITMENTS": b"c\n", "public/note.txt": b"", "sealed/001.bin.age": bytes(300)}


def made(files: dict[str, bytes], folder: Path) -> bytes:
    """Return a zip, as it is written."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    file = io.BytesIO()
    write_entries(folder, sorted(files), file)
    return file.getvalue()


def rendered(entries: list[tuple[str, bytes]], *, gap: bytes = b"") -> bytes:
    """Return a zip with any names in any order, otherwise in its one form."""
    body, directory = b"", b""
    for name, content in entries:
        entry = ZipEntry(name=name, size=len(content), crc=zlib.crc32(content), offset=len(body))
        body += render_local(entry) + content + gap
        directory += render_central(entry)
    return body + directory + render_end(len(entries), len(body), len(directory))


def by_python(change: Callable[[zipfile.ZipInfo], None], *names: str) -> bytes:
    """Return a zip by Python's writer, each entry changed."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name in names or ("a",):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            change(entry)
            archive.writestr(entry, b"x" * 100)
    return file.getvalue()


def same(entry: zipfile.ZipInfo) -> None:
    """Change nothing."""
    del entry


ATTACKS = {
    "nothing": b"",
    "no zip": b"PK\3\4" * 30,
    "no files but a comment": rendered([])[:-2] + b"\5\0hello",
    "comment": rendered([("a", b"x")])[:-2] + b"\2\0hi",
    "before the first": b"#!/bin/sh\n" + rendered([("a", b"x")]),
    "after the end": rendered([("a", b"x")]) + b"x",
    "between entries": rendered([("a", b"x"), ("b", b"y")], gap=b"hidden"),
    "cut short": rendered([("a", b"x")])[:-1],
    "not sorted": rendered([("b", b"x"), ("a", b"y")]),
    "twice": rendered([("a", b"x"), ("a", b"y")]),
    "capitals": rendered([("A", b"x"), ("a", b"y")]),
    "capitals of folders": rendered([("P/a", b"x"), ("p/b", b"y")]),
    "a file that is a folder": rendered([("a", b"x"), ("a/b", b"y")]),
    "out of the folder": rendered([("../a", b"x")]),
    "out of it in the middle": rendered([("a/../../b", b"x")]),
    "absolute": rendered([("/etc/passwd", b"x")]),
    "a drive": rendered([("C:a", b"x")]),
    "back-slash": rendered([("a\\b", b"x")]),
    "a zero byte": rendered([("a\0b", b"x")]),
    "hidden": rendered([(".a", b"x")]),
    "too deep": rendered([("a/b/c/d/e/f", b"x")]),
    "a long name": rendered([("a" * 81, b"x")]),
    "an empty name": rendered([("", b"x")]),
    "a folder": by_python(same, "a/"),
    "compressed": by_python(lambda entry: setattr(entry, "compress_type", zipfile.ZIP_DEFLATED)),
    "a link": by_python(lambda entry: setattr(entry, "external_attr", 0o120777 << 16)),
    "a time": by_python(lambda entry: setattr(entry, "date_time", (2026, 1, 1, 0, 0, 0))),
    "an extra field": by_python(lambda entry: setattr(entry, "extra", b"\x99\x99\0\0")),
    "a comment of an entry": by_python(lambda entry: setattr(entry, "comment", b"hi")),
    "from Windows": by_python(lambda entry: setattr(entry, "create_system", 0)),
    "not ASCII": by_python(same, "é"),
    "40,001 files": rendered([])[:-14] + struct.pack("<2H2IH", 40_001, 40_001, 0, 0, 0),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_another_form_is_refused(attack: str) -> None:
    """Before a byte of its files is read."""
    with pytest.raises(IntegrityError, match="the zip is not one that Rempart makes"):
        ZipReading(io.BytesIO(ATTACKS[attack]))


def test_a_bomb_of_overlapping_entries_is_refused() -> None:
    """Many names for one content (Fifield, 2019): each entry must begin where the last one ended."""
    first = ZipEntry(name="a", size=1000, crc=zlib.crc32(bytes(1000)), offset=0)
    body = render_local(first) + bytes(1000)
    second = render_central(first).replace(b"a", b"b")
    directory = render_central(first) + second
    with pytest.raises(IntegrityError):
        ZipReading(io.BytesIO(body + directory + render_end(2, len(body), len(directory))))


def test_a_directory_that_differs_from_the_headers_is_refused() -> None:
    """What one program would list is what another would unpack."""
    entry = ZipEntry(name="a", size=1, crc=zlib.crc32(b"x"), offset=0)
    body = render_local(entry._replace(name="b")) + b"x"
    directory = render_central(entry)
    with pytest.raises(IntegrityError):
        ZipReading(io.BytesIO(body + directory + render_end(1, len(body), len(directory))))


@pytest.mark.parametrize("size", [FULL, 1 << 40, (1 << 64) - 1])
def test_a_size_that_is_not_there_is_refused(size: int) -> None:
    """ZIP64 says whatever it likes; nothing is set aside for it."""
    entry = ZipEntry(name="a", size=size, crc=0, offset=0)
    directory = render_central(entry)
    body = render_local(entry)
    with pytest.raises(IntegrityError):
        ZipReading(io.BytesIO(body + directory + render_end(1, len(body), len(directory))))


def test_zip64_where_it_is_not_needed_is_refused() -> None:
    """One form for each size."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        entry = zipfile.ZipInfo("a")
        entry.create_system, entry.external_attr = 3, 0o100644 << 16
        with archive.open(entry, "w", force_zip64=True) as writer:
            writer.write(b"x")
    with pytest.raises(IntegrityError):
        ZipReading(io.BytesIO(file.getvalue()))


@given(st.binary(max_size=300))
def test_no_bytes_break_it(raw: bytes) -> None:
    """They are refused."""
    with pytest.raises(IntegrityError):
        ZipReading(io.BytesIO(raw + b"x"))


@given(st.data())
def test_no_changed_bytes_are_read(data: st.DataObject) -> None:
    """A byte changed, put in or taken away anywhere is told: by the form, or by a checksum."""
    raw = rendered([("a", b"first"), ("b/c", b""), ("d", b"third" * 9)])
    at = data.draw(st.integers(0, len(raw) - 1))
    taken, put = data.draw(st.integers(0, 4)), data.draw(st.binary(max_size=4))
    changed = raw[:at] + put + raw[at + taken :]
    if changed == raw:
        return
    with pytest.raises(IntegrityError):
        read_all(changed)


def read_all(raw: bytes) -> dict[str, bytes]:
    """Return all files of a zip."""
    reading = ZipReading(io.BytesIO(raw))
    found = {}
    for name in reading.files():
        with reading.open(name) as reader:
            found[name] = b"".join(iter(lambda: reader.read(64), b""))
    return found


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Names, sizes, bytes; in pieces or at once."""
    raw = made(FILES, tmp_path)
    reading = ZipReading(io.BytesIO(raw))

    assert reading.files() == {name: len(content) for name, content in FILES.items()}
    assert read_all(raw) == FILES
    assert reading.open("sealed/001.bin.age").read() == bytes(300)
    assert io.BufferedReader(reading.open("COMMITMENTS")).readline() == b"c\n"  # type: ignore[type-var]  # a RawIOBase


def test_python_and_ours_agree_on_small_files(tmp_path: Path) -> None:
    """Byte for byte with Python's own writer, given the same facts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in sorted(FILES):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, FILES[name])

    assert file.getvalue() == made(FILES, tmp_path)


class Sparse(io.RawIOBase):
    """A file that is very large, and zero but for a few pieces."""

    def __init__(self, size: int, pieces: dict[int, bytes]) -> None:
        self.size, self.pieces, self.at = size, pieces, 0

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def seekable(self) -> bool:
        """Return that it is."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go there."""
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # as RawIOBase calls it
        """Give what is there."""
        count = max(min(len(buffer), self.size - self.at), 0)
        buffer[:count] = bytes(count)
        for start, piece in self.pieces.items():
            first, last = max(start, self.at), min(start + len(piece), self.at + count)
            if first < last:
                buffer[first - self.at : last - self.at] = piece[first - start : last - start]
        self.at += count
        return count


def test_files_beyond_four_gigabytes_are_listed() -> None:
    """With ZIP64 fields for the size of the first, the place of the second, and the directory; others' tools agree."""
    big = ZipEntry(name="a", size=5 << 30, crc=1, offset=0)
    small = ZipEntry(name="b", size=1, crc=zlib.crc32(b"x"), offset=big.start + big.size)
    directory = render_central(big) + render_central(small)
    start = small.start + 1
    end = render_end(2, start, len(directory))
    pieces = {0: render_local(big), small.offset: render_local(small) + b"x" + directory + end}
    file = Sparse(start + len(directory) + len(end), pieces)

    reading = ZipReading(file)  # type: ignore[arg-type]  # it seeks and reads
    assert reading.files() == {"a": 5 << 30, "b": 1}
    assert reading.open("b").read() == b"x"
    with zipfile.ZipFile(io.BufferedReader(file)) as judge:  # type: ignore[type-var]  # a RawIOBase in all it needs
        assert [(entry.filename, entry.file_size) for entry in judge.infolist()] == [("a", 5 << 30), ("b", 1)]
        assert judge.read("b") == b"x"


def test_a_directory_entry_is_read_back() -> None:
    """What was rendered."""
    entry = ZipEntry(name="a/b", size=7 << 32, crc=5, offset=9 << 32)

    assert entry_of(render_central(entry), 0, entry.offset) == entry
