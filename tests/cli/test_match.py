"""``rempart match``: words, a drawing, JSON, exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from commands import rempart

KEYS = (
    "v answer asset suspect same_bytes whole_frame inner_frame inner_frames parts points pixels parts_in_place "
    "pixels_failed match same_thing protections"
).split()


def test_a_copy_is_explained_in_words_and_drawn(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Exit 1; the answer, then clue by clue; an outline without media, in the language asked for."""
    shoot, pile = folders

    done = rempart("match", shoot / "mine.jpg", pile / "a-copy.jpg", "--svg", tmp_path / "m.svg", "--lang", "fr")

    assert done.returncode == 1
    assert done.stdout.startswith("The same picture.")
    assert "bytes: the two files differ" in done.stdout
    assert "(detect.radius_bits): enough" in done.stdout
    assert "vault (the original too), or scan --assets: a match" in done.stdout
    drawing = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert "La même image." in drawing
    assert "Drawing: " in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_two_strangers_are_zero_in_json(folders: tuple[Path, Path]) -> None:
    """One line, versioned, with every clue that was measured."""
    shoot, pile = folders

    done = rempart("match", shoot / "mine.jpg", pile / "b-stranger.jpg", "--json")

    [found] = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert list(found) == KEYS
    assert (found["v"], found["answer"], found["match"], found["same_thing"]) == (1, "different", None, None)
    assert found["whole_frame"]["distance_bits"] > 31
    assert [one["protection"] for one in found["protections"]] == ["hash_only", "detailed", "vault"]
    assert all(not reason["met"] for one in found["protections"] for reason in one["reasons"])
    assert len(found["pixels"]["cells"]) > 4


def test_a_match_in_json_is_that_of_a_scan(folders: tuple[Path, Path]) -> None:
    """The same clues, the same placement."""
    shoot, pile = folders

    explained = json.loads(rempart("match", shoot / "mine.jpg", pile / "a-copy.jpg", "--json").stdout)
    scanned = json.loads(
        rempart("scan", pile / "a-copy.jpg", "-a", shoot / "mine.jpg", "--json").stdout.splitlines()[0]
    )

    assert explained["match"] == scanned


@pytest.mark.parametrize(
    "suspect, code, words",
    [
        ("c-cut.jpg", 2, "unreadable: "),
        ("d-lycee.jpg", 6, "PHAROS"),
        ("absent.jpg", 2, "No such file or directory"),
        (".", 2, "is a folder"),
    ],
)
def test_what_cannot_be_compared_says_why(folders: tuple[Path, Path], suspect: str, code: int, words: str) -> None:
    """On stderr, with the code that ``rempart fingerprint`` has for it."""
    shoot, pile = folders

    done = rempart("match", shoot / "mine.jpg", pile / suspect, "--json")

    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_drawing_never_replaces_a_picture(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Neither one of the two, nor a file of somebody's; said before anything is read."""
    shoot, pile = folders
    art = tmp_path / "art.svg"
    art.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    before = (shoot / "mine.jpg").read_bytes()

    onto_asset = rempart("match", shoot / "mine.jpg", pile / "a-copy.jpg", "--svg", shoot / "mine.jpg")
    onto_art = rempart("match", shoot / "mine.jpg", pile / "a-copy.jpg", "--svg", art)

    assert (onto_asset.returncode, onto_art.returncode) == (2, 2)
    assert onto_asset.stdout == onto_art.stdout == ""
    assert (shoot / "mine.jpg").read_bytes() == before
    assert art.read_text(encoding="utf-8").startswith("<svg")


def test_names_cannot_act_on_the_terminal(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Shown escaped; JSON gives the very bytes back."""
    shoot, pile = folders
    raw = os.fsencode(tmp_path) + b"/a\nb\x1b[31m\xe9\xe2\x80\xae.jpg"
    Path(os.fsdecode(raw)).write_bytes((pile / "a-copy.jpg").read_bytes())

    text = rempart("match", shoot / "mine.jpg", os.fsdecode(raw), "--svg", tmp_path / "m.svg")
    as_json = rempart("match", shoot / "mine.jpg", os.fsdecode(raw), "--json")

    assert r"a\nb\x1b[31m\udce9\u202e.jpg" in text.stdout
    assert "\x1b" not in text.stdout
    assert os.fsencode(json.loads(as_json.stdout)["suspect"]["path"]) == raw
    assert "\x1b" not in (tmp_path / "m.svg").read_text(encoding="utf-8")
