"""Videos from the vault to whose copy leaked; what is refused of pictures is refused of videos."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from marked import in_vault, picture, told
from marked import write as write_picture
from rempart.app import leaks, tracing, wiring_videos
from rempart.app.recipients import add_recipient
from rempart.app.rights import add_owner
from rempart.app.vault import path_of
from rempart.app.workspace import open_workspace
from rempart.cli.asset_add import add
from rempart.cli.mark import command as mark
from rempart.cli.opening import Globals
from rempart.cli.trace import command as trace
from rempart.errors import ConfigError, MisuseError, NotFoundError
from rempart.model import MediaKind
from rempart.model.attribution import COPY_NOT_PERSON
from rempart.model.recipient import NewRecipient
from videos import Made, av_installed, encoded_again, seen, video, write
from workspaces import HERS, make, settings_for

pytestmark = pytest.mark.usefixtures("av_installed")
__all__ = ["av_installed"]
WHY = ("--purpose", "find out", "--surfaced", "forum")
SHORT = Made(seconds=0.6, width=224, height=160)


@dataclass
class Scene:
    """A workspace with a video in its vault."""

    base: Path
    folder: Path
    asset: str
    video: Path
    people: list[str]

    def run(self, command: click.Command, *arguments: object) -> Result:
        """Run a command in it."""
        given = Globals(config_file=None, workspace=self.folder)
        return CliRunner().invoke(command, [str(a) for a in arguments], obj=given, standalone_mode=False)


def scene_in(base: Path, made: Made) -> Scene:
    """Make a workspace with a video and three recipients who were told."""
    settings, workspace = make(base / "ws")
    path = write(base / "a.mp4", made)
    asset = in_vault(settings, workspace, path)
    people = told(workspace, "Ada", "Bea", "Cleo")
    workspace.database.close()
    return Scene(base, base / "ws", asset, path, [each.id for each in people])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, av_installed: None) -> Scene:
    """Return what the tests of this file share."""
    del av_installed
    return scene_in(tmp_path_factory.mktemp("videos"), SHORT)


@pytest.mark.slow
def test_from_a_video_to_whose_copy_leaked(tmp_path: Path, av_installed: None) -> None:
    """Three copies with their sound; one is encoded again at crf 32, and traced; the trace is done again."""
    del av_installed
    scene = scene_in(tmp_path, Made(seconds=3.0, width=640, height=480))

    done = scene.run(mark, scene.video, "--to", "all", "--out", tmp_path / "copies", "--json")
    made = [json.loads(line) for line in done.stdout.splitlines()]
    copies = {row["recipient"]: Path(row["file"]) for row in made}
    (leak := tmp_path / "leak.mp4").write_bytes(encoded_again(copies[scene.people[1]].read_bytes(), crf=32))
    traced = scene.run(trace, leak, *WHY, "--json")
    found = json.loads(traced.stdout)
    again = scene.run(trace, leak, "--replay", found["trace"])

    assert done.return_value == 0
    assert set(copies) == set(scene.people)
    before, after = seen(scene.video.read_bytes()), seen(copies[scene.people[0]].read_bytes())
    assert after.packets["audio"] == before.packets["audio"]
    assert after.times("video") == before.times("video")
    assert traced.return_value == 1
    assert (found["verdict"], found["asset"], found["tested_recipients"]) == ("accused", scene.asset, 3)
    assert [each["recipient"] for each in found["accused"]] == [scene.people[1]]
    assert found["accused"][0]["false_accusation_bound"] <= 1e-6
    assert found["code_version"].startswith("rempart-video-mark/")
    assert len(found["region"]) == 4
    assert COPY_NOT_PERSON in traced.stderr
    assert again.return_value == 1
    assert "The same as on" in again.stderr


def test_a_video_is_an_asset_of_its_kind(scene: Scene) -> None:
    """With its original, sealed, and no fingerprint; the same file again is known."""
    known = scene.run(add, scene.video, "--owner", "nadia", "--sensitivity", "premium", "--vault", "--json")

    with open_workspace(settings_for(scene.folder)) as workspace:
        asset = workspace.assets.get(scene.asset)
        assert (asset.kind, workspace.assets.counts_of(asset.id)[0]) == (MediaKind.VIDEO, 0)
        assert scene.video.read_bytes()[:64] not in path_of(workspace, asset.id).read_bytes()
    assert json.loads(known.stdout.splitlines()[0])["outcome"] == "known"


def test_nobody_who_was_not_told(tmp_path: Path) -> None:
    """Nor anybody beside her."""
    scene = scene_in(tmp_path, SHORT)
    with open_workspace(settings_for(scene.folder)) as workspace:
        dora = add_recipient(workspace, NewRecipient(name="Dora"))

    done = scene.run(mark, scene.asset, "--to", "all", "--out", tmp_path / "out")

    assert isinstance(done.exception, MisuseError)
    assert f"not told: {dora.id}" in str(done.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [("--surfaced", "press"), ("--surfaced", "forum", "--protected-disclosure")])
def test_what_may_be_a_sources_is_withheld(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Nothing is opened, read or scored."""
    called: list[str] = []
    monkeypatch.setattr(tracing, "LeakReader", lambda *_, **__: called.append("LeakReader"))
    for name in ("is_video", "video_candidates_of", "open_original", "make_video_reading_pool"):
        monkeypatch.setattr(leaks, name, lambda *_, name=name, **__: called.append(name))

    done = scene.run(trace, scene.video, "--purpose", "who told them", "--asset", scene.asset, *options)

    assert done.return_value == 6
    assert "withheld" in done.stdout
    assert called == []


def test_what_may_concern_a_minor_is_not_opened(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even its first bytes: neither to register nor to trace."""
    (stopped := tmp_path / "lycee.mp4").write_bytes(scene.video.read_bytes() + b"\0")
    monkeypatch.setattr(leaks, "is_video", None)
    monkeypatch.setattr("rempart.app.registering_videos.sniff_video", None)

    added = scene.run(add, stopped, "--owner", "nadia", "--sensitivity", "premium", "--vault")
    traced = scene.run(trace, stopped, *WHY)

    assert (added.return_value, traced.return_value) == (6, 6)


def test_what_is_not_registered(scene: Scene, tmp_path: Path) -> None:
    """Is not marked; and is not registered without its original."""
    other = write(tmp_path / "other.mp4", Made(seconds=0.6, width=224, height=160, seed=8))

    marked = scene.run(mark, other, "--to", "all", "--out", tmp_path / "out")
    added = scene.run(add, other, "--owner", "nadia", "--sensitivity", "premium")

    assert isinstance(marked.exception, NotFoundError)
    assert added.return_value == 2
    assert "registered with --vault" in added.stderr


def test_an_original_that_is_gone(tmp_path: Path) -> None:
    """Is told, and what to do."""
    scene = scene_in(tmp_path, SHORT)
    with open_workspace(settings_for(scene.folder)) as workspace:
        path_of(workspace, workspace.assets.get(scene.asset).id).unlink()

    done = scene.run(mark, scene.asset, "--to", "all", "--out", tmp_path / "out")

    assert done.return_value == 2
    assert "missing from the vault" in done.stderr


@pytest.mark.parametrize("cut", [lambda d: d[: len(d) // 2], lambda d: d[:40] + b"#EXTM3U\nfile:///etc/passwd\n"])
def test_what_cannot_be_read(scene: Scene, tmp_path: Path, cut: object) -> None:
    """Is told, whether it is to be registered or traced; nothing is kept."""
    assert callable(cut)
    (bad := tmp_path / "bad.mp4").write_bytes(cut(video(SHORT)))

    added = scene.run(add, bad, "--owner", "nadia", "--sensitivity", "premium", "--vault")
    traced = scene.run(trace, bad, *WHY)

    assert (added.return_value, traced.return_value) == (2, 2)
    assert "unreadable" in added.stderr
    assert "unreadable" in traced.stderr


def test_a_picture_is_not_traced_to_a_video(scene: Scene, tmp_path: Path) -> None:
    """That is said, and not looked at."""
    leak = write_picture(tmp_path / "leak.jpg", picture())

    done = scene.run(trace, leak, *WHY, "--asset", scene.asset)

    assert isinstance(done.exception, MisuseError)
    assert "the leak is a picture" in str(done.exception)


def test_without_the_extra(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command names it; pictures go on."""
    monkeypatch.setattr(wiring_videos, "is_video_installed", lambda: False)
    monkeypatch.setattr("rempart.app.registering_videos.is_video_installed", lambda: False)
    other = write(tmp_path / "other.mp4", Made(seconds=0.6, width=224, height=160, seed=8))
    still = write_picture(tmp_path / "still.png", picture(5))

    marked = scene.run(mark, scene.asset, "--to", "all", "--out", tmp_path / "out")
    traced = scene.run(trace, scene.video, *WHY)
    added = scene.run(add, other, still, "--owner", "nadia", "--sensitivity", "premium", "--vault")

    for done in (marked, traced):
        assert isinstance(done.exception, ConfigError)
        assert "scripts/setup video" in done.exception.diagnostics()
    assert added.return_value == 2
    assert "the extra 'video'" in added.stderr
    assert "1 registered" in added.stdout


def test_too_many_videos_to_compare_with(tmp_path: Path) -> None:
    """The original must be named then."""
    settings, workspace = make(tmp_path / "ws")
    add_owner(workspace, "nadia", contact="", right=HERS, language="fr")
    for seed in range(5):
        made = Made(seconds=0.4, width=192, height=128, seed=seed, sound="")
        path = write(tmp_path / f"{seed}.mp4", made)
        in_vault(settings, workspace, path)
    told(workspace, "Ada")
    workspace.database.close()
    scene = Scene(tmp_path, tmp_path / "ws", "", path, [])

    done = scene.run(trace, path, *WHY)

    assert isinstance(done.exception, MisuseError)
    assert "--asset" in done.exception.diagnostics()
