"""An explanation says what Rempart would answer, why, and where; it opens nothing that the gate stops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from leaks import encoded, screenshot
from pictures import scene
from rempart.app.intake import Role, Skipped
from rempart.app.matching import Explanation, explain
from rempart.config import GateSettings, HazmatSettings, Settings
from rempart.detect.checks import Why
from rempart.detect.reasons import Answer
from rempart.errors import MisuseError
from rempart.hazmat import Pool
from rempart.model import ClueKind, Orientation, Stopped, Unreadable, UnreadableReason
from rempart.model.asset import AssetProtection

Change = Callable[[Image.Image], Image.Image]
ANSWERS = tuple[Answer, Answer, Answer]
SAME, OTHER = Answer.SAME_PICTURE, Answer.DIFFERENT


def written(folder: Path, name: str, picture: Image.Image, quality: int = 85) -> Path:
    path = folder / name
    path.write_bytes(encoded(picture, quality=quality))
    return path


def explained(asset: Path, suspect: Path, settings: Settings | None = None) -> Explanation:
    found = explain(asset, suspect, settings or Settings())
    assert isinstance(found, Explanation)
    return found


def answers(found: Explanation) -> dict[AssetProtection, Answer]:
    return {one.protection: one.answer for one in found.judged}


@pytest.fixture
def asset(tmp_path: Path) -> Path:
    """Return a picture."""
    return written(tmp_path, "mine.jpg", scene(1, 640, 480), 92)


@pytest.mark.parametrize(
    "change, expected",
    [
        (lambda p: p.resize((500, 375)), (SAME, SAME, SAME)),
        (lambda p: p.crop((100, 80, 520, 400)), (OTHER, SAME, SAME)),
        (lambda p: screenshot(ImageOps.mirror(p)), (SAME, SAME, SAME)),
        (ImageOps.invert, (SAME, SAME, SAME)),
    ],
    ids=["resized", "cropped", "mirrored in a screenshot", "inverted"],
)
def test_what_each_protection_would_answer(asset: Path, change: Change, expected: ANSWERS) -> None:
    """A crop is found where more than one code is kept; each answer has its reasons, met where it is a match."""
    suspect = written(asset.parent, "copy.jpg", change(scene(1, 640, 480)))

    found = explained(asset, suspect)

    assert found.answer is Answer.SAME_PICTURE
    assert tuple(answers(found).values()) == expected
    for one in found.judged:
        assert any(reason.is_met for reason in one.reasons) is (one.answer is Answer.SAME_PICTURE)
    assert found.looked is not None
    assert len(found.looked.cells) > 4
    assert found.match is not None
    assert found.match.homography is not None


def test_what_was_done_to_a_copy_is_told(asset: Path) -> None:
    """Turned, inverted, cropped: from the comparison of pixels."""
    picture = ImageOps.invert(ImageOps.mirror(scene(1, 640, 480).crop((0, 0, 448, 480))))

    found = explained(asset, written(asset.parent, "copy.jpg", picture))

    assert found.match is not None
    assert found.match.is_crop
    assert found.match.overlap == pytest.approx(0.7, abs=0.05)
    clue = found.match.clues[0]
    assert (clue.orientation, clue.is_inverted) == (Orientation.FLIPY, True)
    assert found.looked is not None
    assert any(cell == -1 for row in found.looked.cells for cell in row)


def test_every_clue_is_measured_though_the_bytes_decide(asset: Path) -> None:
    """Identical files: distances of 0, all cells in agreement."""
    found = explained(asset, asset)

    assert found.answer is Answer.SAME_PICTURE
    assert found.measures.same_bytes
    assert found.measures.whole is not None
    assert found.measures.whole.distance_bits <= 10
    assert found.measures.points.count > 50
    assert found.looked is not None
    assert found.looked.explained > 0.95
    assert [r.why for one in found.judged for r in one.reasons] == [Why.SAME_BYTES] * 3


def test_two_different_pictures(asset: Path) -> None:
    """Nothing pointed anywhere, and the pixels were compared all the same."""
    found = explained(asset, written(asset.parent, "other.jpg", scene(2, 640, 480)))

    assert found.answer is Answer.DIFFERENT
    assert set(answers(found).values()) == {Answer.DIFFERENT}
    assert found.match is None
    assert found.looked is not None
    assert found.looked.explained < 0.5
    assert not any(reason.is_met for one in found.judged for reason in one.reasons)


def test_the_same_thing_on_two_pictures_is_no_match(tmp_path: Path) -> None:
    """A logo: its cells agree, the rest does not; which is told, and is not a match."""
    logo = scene(7, 260, 260)
    first, second = scene(1, 1280, 960), scene(2, 1280, 960)
    first.paste(logo, (900, 60))
    second.paste(logo, (80, 600))

    found = explained(written(tmp_path, "a.jpg", first), written(tmp_path, "b.jpg", second))

    assert found.answer is Answer.SAME_THING
    assert found.match is not None
    assert found.match.clues[0].kind is ClueKind.SAME_THING
    assert Answer.SAME_PICTURE not in answers(found).values()


def test_a_plain_picture_is_too_plain_to_tell(asset: Path, tmp_path: Path) -> None:
    """On either side; only its own bytes match."""
    flat = tmp_path / "flat.png"
    Image.new("RGB", (640, 480), (90, 90, 200)).save(flat)

    as_suspect, as_asset, itself = explained(asset, flat), explained(flat, asset), explained(flat, flat)

    assert (as_suspect.answer, as_asset.answer) == (Answer.TOO_PLAIN, Answer.TOO_PLAIN)
    assert as_suspect.judged[0].reasons[0].why is Why.SUSPECT_QUALITY
    assert as_asset.judged[0].reasons[0].why is Why.ASSET_QUALITY
    assert itself.answer is Answer.SAME_PICTURE


def test_a_picture_of_a_few_pixels(asset: Path, tmp_path: Path) -> None:
    """It has no code at all, and nothing fails."""
    dot = tmp_path / "dot.png"
    Image.new("RGB", (3, 3), (90, 90, 200)).save(dot)

    found = explained(asset, dot)

    assert found.answer is Answer.TOO_PLAIN
    assert found.suspect.quality is None
    assert found.measures.whole is None


def test_the_gate_stops_before_anything_is_opened(asset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either name: then neither file is opened."""
    stopped = asset.parent / "lycee.jpg"
    stopped.write_bytes(b"never opened")

    def run(*_: object) -> None:
        message = "opened"
        raise AssertionError(message)

    monkeypatch.setattr(Pool, "run", run)

    for pair, role in (((asset, stopped), Role.SUSPECT), ((stopped, asset), Role.ASSET)):
        [skipped] = explain(*pair, Settings())  # type: ignore[misc]  # what could not be compared

        assert isinstance(skipped, Skipped)
        assert (skipped.role, skipped.label) == (role, str(stopped))
        assert isinstance(skipped.outcome, Stopped)


def test_the_vocabulary_of_the_settings_is_heard(asset: Path) -> None:
    """The gate of a scan, not one of its own."""
    words = asset.parent / "words.txt"
    words.write_text("zyxwv\n", encoding="utf-8")
    suspect = written(asset.parent, "zyxwv.jpg", scene(1, 640, 480))

    found = explain(asset, suspect, Settings(gate=GateSettings(vocabulary_file=words)))

    assert isinstance(found, tuple)
    assert isinstance(found[0].outcome, Stopped)


def test_both_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """With their reasons."""
    cut, text = tmp_path / "cut.jpg", tmp_path / "text.jpg"
    cut.write_bytes(encoded(scene(1, 640, 480), quality=92)[:9000])
    text.write_text("no picture", encoding="utf-8")

    found = explain(cut, text, Settings())

    assert isinstance(found, tuple)
    outcomes = [one.outcome for one in found]
    assert [o.reason for o in outcomes if isinstance(o, Unreadable)] == [
        UnreadableReason.TRUNCATED,
        UnreadableReason.UNSUPPORTED,
    ]


def test_a_folder_or_a_missing_path_is_misuse(asset: Path) -> None:
    """One picture on each side."""
    with pytest.raises(MisuseError, match="is a folder"):
        explain(asset, asset.parent, Settings())
    with pytest.raises(MisuseError, match="No such file"):
        explain(asset.parent / "absent.jpg", asset, Settings())


def test_the_settings_decide(asset: Path) -> None:
    """A radius that nothing is within: the code of a copy is no clue any more, the pixels still are."""
    suspect = written(asset.parent, "copy.jpg", scene(1, 640, 480).resize((400, 300)), 40)
    strict = Settings().model_copy(update={"detect": Settings().detect.model_copy(update={"radius_bits": 0})})

    found = explained(asset, suspect, strict)

    assert answers(found)[AssetProtection.HASH_ONLY] is Answer.DIFFERENT
    assert found.answer is Answer.SAME_PICTURE


def test_a_file_over_the_limit_is_not_read(asset: Path) -> None:
    """The sandbox's limits are those of a scan."""
    found = explain(asset, asset, Settings(hazmat=HazmatSettings(max_bytes=1024)))

    assert isinstance(found, tuple)
    assert [getattr(one.outcome, "reason", None) for one in found] == [UnreadableReason.TOO_MANY_BYTES] * 2
