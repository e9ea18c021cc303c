"""``rempart scan``: words, exit codes, JSON, nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from archive_makers import warc_of, zip_of
from commands import REMPART, rempart
from leaks import encoded, screenshot
from pictures import scene

MATCH_KEYS = ["v", "suspect", "asset", "score", "false_match_bound", "region", "overlap", "homography", "clues"]
SCAN = ("scan", ".", "--assets", ".")
CLUE_KEYS = "kind signal_type distance_bits weight orientation inverted count of explained model note".split()


def test_scan_prints_matches_and_a_summary_in_json(folders: tuple[Path, Path]) -> None:
    """One line a match, the summary last, talk elsewhere; exit 1 because something matched."""
    shoot, pile = folders

    done = rempart("scan", pile, "--assets", shoot, "--json")

    [match, last] = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert list(match) == MATCH_KEYS
    assert all(list(clue) == CLUE_KEYS for clue in match["clues"])
    assert {"whole_frame", "local_features"} <= {clue["kind"] for clue in match["clues"]}
    assert match["overlap"] > 0.95
    assert len(match["homography"]) == 9
    assert (match["suspect"], match["asset"]) == (str(pile / "a-copy.jpg"), str(shoot / "mine.jpg"))
    assert 0 < match["false_match_bound"] < 1e-4
    assert match["region"] == [[0, 0], [480, 0], [480, 360], [0, 360]]
    assert 0 < match["score"] <= 1
    summary = last["summary"]
    assert [summary[k] for k in ("scanned", "matched", "unreadable", "stopped")] == [2, 1, 1, 1]
    assert summary["seconds"] > 0
    assert f"unreadable: {pile / 'c-cut.jpg'}: cut short" in done.stderr
    assert f"stopped: {pile / 'd-lycee.jpg'}" in done.stderr
    assert "PHAROS" in done.stderr


def test_scan_speaks_to_people(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """A line a match, a line of counts, a report on demand; no progress where nobody looks."""
    shoot, pile = folders

    done = rempart("scan", pile, "-a", shoot, "--report", tmp_path / "r.html", "--lang", "en")

    assert done.returncode == 1
    assert done.stdout.startswith("match  ")
    assert "2 scanned against 1 assets, 1 matched, 1 unreadable, 1 stopped" in done.stdout
    assert "a-copy.jpg" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "change, words, kind",
    [
        (lambda p: p.crop((60, 40, 400, 320)), "a crop: ", "local_features"),
        (lambda p: ImageOps.invert(ImageOps.mirror(p)), "mirrored left to right, colours inverted", "whole_frame"),
        (screenshot, " of the texture explained", "local_features"),
    ],
)
def test_scan_says_what_was_done_to_a_copy(
    change: Callable[[Image.Image], Image.Image], words: str, kind: str, tmp_path: Path
) -> None:
    """In words to a person, and as fields to a program."""
    (tmp_path / "mine.jpg").write_bytes(encoded(scene(1, 640, 480), quality=92))
    (tmp_path / "copy.jpg").write_bytes(encoded(change(scene(1, 640, 480)), quality=80))

    text = rempart("scan", tmp_path / "copy.jpg", "-a", tmp_path / "mine.jpg")
    as_json = rempart("scan", tmp_path / "copy.jpg", "-a", tmp_path / "mine.jpg", "--json")

    assert words in text.stdout
    match = json.loads(as_json.stdout.splitlines()[0])
    assert kind in {clue["kind"] for clue in match["clues"]}


def test_what_was_skipped_goes_to_a_file(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """One line each, with a reason that a program can count; private."""
    shoot, pile = folders

    done = rempart("scan", pile, "--assets", shoot, "--skipped", tmp_path / "s.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text(encoding="ascii").splitlines()]
    assert done.returncode == 1
    assert sorted((Path(line["path"]).name, line["outcome"], line["reason"], line["role"]) for line in lines) == [
        ("c-cut.jpg", "unreadable", "truncated", "suspect"),
        ("d-lycee.jpg", "stopped", "minor_word", "suspect"),
    ]
    assert (tmp_path / "s.jsonl").stat().st_mode & 0o777 == 0o600


def test_scan_without_a_match_is_zero(folders: tuple[Path, Path]) -> None:
    """Nothing found is done."""
    shoot, pile = folders

    assert rempart("scan", pile / "b-stranger.jpg", "--assets", shoot).returncode == 0


def test_scan_of_nothing_but_stopped_items_is_six(folders: tuple[Path, Path]) -> None:
    """Refused for safety."""
    shoot, pile = folders

    done = rempart("scan", pile / "d-lycee.jpg", "--assets", shoot, "--json")

    assert done.returncode == 6
    assert json.loads(done.stdout)["summary"]["stopped"] == 1


def test_files_and_folders_mix(folders: tuple[Path, Path]) -> None:
    """Several suspects, several assets."""
    shoot, pile = folders

    done = rempart(
        "scan", pile / "b-stranger.jpg", pile, "-a", shoot / "mine.jpg", "-a", pile / "b-stranger.jpg", "--json"
    )

    assert json.loads(done.stdout.splitlines()[-1])["summary"]["scanned"] == 3
    assert json.loads(done.stdout.splitlines()[-1])["summary"]["assets"] == 2


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (("scan", "absent", "--assets", "."), 2, "cannot read 'absent': No such file or directory"),
        (("scan", "."), 3, "there is no workspace in"),
        (("scan", ".", "--assets", ".", "--resume"), 2, "a scan with --assets keeps nothing"),
        (
            ("scan", ".", "--assets", ".", "--workers", "-1"),
            3,
            "hazmat.workers cannot be -1 (from --workers): it takes a whole number from 0 to 1024",
        ),
        (
            ("scan", ".", "--assets", ".", "--report", "no/such/r.html"),
            2,
            "cannot write 'no/such/r.html': its folder does not exist",
        ),
        ((*SCAN, "--skipped", "no/such/s.jsonl"), 2, "cannot write 'no/such/s.jsonl'"),
        (("--config", "absent.toml", "config", "show"), 3, "the settings file absent.toml does not exist"),
        (("nonsense",), 2, "No such command 'nonsense'"),
        (("fingerprint", "absent"), 2, "cannot read 'absent'"),
    ],
)
def test_misuse_gets_a_sentence(arguments: tuple[str, ...], code: int, words: str, tmp_path: Path) -> None:
    """The value that was wrong, the exit code, no traceback."""
    done = subprocess.run([*REMPART, *arguments], capture_output=True, encoding="utf-8", check=False, cwd=tmp_path)

    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_names_cannot_act_on_the_terminal(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Newlines, escapes and bytes that are not UTF-8 are shown escaped; JSON gives the very bytes back."""
    shoot, pile = folders
    raw = os.fsencode(tmp_path) + b"/a\nb\x1b[31m\xe9\xe2\x80\xae.jpg"
    Path(os.fsdecode(raw)).write_bytes((pile / "a-copy.jpg").read_bytes())

    text = rempart("scan", tmp_path, "--assets", shoot)
    as_json = rempart("scan", tmp_path, "--assets", shoot, "--json")

    assert r"a\nb\x1b[31m\udce9\u202e.jpg" in text.stdout
    assert "\x1b" not in text.stdout
    assert os.fsencode(json.loads(as_json.stdout.splitlines()[0])["suspect"]) == raw


def test_what_is_in_an_archive_is_shown_by_its_label(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """In words, in JSON, in the report, in the list of what was skipped; a hostile name is escaped."""
    shoot, pile = folders
    copy = (pile / "a-copy.jpg").read_bytes()
    hostile = "../../etc/\x1b[31mpasswd"
    (tmp_path / "pile").mkdir()
    (tmp_path / "pile" / "x.zip").write_bytes(zip_of({hostile: copy, "bomb.bmp": b"BM" + bytes(10**7)}))
    web = {"https://e.example/\x1b[2J": copy, "https://e.example/": b"<html>"}
    (tmp_path / "pile" / "y.warc.gz").write_bytes(warc_of(web, gz=True))
    outputs = ("--report", tmp_path / "r.html", "--skipped", tmp_path / "s.jsonl")

    text = rempart("scan", tmp_path / "pile", "--assets", shoot, *outputs)
    as_json = rempart("scan", tmp_path / "pile", "--assets", shoot, "--json")

    *matches, last = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert [m["suspect"] for m in matches] == [f"{tmp_path}/pile/x.zip!/{hostile}", "https://e.example/\x1b[2J"]
    assert last["summary"]["not_pictures"] == 1
    assert r"x.zip!/../../etc/\x1b[31mpasswd" in text.stdout
    assert "1 web records without a picture" in text.stdout
    assert "\x1b" not in text.stdout + text.stderr
    assert "bomb.bmp: expands too much" in text.stderr or "x.zip: expands too much" in text.stderr
    assert "se décompresse en trop d" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "s.jsonl").read_text(encoding="ascii").splitlines()[0])["reason"] == "bomb"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["pile", "r.html", "s.jsonl", "x.zip", "y.warc.gz"]
