"""A package as one file: a zip that is the same whenever it is made, and in which nothing can be hidden.

Entries are stored, sorted by name, with the zip format's first day as their time; there are no comments, no folders,
no data descriptors, and no extra fields but those of ZIP64 where a size needs them. The reader refuses whatever is
otherwise.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rempart.errors import IntegrityError
from rempart.evidence.layout import DOSSIER_FILES_MOST, PackageKind, place_of
from rempart.whole_file import writing_new

#: The earliest time that a zip can tell.
ENTRY_TIME: Final = (1980, 1, 1, 0, 0, 0)
#: Of an entry: a regular file that its owner writes and everybody reads, on Unix.
ENTRY_MODE: Final = 0o100644
_UNIX: Final = 3
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


def write_entries(folder: Path, names: list[str], file: BinaryIO) -> None:
    """Write files of a folder into a zip, in the order given.

    Args:
        folder: Where they are.
        names: Their paths below it, which are their names in the zip.
        file: An empty file in which one can go back.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            path = folder / name
            entry = zipfile.ZipInfo(name, ENTRY_TIME)
            entry.create_system, entry.external_attr = _UNIX, ENTRY_MODE << 16
            entry.file_size = path.stat().st_size  # so that ZIP64 is used where it must be, and nowhere else
            with path.open("rb") as reader, archive.open(entry, "w") as writer:
                shutil.copyfileobj(reader, writer, _CHUNK)


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
