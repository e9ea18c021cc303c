"""The list of scenes: no picture twice, both splits filled, and only what the list means is read."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from scenes import GROUPS, Entry, entries, load_scenes, read, resources, upright

ENTRIES = entries()


def collection(*contents: bytes) -> bytes:
    """Return a compiled Qt collection without names and tree."""
    data = b"".join(struct.pack(">I", len(content)) + content for content in contents)
    return b"qres" + struct.pack(">4I", 1, 20 + len(data), 20, 20 + len(data)) + data


def test_no_picture_is_listed_twice_and_every_line_is_whole() -> None:
    """A scene that counted twice would make the bound too good."""
    assert len({entry.sha256 for entry in ENTRIES}) == len(ENTRIES)
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)
    assert {entry.group for entry in ENTRIES} <= set(GROUPS)
    assert all(len(entry.sha256) == 64 and ".." not in entry.path for entry in ENTRIES)


def test_there_are_scenes_to_tune_and_scenes_to_judge() -> None:
    """At least 100 photographs of the first, 150 of the second."""
    photographs = [entry.split for entry in ENTRIES if entry.group == "photo"]

    assert photographs.count("tune") >= 100
    assert photographs.count("judge") >= 150


def test_scenes_that_are_written_are_loaded_by_split(tmp_path: Path) -> None:
    """What the list does not name is left alone."""
    mine = next(entry for entry in ENTRIES if entry.group == "photo" and entry.split == "judge")
    Image.new("RGB", (8, 8)).save(tmp_path / mine.name)
    Image.new("RGB", (8, 8)).save(tmp_path / "photo-000000000000.jpg")

    assert [scene.path.name for scene in load_scenes(tmp_path, "judge")] == [mine.name]
    assert load_scenes(tmp_path, "tune") == []


def test_a_file_that_is_not_what_the_list_means_is_refused(tmp_path: Path) -> None:
    """A package's next version may hold another picture under the name."""
    entry = Entry(package="p", path="a.png", sha256=hashlib.sha256(b"right").hexdigest(), group="photo")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.png").write_bytes(b"wrong")

    with pytest.raises(ValueError, match="now has another"):
        read(entry, tmp_path)

    (tmp_path / "p" / "a.png").write_bytes(b"right")
    assert read(entry, tmp_path) == b"right"


def test_a_resource_of_a_collection_is_read(tmp_path: Path) -> None:
    """By its number."""
    entry = Entry(package="p", path="a.rcc#1", sha256=hashlib.sha256(b"two").hexdigest(), group="photo")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.rcc").write_bytes(collection(b"one", b"two", b"three"))

    assert read(entry, tmp_path) == b"two"
    with pytest.raises(ValueError, match="now has another"):
        read(dataclasses.replace(entry, path="a.rcc#7"), tmp_path)


def test_what_is_no_collection_is_refused() -> None:
    """Rather than read as one."""
    with pytest.raises(ValueError, match="not a compiled Qt collection"):
        list(resources(b"GIF89a"))


def test_transparent_becomes_white_and_large_becomes_small() -> None:
    """As a page shows it, at 2000 pixels."""
    file = io.BytesIO()
    Image.new("RGBA", (4000, 100), (255, 0, 0, 0)).save(file, "PNG")

    picture = upright(file.getvalue())

    assert picture.size == (2000, 50)
    assert picture.getpixel((5, 5)) == (255, 255, 255)
