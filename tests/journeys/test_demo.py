"""Nadia's story holds: every promise of the demonstration is kept, and none of its pictures passes for another."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import story
from copies import LEAKER
from leaks import TREATMENTS, encoded
from pictures import scene
from rempart.kernels.pdq import pdq_dihedral
from required import ROOT


@pytest.mark.enable_socket  # a forum and its mirror, on loopback
def test_the_story_keeps_its_promises(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recompressed, resized, mirrored and turned copies are all found, nothing else; pages show its very lines."""
    monkeypatch.chdir(tmp_path)
    status = story.tell(Path("demo-out"), "en", assets=12, unrelated=60)

    told = capfd.readouterr()
    assert status == 0, told.err
    for treatment in TREATMENTS:
        assert treatment.name in told.out
    assert told.out.count("12 / 12") == sum(t.promised for t in TREATMENTS)
    assert told.out.count(" 0 / 12") == sum(not t.promised for t in TREATMENTS)
    assert "false matches                       0" in told.out
    assert "2 unreadable, 1 stopped" in told.out
    assert re.search(rf"^accused: .*\n.*{LEAKER}  score", told.out, re.MULTILINE)
    assert "nobody: the original is there" in told.out  # of the picture that carries no mark
    for place in ("forum.example", "mirror.example"):
        assert re.search(
            rf"^match  \S+  new  http://{place}:\d+/threads/\S+/page-2  <-  nadia-01.jpg$", told.out, re.MULTILINE
        )
    assert "for the thread that may concern a minor: 0" in told.out
    assert "\nVERIFIED\n" in told.out
    assert "NOT VERIFIED: a file was changed" in told.out  # once one bit of it was
    assert "too many pixels: 60000 x 60000" in told.err
    assert (tmp_path / "demo-out" / "report.html").exists()
    for page in ("README.md", "docs/tutorial.md", "docs/fr/tutoriel.md"):
        shown = (ROOT / page).read_text(encoding="utf-8")
        lines = re.findall(
            r"^(?:match|unreadable:|stopped:|Done:) .*$|^\d+ registered, .*$|^\d+ scanned .*(?=, [\d.]+ s)",
            shown,
            re.MULTILINE,
        )
        assert lines
        for line in lines:
            assert line in told.out + told.err, (page, line)


def test_a_broken_promise_is_not_hidden(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A copy that is missed, or a false match, makes the demonstration fail."""
    truth = {f"{t.name}.img": ("a.jpg", t.name) for t in TREATMENTS}
    every = [(suspect, "a.jpg") for suspect in truth]
    summary = {"scanned": 1.0, "matched": 1.0, "unreadable": 0.0, "stopped": 0.0, "seconds": 1.0}

    assert story.show(truth, every, summary, tmp_path) == 0
    assert story.show(truth, every[1:], summary, tmp_path) == 1
    assert story.show(truth, [*every, ("stranger.jpg", "a.jpg")], summary, tmp_path) == 1
    assert story.show(truth, every[:-1], summary, tmp_path) == 1  # a collage
    assert "a promise was not kept" in capsys.readouterr().err


@pytest.mark.slow
def test_no_two_pictures_collide() -> None:
    """In any turn or reflection, two of the demonstration's pictures are further apart than the radius."""
    seeds = [*(story._SEED + k for k in range(12)), *(story._SEED + 10_000 + k for k in range(60))]
    codes = [pdq_dihedral(np.asarray(scene(seed, 640, 480))) for seed in seeds]
    usable = [code for code, quality in codes if quality >= 50]

    distances = [
        int(np.bitwise_count(one[0] ^ two).sum(axis=1).min()) for one, two in itertools.combinations(usable, 2)
    ]
    assert len(usable) > 60
    assert min(distances) > 45


def test_nothing_is_kept(tmp_path: Path) -> None:
    """A scan leaves compiled code in its cache, and no other file anywhere it could write."""
    for name in ("home", "tmp", "shoot", "pile"):
        (tmp_path / name).mkdir()
    (tmp_path / "shoot" / "a.jpg").write_bytes(encoded(scene(1, 320, 240), quality=90))
    (tmp_path / "pile" / "b.jpg").write_bytes(encoded(scene(1, 320, 240), quality=50))
    environment = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp"), "PATH": os.environ["PATH"]}

    done = subprocess.run(
        [sys.executable, "-m", "rempart", "scan", "pile", "--assets", "shoot"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    left = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert done.returncode == 1
    assert "Compiling numerical code for this machine, once" in done.stderr
    assert {f for f in left if not f.startswith("home/.cache/rempart/kernels/")} == {"shoot/a.jpg", "pile/b.jpg"}
