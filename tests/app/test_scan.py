"""A scan compares what can be compared, tells what cannot, and never opens what the gate stops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from archive_makers import packed, tar_of, warc_of, zip_of
from leaks import encoded
from pictures import scene
from rempart.app.intake import Plain, Role, Skipped
from rempart.app.scan import Scan, Tally
from rempart.config import ArchiveSettings, GateSettings, HazmatSettings, Settings
from rempart.errors import ConfigError, MisuseError, RefusedError
from rempart.hazmat import Pool
from rempart.model import Cleared, Match, MediaItem, Orientation, Stopped, Unreadable, UnreadableReason


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """Return a folder with two pictures."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    for seed in (1, 2):
        (folder / f"{seed}.jpg").write_bytes(encoded(scene(seed, 640, 480), quality=92))
    return folder


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    """Return an empty folder for suspects."""
    (tmp_path / "pile").mkdir()
    return tmp_path / "pile"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the labels of everything that is handed to the sandbox, as it happens."""
    labels: list[str] = []
    run = Pool.run

    def spy(self: Pool[Any], items: Iterator[Cleared[MediaItem]], options: dict[str, int | str]) -> Iterator[Any]:
        def noted() -> Iterator[Cleared[MediaItem]]:
            for cleared in items:
                labels.append(cleared.item.label)
                yield cleared

        return run(self, noted(), options)

    monkeypatch.setattr(Pool, "run", spy)
    return labels


def scanned(shoot: Path, pile: Path, settings: Settings | None = None) -> tuple[list[Match], list[Skipped], Tally]:
    """Run a scan to its end."""
    with Scan(assets=[shoot], suspects=[pile], settings=settings or Settings()) as scan:
        events = list(scan.events())
        tally = scan.summary()
    return [e for e in events if isinstance(e, Match)], [e for e in events if isinstance(e, Skipped)], tally


def test_a_mirrored_copy_is_found_and_explained(shoot: Path, pile: Path) -> None:
    """The match names both sides, the distance and the turn."""
    (pile / "copy.webp").write_bytes(encoded(ImageOps.mirror(scene(1, 640, 480)), "WEBP", quality=70))
    (pile / "other.jpg").write_bytes(encoded(scene(77, 640, 480), quality=80))

    [match], skipped, tally = scanned(shoot, pile)

    assert (match.asset, match.suspect) == (str(shoot / "1.jpg"), str(pile / "copy.webp"))
    assert match.clues[0].orientation is Orientation.FLIPY
    assert match.clues[0].distance_bits <= 31
    assert skipped == []
    assert (tally.scanned, tally.matched, tally.assets) == (2, 1, 2)


def test_a_stopped_name_is_never_opened(shoot: Path, pile: Path, asked: list[str]) -> None:
    """Neither its content nor its size is looked at: the sandbox is not called for it."""
    (pile / "lycee_15ans.jpg").write_bytes((shoot / "1.jpg").read_bytes())
    (pile / "plain.jpg").write_bytes((shoot / "1.jpg").read_bytes())

    matches, [stopped], tally = scanned(shoot, pile)

    assert isinstance(stopped.outcome, Stopped)
    assert not [label for label in asked if "lycee" in label]
    assert [m.suspect for m in matches] == [str(pile / "plain.jpg")]
    assert (tally.stopped, tally.scanned) == (1, 1)
    assert not tally.is_all_stopped()


def test_a_stopped_folder_stops_what_is_in_it(shoot: Path, pile: Path, asked: list[str]) -> None:
    """Nothing is left: the tally says so, for exit code 6."""
    (pile / "collégiens").mkdir()
    (pile / "collégiens" / "x.jpg").write_bytes(b"x")

    _, _, tally = scanned(shoot, pile)

    assert tally.is_all_stopped()
    assert not [label for label in asked if "x.jpg" in label]


def test_assets_pass_the_gate_too(shoot: Path, pile: Path, asked: list[str]) -> None:
    """With every asset stopped, the scan is refused before anything is opened."""
    for path in shoot.iterdir():
        path.rename(shoot / f"16ans-{path.name}")

    with pytest.raises(RefusedError, match="every asset was stopped"):
        scanned(shoot, pile)
    assert asked == []


def test_a_hotline_s_vocabulary_is_loaded(shoot: Path, pile: Path, tmp_path: Path) -> None:
    """The file that the settings name stops its terms."""
    (tmp_path / "terms").write_text("# lent by a hotline\nzorglub\n", encoding="utf-8")
    (pile / "a-zorglub.jpg").write_bytes(b"x")
    settings = Settings(gate=GateSettings(vocabulary_file=tmp_path / "terms"))

    _, [stopped], _ = scanned(shoot, pile, settings)

    assert isinstance(stopped.outcome, Stopped)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_vocabulary_that_cannot_be_read_ends_the_scan(
    shoot: Path, pile: Path, tmp_path: Path, content: bytes | None
) -> None:
    """Nothing is scanned with half a gate."""
    if content is not None:
        (tmp_path / "terms").write_bytes(content)

    with pytest.raises(ConfigError, match="terms"):
        scanned(shoot, pile, Settings(gate=GateSettings(vocabulary_file=tmp_path / "terms")))


def test_everything_that_cannot_be_read_is_told_with_its_reason(shoot: Path, pile: Path) -> None:
    """One of each, and the good one among them is found."""
    good = (shoot / "1.jpg").read_bytes()
    (pile / "good.jpg").write_bytes(good)
    (pile / "cut.jpg").write_bytes(good[:5000])
    (pile / "empty.jpg").write_bytes(b"")
    (pile / "text.jpg").write_bytes(b"not a picture")
    (pile / "wrong-name.txt").write_bytes(good)
    os.mkfifo(pile / "fifo")
    (pile / "loop").symlink_to(pile / "loop")
    (pile / "folder").symlink_to(pile)

    matches, skipped, tally = scanned(shoot, pile)

    reasons = {Path(s.label).name: s.outcome.reason for s in skipped if isinstance(s.outcome, Unreadable)}
    assert reasons == {
        "cut.jpg": UnreadableReason.TRUNCATED,
        "empty.jpg": UnreadableReason.EMPTY,
        "text.jpg": UnreadableReason.UNSUPPORTED,
        "fifo": UnreadableReason.NOT_A_FILE,
        "loop": UnreadableReason.LINK_LOOP,
        "folder": UnreadableReason.LINKED_FOLDER,
    }
    assert sorted(Path(m.suspect).name for m in matches) == ["good.jpg", "wrong-name.txt"]
    assert (tally.unreadable, tally.scanned, tally.matched) == (6, 2, 2)


def test_a_plain_picture_is_told_to_be_so(shoot: Path, pile: Path) -> None:
    """It is not compared and not passed over in silence."""
    (pile / "white.png").write_bytes(encoded(Image.new("RGB", (300, 300), "white"), "PNG"))

    matches, [plain], tally = scanned(shoot, pile)

    assert matches == []
    assert plain.outcome is Plain.TOO_PLAIN
    assert (tally.plain, tally.scanned) == (1, 1)


def test_unreadable_assets_are_told_and_the_others_serve(shoot: Path, pile: Path) -> None:
    """A folder of pictures also holds other things."""
    (shoot / "notes.txt").write_text("notes", encoding="utf-8")
    (pile / "copy.jpg").write_bytes((shoot / "2.jpg").read_bytes())

    matches, [skipped], tally = scanned(shoot, pile)

    assert len(matches) == 1
    assert skipped.role is Role.ASSET
    assert (tally.assets, tally.assets_unreadable, tally.unreadable) == (2, 1, 0)


def test_no_readable_asset_is_misuse(tmp_path: Path, pile: Path) -> None:
    """There is nothing to look for."""
    (tmp_path / "shoot").mkdir()

    with pytest.raises(MisuseError, match="no asset can be read"):
        scanned(tmp_path / "shoot", pile)


def test_a_later_frame_of_an_animation_is_found(shoot: Path, pile: Path) -> None:
    """A picture hidden behind another one in a GIF is a copy too."""
    first, second = scene(50, 640, 480), scene(1, 640, 480)
    data = encoded(first.quantize(), "GIF", save_all=True, append_images=[second.quantize()])  # type: ignore[arg-type]
    (pile / "two.gif").write_bytes(data)

    [match], _, _ = scanned(shoot, pile)

    assert match.clues[0].frame == 1


def test_workers_do_not_change_the_answer(shoot: Path, pile: Path) -> None:
    """One worker or three: the same events in the same order."""
    for k in range(12):
        (pile / f"{k:02d}.jpg").write_bytes(encoded(scene(k % 5, 320, 240), quality=70))

    one = scanned(shoot, pile, Settings(hazmat=HazmatSettings(workers=1)))
    three = scanned(shoot, pile, Settings(hazmat=HazmatSettings(workers=3)))

    assert one[:2] == three[:2]
    assert one[2].matched == three[2].matched > 0


def test_copies_in_archives_are_found(shoot: Path, pile: Path, asked: list[str]) -> None:
    """In a zip, in a tar, in a crawl, in a crawl in a zip; by the place that a person can go to."""
    good = (shoot / "1.jpg").read_bytes()
    web = {"https://e.example/a.jpg": good, "https://e.example/": b"<html>", "https://e.example/lycee.jpg": good}
    (pile / "a.zip").write_bytes(zip_of({"folder/a.jpg": good, "lycee/b.jpg": good, "notes.txt": b"notes"}))
    (pile / "b.tgz").write_bytes(packed(tar_of({"x.jpg": good, "cut.jpg": good[:9000]})))
    (pile / "c").write_bytes(warc_of(web, gz=True))
    (pile / "d.wacz").write_bytes(zip_of({"datapackage.json": b"{}", "archive/d.warc": warc_of(web)}))

    matches, skipped, tally = scanned(shoot, pile)

    assert [m.suspect for m in matches] == [
        f"{pile}/a.zip!/folder/a.jpg",
        f"{pile}/b.tgz!/x.jpg",
        "https://e.example/a.jpg",
        "https://e.example/a.jpg",
    ]
    assert {(s.label.removeprefix(str(pile)), s.outcome_word()) for s in skipped} == {
        ("/a.zip!/lycee/b.jpg", "stopped"),
        ("/a.zip!/notes.txt", "unreadable"),
        ("/b.tgz!/cut.jpg", "unreadable"),
        ("https://e.example/lycee.jpg", "stopped"),
    }
    assert not [label for label in asked if "lycee" in label]
    assert (tally.matched, tally.stopped, tally.unreadable, tally.not_pictures) == (4, 3, 2, 3)


def test_settings_close_archives(shoot: Path, pile: Path) -> None:
    """Depth 0 opens none: they are files that are not pictures."""
    (pile / "a.zip").write_bytes(zip_of({"a.jpg": (shoot / "1.jpg").read_bytes()}))

    matches, [skipped], _ = scanned(shoot, pile, Settings(archives=ArchiveSettings(max_depth=0)))

    assert matches == []
    assert isinstance(skipped.outcome, Unreadable)
    assert skipped.outcome.reason is UnreadableReason.UNSUPPORTED
