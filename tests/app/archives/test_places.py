"""A scan goes on after any place, exactly: what was before is not met again, what is after is not lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive_makers import JPEG, PNG, found_in, packed, tar_of, warc_of, zip_of
from rempart.app.archives.streams import FileBytes
from rempart.app.archives.zip_members import ZipContent
from rempart.app.pile import walk
from rempart.model import Cleared, MediaFile, Place

WEB = [(f"https://example.org/{k}", JPEG if k % 3 else b"<html>") for k in range(12)]
TWO = {"x/a.jpg": JPEG, "x/b.png": PNG, "x.jpg": JPEG}


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every kind of archive, archives in archives, and names that sort in odd ways."""
    base = tmp_path_factory.mktemp("places") / "pile"
    long = {f"{'long ' * 40}{k}.jpg": JPEG for k in range(3)}
    files = {
        "a/b.jpg": JPEG,
        "a.jpg": JPEG,
        "a-b/c.jpg": JPEG,
        "b/plain.tar": tar_of([*TWO.items(), *long.items(), ("inner.zip", zip_of(TWO))]),
        "b/packed.tgz": packed(tar_of(TWO)),
        "c.zip": zip_of(
            {"1.jpg": JPEG, "in.tgz": packed(tar_of(TWO)), "w.warc.gz": warc_of(WEB, gz=True), "2.jpg": JPEG}
        ),
        "d.warc": warc_of(WEB),
        "e.warc.gz": warc_of(WEB, gz=True),
        "f.wacz": zip_of({"datapackage.json": b"{}", "archive/a.warc.gz": warc_of(WEB, gz=True)}, deflate=False),
        "g.gz": packed(warc_of(WEB)),
        "h-cut.warc": warc_of(WEB)[:-700],
        "Z.jpg": JPEG,
    }
    for name, data in files.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(data)
    Path(os.fsdecode(os.fsencode(base) + b"/caf\xe9.zip")).write_bytes(zip_of(TWO))
    return base


def in_order(*roots: Path, after: Place = ()) -> list[tuple[Place, str]]:
    """Return the places and labels of items in the order that they come."""
    return [(one.item.place, one.item.label) for one in found_in(*roots, after=after) if isinstance(one, Cleared)]


def test_every_split_gives_the_same_items(pile: Path) -> None:
    """Whatever the place, what comes before and what comes after it are the whole."""
    roots = (pile / "a.jpg", pile, pile / "d.warc")
    whole = in_order(*roots)

    for k, (place, _) in enumerate(whole):
        read_back = tuple(json.loads(json.dumps(place)))
        assert in_order(*roots, after=read_back) == whole[k + 1 :]
    assert len(whole) > 60
    assert len({place for place, _ in whole}) == len(whole)


def test_places_are_in_the_order_of_the_walk(pile: Path) -> None:
    """So that a store can compare them."""
    places = [place for place, _ in in_order(pile, pile / "c.zip")]

    assert places == sorted(places)


def test_after_a_folder_or_an_archive_comes_what_follows_it(pile: Path) -> None:
    """A place stands for all that is in it: the place of an archive that could not be read is that of its end."""
    after_folder, after_archive = in_order(pile, after=(0, "b")), in_order(pile, after=(0, "c.zip"))

    assert after_folder[0][0][:2] == (0, "c.zip")
    assert after_archive[0][0][:2] == (0, "caf\udce9.zip")
    assert in_order(pile, pile / "a.jpg", after=(0,)) == in_order(pile, pile / "a.jpg")[-1:]


def test_what_is_before_is_not_looked_at(pile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither roots, nor folders, nor archives."""
    looked: list[str] = []
    scandir = os.scandir

    def spy(path: str) -> object:
        looked.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", spy)

    found = list(walk([pile / "gone", pile], after=(1, "b", "plain.tar", 5)))

    assert looked == [str(pile), str(pile / "b")]
    assert isinstance(found[0], MediaFile)
    assert found[0].place == (1, "b", "plain.tar")


@pytest.mark.parametrize("name", ["d.warc", "e.warc.gz", "b/plain.tar"])
def test_a_reader_goes_straight_to_its_place(pile: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last member costs little more than one member."""
    read: list[int] = []
    original = FileBytes.read

    def spy(self: FileBytes, size: int) -> bytes:
        found = original(self, size)
        read.append(len(found))
        return found

    monkeypatch.setattr("rempart.app.archives.streams.CHUNK", 512)
    monkeypatch.setattr(FileBytes, "read", spy)
    before_last = in_order(pile / name)[-2][0]
    whole = sum(read)
    read.clear()

    assert len(in_order(pile / name, after=before_last)) == 1
    assert sum(read) < 0.6 * whole


def test_a_zip_s_entries_before_the_place_are_not_opened(pile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory is read, the entries are not."""
    opened: list[bytes] = []
    original = ZipContent.read

    def spy(self: ZipContent, size: int) -> bytes:
        opened.append(self._entry.name)
        return original(self, size)

    monkeypatch.setattr(ZipContent, "read", spy)
    place = in_order(pile / "c.zip")[-2][0]

    opened.clear()
    in_order(pile / "c.zip", after=place)

    assert place[:2] == (0, 2)
    assert set(opened) == {b"w.warc.gz", b"2.jpg"}


def test_a_place_that_became_another_thing_is_read_anew(tmp_path: Path) -> None:
    """An archive that is a folder now, a folder that is a file, a file that is gone: nothing is lost, nothing fails."""
    for name in ("a.zip/x.jpg", "b", "c.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(JPEG)

    assert len(in_order(tmp_path, after=(0, "a.zip", 3))) == 3
    assert len(in_order(tmp_path, after=(0, "b", "x", 7))) == 2
    assert len(in_order(tmp_path, after=(0, "bb", "x"))) == 1


@given(
    st.recursive(
        st.none(),
        lambda inner: st.dictionaries(st.sampled_from("a b a.b A aa é ~ - _".split()), inner, min_size=1),
        max_leaves=12,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree_can_be_split_anywhere(tmp_path_factory: pytest.TempPathFactory, tree: object) -> None:
    """The walk alone, on folders of all shapes."""
    root = tmp_path_factory.mktemp("tree") / "pile"
    _make(root, tree)
    whole = [one.place for one in walk([root])]

    for k, place in enumerate(whole):
        assert [one.place for one in walk([root], after=place)] == whole[k + 1 :]
    assert whole == sorted(whole)


def _make(path: Path, tree: object) -> None:
    if isinstance(tree, dict):
        path.mkdir()
        for name, inner in tree.items():
            _make(path / name, inner)
    else:
        path.write_bytes(b"")
