"""A package as one file: a zip that is the same whenever it is made, and in which nothing can be hidden.

Its form is ``zip_form``'s, entries sorted by name: Python's own writer has other bytes for large files from one version
to the next. The reader refuses whatever is otherwise.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from rempart.errors import IntegrityError
from rempart.evidence.layout import DOSSIER_FILES_MOST, PackageKind, place_of
from rempart.evidence.zip_form import ZipEntry, render_central, render_end, render_local
from rempart.whole_file import writing_new

_CHUNK: Final = 1 << 20


def write_zip(folder: Path, target: Path, kind: PackageKind) -> None:
    """Write a package into a zip, whole or not at all, reading each file once.

    Args:
        folder: The package.
        target: Where there is no file yet.
        kind: Of which kind it is.

    Raises:
        IntegrityError: the folder holds what no package holds.
        FileExistsError: there is a file.
        OSError: something cannot be read or written; nothing is left.
    """
    names = sorted(_names(folder, kind))
    with writing_new(target) as file:
        write_entries(folder, names, file)


def write_entries(folder: Path, names: Sequence[str], file: BinaryIO) -> None:
    """Write files of a folder into a zip, in the order given.

    Args:
        folder: Where they are.
        names: Their paths below it, which are their names in the zip.
        file: An empty file in which one can go back.

    Raises:
        IntegrityError: a file changed its size meanwhile.
        OSError: something cannot be read or written.
    """
    entries = [_write_entry(folder / name, name, file) for name in names]
    start = file.tell()
    directory = b"".join(render_central(entry) for entry in entries)
    file.write(directory)
    file.write(render_end(len(entries), start, len(directory)))


def _write_entry(path: Path, name: str, file: BinaryIO) -> ZipEntry:
    """Write a header and a file; the checksum is put in afterwards, so that the file is read once."""
    entry = ZipEntry(name=name, size=path.stat().st_size, crc=0, offset=file.tell())
    file.write(render_local(entry))
    crc = size = 0
    with path.open("rb") as reader:
        while chunk := reader.read(_CHUNK):
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            file.write(chunk)
    if size != entry.size:
        message = f"{name} changed while it was read"
        raise IntegrityError(message)
    end = file.tell()
    entry = entry._replace(crc=crc)
    file.seek(entry.offset)
    file.write(render_local(entry))
    file.seek(end)
    return entry


def _names(folder: Path, kind: PackageKind) -> Iterator[str]:
    count = 0
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            continue
        count += 1
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or place_of(name, kind) is None or count > DOSSIER_FILES_MOST:
            message = "the folder holds something that is none of a package"
            raise IntegrityError(message)
        yield name
