"""Piles are walked in order, without loops, and everything that cannot be entered is told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from rempart.app.pile import Unentered, check_roots, count, walk
from rempart.errors import MisuseError
from rempart.model import MediaFile, UnreadableReason


def tree(folder: Path, *names: str) -> None:
    """Make empty files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_files_come_in_order_of_name(tmp_path: Path) -> None:
    """Folders recurse; files, folders and any mixture can be named."""
    tree(tmp_path, "b/2.jpg", "b/1.jpg", "a.jpg", "c/d/e.jpg", "alone.jpg")

    found = [f.label for f in walk([tmp_path / "b", tmp_path / "alone.jpg", tmp_path / "c"])]

    assert found == [str(tmp_path / n) for n in ("b/1.jpg", "b/2.jpg", "alone.jpg", "c/d/e.jpg")]


def test_names_below_what_was_given_are_judged(tmp_path: Path) -> None:
    """The named folder counts, its ancestors do not: a home called so would stop everything."""
    tree(tmp_path, "pile/sub/x.jpg", "pile/sub/y.jpg")

    items = list(walk([tmp_path / "pile"]))

    assert [i.names for i in items if isinstance(i, MediaFile)] == [("pile", "sub", "x.jpg"), ("pile", "sub", "y.jpg")]


def test_the_target_of_a_link_is_judged_too(tmp_path: Path) -> None:
    """A harmless name that leads to another one does not hide it, in a pile or named alone."""
    tree(tmp_path, "elsewhere/lycee.jpg", "pile/x")
    (tmp_path / "pile" / "innocent.jpg").symlink_to(tmp_path / "elsewhere" / "lycee.jpg")

    linked = [f for f in walk([tmp_path / "pile", tmp_path / "pile" / "innocent.jpg"]) if f.label.endswith("t.jpg")]

    assert len(linked) == 2
    assert all("elsewhere" in f.names for f in linked if isinstance(f, MediaFile))
    assert all(isinstance(f, MediaFile) and "lycee.jpg" in f.names for f in linked)


def test_no_way_of_naming_hides_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From inside it, through a link, through a chain of links, through dots: its name is judged."""
    tree(tmp_path, "lycee/2020/x.jpg", "pile/y.jpg")
    (tmp_path / "folder").symlink_to(tmp_path / "lycee")
    (tmp_path / "pile" / "lycee.lnk").symlink_to(tmp_path / "pile" / "y.jpg")
    (tmp_path / "pile" / "chain.jpg").symlink_to(tmp_path / "pile" / "lycee.lnk")
    (tmp_path / "pile" / "deep.jpg").symlink_to(tmp_path / "lycee" / "2020" / "x.jpg")
    monkeypatch.chdir(tmp_path / "lycee")

    for root in (".", "../folder", "../pile/chain.jpg", "../pile/deep.jpg", "../lycee/2020/../2020"):
        for item in walk([Path(root)]):
            assert isinstance(item, MediaFile)
            judged = " ".join(item.names)
            assert "lycee" in judged or root.endswith("2020"), root


def test_links_to_folders_are_told_and_not_followed(tmp_path: Path) -> None:
    """So no loop can hold the walk, and nothing outside the pile is read by surprise."""
    tree(tmp_path, "pile/x.jpg")
    (tmp_path / "pile" / "loop").symlink_to(tmp_path / "pile")

    found = list(walk([tmp_path / "pile"]))

    assert [f.label for f in found if isinstance(f, MediaFile)] == [str(tmp_path / "pile" / "x.jpg")]
    [unentered] = [f for f in found if isinstance(f, Unentered)]
    assert unentered.outcome.reason is UnreadableReason.LINKED_FOLDER


def test_a_link_to_a_folder_that_is_named_is_followed(tmp_path: Path) -> None:
    """What a person names is meant."""
    tree(tmp_path, "real/x.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert [f.label for f in walk([tmp_path / "link"])] == [str(tmp_path / "link" / "x.jpg")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can enter everything")
def test_a_closed_folder_inside_is_told(tmp_path: Path) -> None:
    """The rest of the pile is walked."""
    tree(tmp_path, "pile/closed/x.jpg", "pile/z.jpg")
    (tmp_path / "pile" / "closed").chmod(0)

    found = list(walk([tmp_path / "pile"]))

    assert [type(f) for f in found] == [Unentered, MediaFile]
    (tmp_path / "pile" / "closed").chmod(0o700)


def test_names_of_any_bytes_are_kept(tmp_path: Path) -> None:
    """Newlines and bytes that are not UTF-8 come through, and the file can still be opened."""
    raw = os.fsencode(tmp_path) + b"/caf\xe9\n.jpg"
    Path(os.fsdecode(raw)).write_bytes(b"")

    [item] = walk([tmp_path])

    assert isinstance(item, MediaFile)
    assert os.fsencode(item.path) == raw


def test_a_missing_root_is_misuse(tmp_path: Path) -> None:
    """With its name and what to do."""
    with pytest.raises(MisuseError, match=r"absent.*No such file"):
        check_roots([tmp_path / "absent"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root can enter everything")
def test_a_closed_root_is_misuse(tmp_path: Path) -> None:
    """A folder that cannot be listed at all is not an empty one."""
    (tmp_path / "closed").mkdir(mode=0)

    with pytest.raises(MisuseError, match="Permission denied"):
        check_roots([tmp_path / "closed"])


def test_the_count_is_that_of_the_walk(tmp_path: Path) -> None:
    """What the progress bar waits for comes."""
    tree(tmp_path, "a/1", "a/b/2", "c", "d/e/f/3")
    (tmp_path / "loop").symlink_to(tmp_path)

    assert count([tmp_path, tmp_path / "c"]) == len(list(walk([tmp_path, tmp_path / "c"])))


def test_a_deep_tree_is_walked(tmp_path: Path) -> None:
    """Depth is bounded by the system's path length, not by us."""
    deep = Path(str(tmp_path) + "/d" * 1900)
    for level in range(100, 1901, 100):
        os.makedirs(str(tmp_path) + "/d" * level, exist_ok=True)
    (deep / "x.jpg").write_bytes(b"")

    assert len(list(walk([tmp_path]))) == 1
    subprocess.run(["/bin/rm", "-rf", str(tmp_path / "d")], check=True)  # too deep for shutil.rmtree, which pytest uses
