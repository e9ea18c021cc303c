"""A package as a zip: the same each time, read by others' tools, and nothing in it but its files."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from packages import House
from rempart.errors import IntegrityError
from rempart.evidence.layout import PackageKind
from rempart.evidence.zip_writing import write_zip

HOUSE = House()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package."""
    return HOUSE.item(tmp_path_factory.mktemp("case"))


def test_two_zips_of_one_package_are_the_same_bytes(package: Path, tmp_path: Path) -> None:
    """Whenever they are made, and whenever the files were last touched."""
    write_zip(package, tmp_path / "a.zip", PackageKind.ITEM)
    os.utime(package / "README.txt", (10**9, 10**9))
    write_zip(package, tmp_path / "b.zip", PackageKind.ITEM)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_it_holds_the_files_and_nothing_else(package: Path, tmp_path: Path) -> None:
    """In order, stored, without comment, extra field, descriptor, folder, or a byte between."""
    write_zip(package, tmp_path / "a.zip", PackageKind.ITEM)

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        entries = archive.infolist()
        for entry in entries:
            assert archive.read(entry) == (package / entry.filename).read_bytes()
        assert archive.comment == b""
    files = sorted(str(path.relative_to(package)) for path in package.rglob("*") if path.is_file())
    assert [entry.filename for entry in entries] == files
    assert {(e.compress_type, e.flag_bits, e.extra, e.comment, e.date_time) for e in entries} == {
        (zipfile.ZIP_STORED, 0, b"", b"", (1980, 1, 1, 0, 0, 0))
    }
    # Local headers have 30 bytes, central ones 46, the end 22 (APPNOTE 6.3, 4.3).
    size = sum(30 + 46 + 2 * len(e.filename) + e.file_size for e in entries) + 22
    assert (tmp_path / "a.zip").stat().st_size == size


def test_it_is_for_its_owner_alone(package: Path, tmp_path: Path) -> None:
    """Who the recipients are is nobody else's business."""
    write_zip(package, tmp_path / "a.zip", PackageKind.ITEM)

    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_written_over(package: Path, tmp_path: Path) -> None:
    """It may be last week's export."""
    (tmp_path / "a.zip").write_bytes(b"last week")
    with pytest.raises(FileExistsError):
        write_zip(package, tmp_path / "a.zip", PackageKind.ITEM)

    assert (tmp_path / "a.zip").read_bytes() == b"last week"


@pytest.mark.parametrize("stray", ["extra.txt", "public/Big.txt", "proofs/.hidden", "deep/er/file"])
def test_a_stray_file_is_not_exported(tmp_path: Path, stray: str) -> None:
    """It may be a clear original that somebody put there; nothing is left of the zip."""
    folder = HOUSE.item(tmp_path)
    (folder / stray).parent.mkdir(parents=True, exist_ok=True)
    (folder / stray).write_bytes(b"x")

    with pytest.raises(IntegrityError):
        write_zip(folder, tmp_path / "a.zip", PackageKind.ITEM)
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """It could lead to a key."""
    folder = HOUSE.item(tmp_path)
    (tmp_path / "key").write_bytes(b"secret")
    (folder / "public" / "note.txt").unlink()
    (folder / "public" / "note.txt").symlink_to(tmp_path / "key")

    with pytest.raises(IntegrityError):
        write_zip(folder, tmp_path / "a.zip", PackageKind.ITEM)


def test_a_dossier_is_exported_as_well(tmp_path: Path) -> None:
    """With whole packages under items/."""
    folder = HOUSE.dossier(tmp_path)
    write_zip(folder, tmp_path / "dossier.zip", PackageKind.DOSSIER)

    with zipfile.ZipFile(tmp_path / "dossier.zip") as archive:
        assert archive.testzip() is None
        assert f"items/evd_{1:032x}/proofs/seal.p7s" in archive.namelist()
