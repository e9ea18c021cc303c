"""A user's model in a workspace: what it is never used for first, then that it finds, and that others decide."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

import onnx_models
import workspaces
from databases import made_on_sqlite
from one_asset import asset
from pictures import scene
from rempart.app import learning, registering
from rempart.app.detailed import with_places
from rempart.app.learning import Describing, LearnedClues, model_of
from rempart.app.listing import asset_with_hits
from rempart.app.registering import Registered, Registering, Wish
from rempart.app.rights import add_owner, contest_asset, grant_consent, revoke_consent, subject_of
from rempart.app.withdrawing import withdraw
from rempart.app.workspace import Workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.cli.following import say_ignored
from rempart.cli.records import match_in_words, match_record
from rempart.config import Settings
from rempart.detect import ensemble, parse_record
from rempart.detect.descriptor import Descriptor
from rempart.errors import ConfigError, RefusedError
from rempart.hazmat import Json, Pool
from rempart.model import AssetId, ClueKind, Match, MediaBytes, MinorGate
from rempart.model.asset import AssetProtection, BankEntry, ConsentScope, Right, Sensitivity
from required import skip_or_fail

try:
    import onnxruntime
except ImportError:  # the core install: every test of this file says so
    onnxruntime = None

Made = tuple[Settings, Workspace]
#: Of pictures that have parts and points.
SEEDS = (11, 12, 14)
PLAIN_RECORD: dict[str, Json] = {
    "sha256": "00" * 32,
    "format": "jpeg",
    "width": 8,
    "height": 6,
    "frames": 1,
    "codes": [],
}


@pytest.fixture(autouse=True)
def _runtime() -> None:
    if onnxruntime is None:
        skip_or_fail("onnxruntime", "the extra named learned is not installed")


def with_model(made: Made, data: bytes, **more: object) -> Settings:
    """Write a model beside the workspace and pin it."""
    settings, _ = made
    folder = settings.workspace.folder
    assert folder is not None
    pin = hashlib.sha256(data).hexdigest()
    path = folder.parent / f"tiny-{pin[:8]}.onnx"
    path.write_bytes(data)
    return workspaces.settings_for(folder, learned__model_file=str(path), learned__model_sha256=pin, **more)


@pytest.fixture
def shoot(tmp_path: Path) -> list[Path]:
    """Write three pictures with much in them."""
    (tmp_path / "shoot").mkdir()
    paths = [tmp_path / "shoot" / f"{seed}.jpg" for seed in SEEDS]
    for seed, path in zip(SEEDS, paths, strict=True):
        scene(seed, 600, 400).save(path, quality=92)
    return paths


@pytest.fixture
def pile(tmp_path: Path, shoot: list[Path]) -> Path:
    """Write a crop of the second picture, and a picture of something else."""
    (tmp_path / "pile").mkdir()
    picture = Image.open(shoot[1])
    picture.crop((100, 60, 520, 340)).save(tmp_path / "pile" / "crop.jpg", quality=85)
    scene(99, 600, 400).save(tmp_path / "pile" / "other.jpg", quality=85)
    return tmp_path / "pile"


def register(
    settings: Settings, workspace: Workspace, paths: list[Path], protection: AssetProtection, **more: str
) -> list[AssetId]:
    """Register pictures of somebody who allows codes of parts."""
    owner = more.get("owner", "nadia")
    add_owner(workspace, owner, contact="", right=workspaces.HERS, language="en")
    grant_consent(workspace, subject_of(workspace, owner), ConsentScope.DETAILED, "fr")
    return workspaces.register(settings, workspace, paths, protection=protection, owner=owner)


def entries(workspace: Workspace) -> list[BankEntry]:
    """Open what is kept."""
    return list(with_places(workspace.bank.bank(), workspace.keyring))


def scan(settings: Settings, workspace: Workspace, pile: Path) -> tuple[list[Match], LearnedClues | None]:
    """Run a scan."""
    with WorkspaceScan(workspace, [pile], settings) as running:
        return [e for e in running.events() if isinstance(e, Match)], running.learned


@pytest.fixture
def _no_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing but a model point to a crop: no point of an asset is kept, no vote of parts counts."""
    monkeypatch.setattr(registering, "ASSET_POINTS", 0)
    monkeypatch.setattr(ensemble, "TILE_WEIGHT_MIN", 1e9)


def test_nothing_of_hash_only_is_ever_described(made: Made, shoot: list[Path]) -> None:
    """Not even the model's file is read, whatever is pinned; asked for directly, it is refused."""
    settings, (_, workspace) = with_model(made, b"no model"), made

    with mock.patch.object(learning, "make_learned_pool", side_effect=AssertionError):
        register(settings, workspace, shoot, AssetProtection.HASH_ONLY)

    assert [e.detailed_sealed for e in entries(workspace)] == [None] * 3
    model = model_of(settings)
    assert model is not None
    describing = Describing.of_assets(model, MinorGate(), settings)
    with pytest.raises(RefusedError, match="never used on it"):
        describing.describe_asset(asset(), MediaBytes(data=b"x", label="x"), b"x", "")


@made_on_sqlite
def test_another_model_under_that_name_is_refused_before_anything_is_opened(made: Made, shoot: list[Path]) -> None:
    """By who registers and by who scans."""
    settings, (_, workspace) = with_model(made, b"pinned"), made
    assert settings.learned.model_file is not None
    register(made[0], workspace, shoot[:1], AssetProtection.VAULT)
    settings.learned.model_file.write_bytes(b"other")

    with mock.patch.object(Pool, "run") as run, mock.patch.object(registering, "open_item") as opened:
        with pytest.raises(ConfigError, match="not the one that was pinned"):
            workspaces.register(settings, workspace, shoot, protection=AssetProtection.VAULT)
        with pytest.raises(ConfigError, match="not the one that was pinned"):
            WorkspaceScan(workspace, shoot, settings)

    run.assert_not_called()
    opened.assert_not_called()


@pytest.mark.parametrize("protection", [AssetProtection.DETAILED, AssetProtection.VAULT])
def test_what_a_model_says_is_sealed_with_the_codes(made: Made, shoot: list[Path], protection: AssetProtection) -> None:
    """Under the key of each asset; the database has nothing of it in clear."""
    settings, (_, workspace) = with_model(made, data := onnx_models.pooling_model()), made

    register(settings, workspace, shoot[:2], protection)

    first, second = entries(workspace)
    [one], [two] = first.described, second.described
    assert Descriptor.unpacked(one.data).model == hashlib.sha256(data).hexdigest()
    assert "side 320" in one.preparation
    assert one.data != two.data
    assert all(len(e.places) == 1 for e in (first, second))
    assert first.detailed_sealed is not None
    assert one.data[40:60] not in first.detailed_sealed
    assert b"learned" not in first.detailed_sealed


def test_rows_without_a_model_are_as_they_were(made: Made, shoot: list[Path]) -> None:
    """Without a model nothing is added to what is sealed; such rows are opened, and no scan misses them."""
    settings, workspace = made

    register(settings, workspace, shoot[:1], AssetProtection.VAULT)

    [entry] = workspace.bank.bank()
    assert entry.detailed_sealed is not None
    box = workspace.keyring.item_box(entry.asset)
    assert list(json.loads(box.unseal(entry.detailed_sealed, context="asset.codes_of_parts"))) == ["v", "places"]
    assert entries(workspace)[0].described == ()


def test_what_a_model_says_goes_with_the_consent_and_with_the_asset(made: Made, shoot: list[Path]) -> None:
    """No row and no key is left of it."""
    settings, (_, workspace) = with_model(made, onnx_models.pooling_model()), made
    first, _ = register(settings, workspace, shoot[:2], AssetProtection.DETAILED)

    withdraw(workspace, [first])
    left = entries(workspace)
    revoke_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.DETAILED)

    assert [len(e.described) for e in left] == [1]
    assert [(e.detailed_sealed, e.described) for e in entries(workspace)] == [(None, ())]
    assert list(workspace.keyring.items()) == []


@made_on_sqlite
def test_a_picture_that_a_model_cannot_describe_is_registered(made: Made, shoot: list[Path]) -> None:
    """It is counted, and every other clue finds it."""
    settings, (_, workspace) = with_model(made, onnx_models.zero_model()), made
    owner = add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=AssetProtection.VAULT)

    with Registering(workspace, wish, shoot, settings) as work:
        added = [e for e in work.events() if isinstance(e, Registered)]
        failed = work.undescribed()

    assert (len(added), failed) == (3, 3)
    assert [e.described for e in entries(workspace)] == [()] * 3


@made_on_sqlite
def test_an_interruption_registers_nothing_undescribed(made: Made, shoot: list[Path]) -> None:
    """The bytes of what was answered meanwhile are gone; the next command does it."""
    settings, (_, workspace) = with_model(made, onnx_models.pooling_model()), made
    owner = add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=AssetProtection.VAULT)

    with Registering(workspace, wish, shoot, settings) as work:
        with mock.patch.object(work, "_judge", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            list(work.events())
        list(work.leftovers())
    with Registering(workspace, wish, shoot, settings) as work:
        list(work.events())

    assert [len(e.described) for e in entries(workspace)] == [1] * 3


@made_on_sqlite
@pytest.mark.usefixtures("_no_points")
def test_a_crop_that_only_the_model_finds_is_verified(made: Made, shoot: list[Path], pile: Path) -> None:
    """It finds all pictures alike: every asset is looked at, one is matched, and nothing of it ranks the match."""
    settings, (plain, workspace) = with_model(made, onnx_models.constant_model()), made
    assets = register(settings, workspace, shoot, AssetProtection.VAULT)

    without, _ = scan(plain, workspace, pile)
    [match], learned = scan(settings, workspace, pile)

    assert without == []
    assert learned is not None
    assert (len(learned), learned.ignored, learned.failed) == (3, 0, 0)
    assert (match.asset, Path(match.suspect).name) == (assets[1], "crop.jpg")
    assert [c.kind for c in match.clues] == [ClueKind.LOCAL_FEATURES, ClueKind.LEARNED]
    assert match.score == match.clues[0].weight < match.clues[1].weight == 1.0
    assert f"model {learned.model.name}" in match_in_words(match)
    assert json.loads(json.dumps(match_record(match)))["clues"][1]["model"] == learned.model.name
    assert asset_with_hits(workspace, assets[1]).hits[0].match.clues == match.clues


@made_on_sqlite
@pytest.mark.usefixtures("_no_points")
def test_parts_verify_what_only_the_model_finds(made: Made, shoot: list[Path], tmp_path: Path) -> None:
    """A ``detailed`` asset has no pixels: its parts are looked for where they would be in a whole copy, or a mirror."""
    settings = with_model(made, onnx_models.constant_model(), detect__radius_bits=0)
    workspace = made[1]
    assets = register(settings, workspace, shoot, AssetProtection.DETAILED)
    (tmp_path / "pile").mkdir()
    Image.open(shoot[2]).resize((431, 290)).save(tmp_path / "pile" / "copy.jpg", quality=12)
    mirrored = Image.open(shoot[0]).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    mirrored.resize((431, 290)).save(tmp_path / "pile" / "mirror.jpg", quality=12)
    scene(99, 600, 400).save(tmp_path / "pile" / "other.jpg")

    found, _ = scan(settings, workspace, tmp_path / "pile")

    assert [(Path(m.suspect).name, m.asset) for m in found] == [("copy.jpg", assets[2]), ("mirror.jpg", assets[0])]
    assert [[c.kind for c in m.clues] for m in found] == [[ClueKind.PART, ClueKind.LEARNED]] * 2


@made_on_sqlite
@pytest.mark.usefixtures("_no_points")
def test_nothing_is_said_where_nothing_can_verify(made: Made, shoot: list[Path], pile: Path) -> None:
    """The originals are gone: the model is as sure as before."""
    settings, (_, workspace) = with_model(made, onnx_models.constant_model()), made
    register(settings, workspace, shoot, AssetProtection.VAULT)
    for sealed in workspace.vault.rglob("*.sealed"):
        sealed.unlink()

    assert scan(settings, workspace, pile)[0] == []


@made_on_sqlite
@pytest.mark.usefixtures("_no_points")
def test_a_twin_that_is_contested_seals_what_the_model_finds(made: Made, shoot: list[Path], pile: Path) -> None:
    """Somebody shown in it objected: whoever registered it too does not learn where it is."""
    settings, (_, workspace) = with_model(made, onnx_models.constant_model()), made
    [hers] = register(settings, workspace, shoot[1:2], AssetProtection.VAULT)
    register(settings, workspace, shoot[1:2], AssetProtection.VAULT, owner="mallory")

    before, _ = scan(settings, workspace, pile)
    contest_asset(workspace, hers)
    after, _ = scan(settings, workspace, pile)

    assert (len(before), after) == (2, [])


@made_on_sqlite
@pytest.mark.parametrize("what", ["model", "preparation"])
def test_descriptors_of_another_model_are_ignored_and_said_once(
    made: Made, shoot: list[Path], pile: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another hash, or the same model under another preparation: no suspect is described at all."""
    before, (_, workspace) = with_model(made, onnx_models.pooling_model()), made
    register(before, workspace, shoot[:2], AssetProtection.VAULT)
    other = {"learned__mean": "0.5 0.5 0.5"} if what == "preparation" else {}
    settings = with_model(made, onnx_models.pooling_model(seed=1 if other else 2), **other)

    with WorkspaceScan(workspace, [pile], settings) as running:
        assert running.learned is not None
        with mock.patch.object(running.learned._describing, "describe", side_effect=AssertionError):
            found = [e for e in running.events() if isinstance(e, Match)]
        say_ignored(running)

    assert (len(running.learned), running.learned.ignored) == (0, 2)
    assert [c.kind for m in found for c in m.clues if c.kind is ClueKind.LEARNED] == []
    assert capsys.readouterr().err.count("2 descriptors are of another model") == 1


@made_on_sqlite
def test_a_scan_does_not_go_on_with_another_model(made: Made, shoot: list[Path], pile: Path) -> None:
    """What was done was compared with another one; what is answered after a cut waits until its bytes are there."""
    settings, (plain, workspace) = with_model(made, onnx_models.constant_model()), made
    register(settings, workspace, shoot[:1], AssetProtection.VAULT)

    cut = WorkspaceScan(workspace, [pile], settings)
    with cut, mock.patch.object(cut, "_judge", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        list(cut.events())
    others = [plain, with_model(made, onnx_models.pooling_model()), with_model(made, onnx_models.constant_model())]
    resumed = []
    for other in others:
        with WorkspaceScan(workspace, [pile], other, resume=True) as running:
            running._load_bank()
            running._begin()
            resumed.append(running.is_resumed)

    assert resumed == [False, False, True]
    item = MediaBytes(data=b"", label="a.jpg")
    assert cut._bank.looking.needs_look(item, parse_record(PLAIN_RECORD))
