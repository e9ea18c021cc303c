"""The closer look: what it says of crops, what it does when something is not at hand any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

import workspaces
from pictures import scene
from rempart.app import looking
from rempart.app.intake import Skipped
from rempart.app.rights import add_owner, contest_asset, grant_consent, subject_of
from rempart.app.scan import Scan
from rempart.app.withdrawing import withdraw
from rempart.app.workspace import Workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.config import Settings
from rempart.detect import Comparison
from rempart.model import ClueKind, FingerprintedMedia, Match, MediaItem
from rempart.model.asset import AssetProtection, ConsentScope

Made = tuple[Settings, Workspace]


def cropped(path: Path, out: Path, share: float = 0.7) -> Path:
    """Write the middle of a picture."""
    picture = Image.open(path).convert("RGB")
    width, height = round(picture.width * share), round(picture.height * share)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    out.parent.mkdir(exist_ok=True)
    picture.crop((left, top, left + width, top + height)).save(out, quality=80)
    return out


@pytest.fixture
def shoot(tmp_path: Path) -> list[Path]:
    """Write three pictures with much in them."""
    paths = []
    for seed in (11, 12, 13):
        path = tmp_path / "shoot" / f"{seed}.jpg"
        path.parent.mkdir(exist_ok=True)
        scene(seed, 900, 600).save(path, quality=92)
        paths.append(path)
    return paths


def test_a_one_shot_scan_finds_a_crop_and_says_where(shoot: list[Path], tmp_path: Path) -> None:
    """The whole frame's code is far away; points and pixels tell, and the homography registers it."""
    copy = cropped(shoot[1], tmp_path / "pile" / "crop.jpg")
    cropped(shoot[1], tmp_path / "pile" / "other.jpg").write_bytes(b"no picture")

    with Scan(assets=[shoot[0], shoot[1]], suspects=[copy.parent], settings=Settings()) as scan:
        events = list(scan.events())

    [match] = [e for e in events if isinstance(e, Match)]
    assert (match.asset, match.clues[0].kind) == (str(shoot[1]), ClueKind.LOCAL_FEATURES)
    assert match.overlap == pytest.approx(0.49, abs=0.03)
    assert match.homography is not None
    assert match.region is not None
    assert match.region[0][0] < 0  # the asset goes on beyond the crop
    assert [type(e) for e in events if not isinstance(e, Match)] == [Skipped]


def test_an_asset_that_changed_meanwhile_is_not_looked_at(shoot: list[Path], tmp_path: Path) -> None:
    """What is read again must be what was learned: a crop is then not told, a whole copy by its code is."""
    crop = cropped(shoot[0], tmp_path / "pile" / "a-crop.jpg")
    Image.open(shoot[0]).save(tmp_path / "pile" / "b-whole.jpg", quality=70)

    with Scan(assets=[shoot[0]], suspects=[crop.parent], settings=Settings()) as scan:
        learn = scan._learn
        list(learn())
        scan._learn = lambda: iter(())  # type: ignore[method-assign]  # it has learned, and the file changes now
        Image.open(shoot[1]).save(shoot[0])
        matches = [e for e in scan.events() if isinstance(e, Match)]

    assert [Path(m.suspect).name for m in matches] == ["b-whole.jpg"]
    assert matches[0].clues[0].kind is ClueKind.WHOLE_FRAME


@pytest.mark.parametrize(
    "protection, kind",
    [
        (AssetProtection.VAULT, ClueKind.LOCAL_FEATURES),
        (AssetProtection.DETAILED, ClueKind.PART),
        (AssetProtection.HASH_ONLY, None),
    ],
)
def test_a_workspace_finds_crops_as_far_as_its_protection_reaches(
    made: Made, shoot: list[Path], tmp_path: Path, protection: AssetProtection, kind: ClueKind | None
) -> None:
    """A vault by pixels, ``detailed`` by parts, and one whole-frame code not at all."""
    settings, workspace = made
    add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    grant_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.DETAILED, "fr")
    assets = workspaces.register(settings, workspace, shoot, protection=protection)
    copy = cropped(shoot[1], tmp_path / "pile" / "crop.jpg", 0.85)

    with WorkspaceScan(workspace, [copy], settings) as scan:
        matches = [e for e in scan.events() if isinstance(e, Match)]

    assert [(m.asset, m.clues[0].kind) for m in matches] == ([(assets[1], kind)] if kind else [])


def test_an_original_that_is_gone_leaves_what_codes_say(made: Made, shoot: list[Path], tmp_path: Path) -> None:
    """The vault's file was removed under the scan: its whole copy is still told, its crop is not."""
    settings, workspace = made
    assets = workspaces.register(settings, workspace, shoot[:1], protection=AssetProtection.VAULT)
    cropped(shoot[0], tmp_path / "pile" / "a-crop.jpg")
    Image.open(shoot[0]).save(tmp_path / "pile" / "b-whole.jpg", quality=70)
    for sealed in workspace.vault.rglob("*.sealed"):
        sealed.unlink()

    with WorkspaceScan(workspace, [tmp_path / "pile"], settings) as scan:
        matches = [e for e in scan.events() if isinstance(e, Match)]

    assert [(m.asset, Path(m.suspect).name) for m in matches] == [(assets[0], "b-whole.jpg")]


def test_nothing_is_found_by_the_points_of_what_was_withdrawn(made: Made, shoot: list[Path], tmp_path: Path) -> None:
    """Points and original are gone with the rest."""
    settings, workspace = made
    first, second = workspaces.register(settings, workspace, shoot[:2], protection=AssetProtection.VAULT)
    copy = cropped(shoot[0], tmp_path / "pile" / "crop.jpg")
    withdraw(workspace, [first])

    with WorkspaceScan(workspace, [copy], settings) as scan:
        found = [e for e in scan.events() if isinstance(e, Match)]

    assert found == []
    assert [entry.asset for entry in workspace.bank.bank()] == [second]


def test_copies_registered_by_another_hide_nothing(made: Made, shoot: list[Path], tmp_path: Path) -> None:
    """Six near-copies of her picture, by somebody else: her own is told all the same, of a copy and of a crop."""
    settings, workspace = made
    [hers] = workspaces.register(settings, workspace, shoot[:1], protection=AssetProtection.VAULT)
    others = []
    for k in range(6):
        other = tmp_path / "others" / f"{k}.jpg"
        other.parent.mkdir(exist_ok=True)
        Image.open(shoot[0]).save(other, quality=60 + 5 * k)
        others.append(other)
    workspaces.register(settings, workspace, others, owner="mallory", protection=AssetProtection.VAULT)
    Image.open(shoot[0]).save(tmp_path / "pile.jpg", quality=50)
    crop = cropped(shoot[0], tmp_path / "crop" / "crop.jpg")

    with WorkspaceScan(workspace, [tmp_path / "pile.jpg", crop], settings) as scan:
        found = [(m.suspect, m.asset) for m in scan.events() if isinstance(m, Match)]

    assert {suspect for suspect, asset in found if asset == hers} == {str(tmp_path / "pile.jpg"), str(crop)}


def test_the_original_of_a_contested_asset_stays_closed(made: Made, shoot: list[Path], tmp_path: Path) -> None:
    """Somebody shown in it objected: it is not decrypted, whatever a suspect looks like."""
    settings, workspace = made
    [asset] = workspaces.register(settings, workspace, shoot[:1], protection=AssetProtection.VAULT)
    crop = cropped(shoot[0], tmp_path / "pile" / "crop.jpg")
    contest_asset(workspace, asset)

    with (
        mock.patch.object(looking, "open_original") as opened,
        WorkspaceScan(workspace, [crop], settings) as scan,
    ):
        list(scan.events())

    opened.assert_not_called()
    assert scan.unverified == 1


def test_a_suspect_that_changes_under_the_scan_is_another_one(shoot: list[Path], tmp_path: Path) -> None:
    """The verdict would be about bytes that were not compared."""
    crop = cropped(shoot[0], tmp_path / "pile" / "crop.jpg")
    with Scan(assets=[shoot[0]], suspects=[crop], settings=Settings()) as scan:
        compare = scan._looking.compare

        def late(item: MediaItem, media: FingerprintedMedia, content: Callable[[], bytes | None]) -> Comparison:
            crop.write_bytes(shoot[1].read_bytes())
            return compare(item, media, content)

        with mock.patch.object(scan._looking, "compare", late):
            matches = [e for e in scan.events() if isinstance(e, Match)]

    assert (matches, scan.unverified) == ([], 1)


def test_damaged_codes_of_one_asset_end_no_scan(made: Made, shoot: list[Path], tmp_path: Path) -> None:
    """It is looked for by its whole-frame code alone, the others as before."""
    settings, workspace = made
    first, second = workspaces.register(settings, workspace, shoot[:2], protection=AssetProtection.VAULT)
    workspace.keyring.destroy_item_key(first)
    crops = [cropped(shoot[k], tmp_path / "pile" / f"{k}.jpg") for k in (0, 1)]

    with WorkspaceScan(workspace, crops, settings) as scan:
        found = [m.asset for m in scan.events() if isinstance(m, Match)]

    assert found == [second]
