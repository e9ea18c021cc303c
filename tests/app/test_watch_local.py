"""Folders and web archives of this machine as sources: what is there is compared, and nobody is asked."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path

import pytest

import workspaces
from rempart.app.rights import accept_ground
from rempart.app.sightings import list_sightings, show_sighting
from rempart.app.watch_events import Sighted
from rempart.cli.watch_lines import WatchPrinter
from rempart.errors import RefusedError
from rempart.model.alert import AlertPriority
from rempart.model.asset import Sensitivity, UserRole
from rempart.model.source import Health, SourceKind
from watch_scenes import SIDE, Scene, leaked


def warc(path: Path, picture: bytes) -> None:
    """Write a web archive that holds a picture (ISO 28500)."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + picture
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://forum.example/view.jpg\r\n"
        "WARC-Date: 2026-11-20T12:00:00Z\r\nWARC-Record-ID: <urn:uuid:92283950-ef2f-4d72-b224-f54c6ec90bb0>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    path.write_bytes(gzip.compress(head.encode() + answer + b"\r\n\r\n"))


@pytest.mark.parametrize("kind", [SourceKind.FOLDER, SourceKind.WARC])
def test_what_matches_is_seen_once(scene: Scene, tmp_path: Path, kind: SourceKind) -> None:
    """With one alert; at the next visit it is known."""
    place = tmp_path / ("pile" if kind is SourceKind.FOLDER else "pile.warc.gz")
    if kind is SourceKind.FOLDER:
        place.mkdir()
        (place / "view.jpg").write_bytes(leaked())
    else:
        warc(place, leaked())
    source = scene.add(str(place), kind=kind)

    events, tally = scene.watch()
    again, _ = scene.again(source)

    assert [event.is_new for event in events if isinstance(event, Sighted)] == [True]
    assert tally.matched == 1
    assert not [event for event in again if isinstance(event, Sighted) and event.is_new]
    assert len(scene.workspace.alerts.all()) == 1
    assert scene.health(source) is Health.WELL
    assert not scene.names.asked


@pytest.fixture
def sealed(scene: Scene) -> Scene:
    """Return a shared workspace whose picture is intimate, and whose ground nobody accepted."""
    scene.workspace.add_user("anne", UserRole.REVIEWER)
    scene.workspace.database.execute("UPDATE asset SET sensitivity = %s", (str(Sensitivity.INTIMATE),))
    return scene


@pytest.mark.parametrize("kind", [SourceKind.FOLDER, SourceKind.WARC])
def test_what_is_sealed_is_told_as_a_number(
    sealed: Scene,
    tmp_path: Path,
    kind: SourceKind,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An urgent alert, once, as of a page: no event, line, log or list names the file or the picture."""
    caplog.set_level(logging.DEBUG)
    place = tmp_path / ("planted" if kind is SourceKind.FOLDER else "planted.warc.gz")
    if kind is SourceKind.FOLDER:
        place.mkdir()
        (place / "view.jpg").write_bytes(leaked())
    else:
        warc(place, leaked())
    source = sealed.add(str(place), kind=kind)
    workspace = sealed.workspace
    caplog.clear()

    events, tally = sealed.watch()
    again, _ = sealed.again(source)

    [seen] = [event for event in events if isinstance(event, Sighted)]
    assert (seen.is_new, seen.matches, seen.page_url) == (True, (), "")
    assert (tally.matched, tally.new, tally.sealed) == (1, 1, 1)
    assert not [event for event in again if isinstance(event, Sighted) and event.is_new]
    [alert] = workspace.alerts.all()
    assert (alert.priority, alert.sighting) == (AlertPriority.URGENT, seen.sighting)
    for as_json in (False, True):
        WatchPrinter(workspace, as_json=as_json).show(seen)
    found = list_sightings(workspace)
    assert (found.lines, found.sealed) == ((), 1)
    with pytest.raises(RefusedError, match="is sealed") as refused:
        show_sighting(workspace, seen.sighting)
    told = capsys.readouterr()
    [asset] = {match.asset for one in sealed.seen() for match in one.seen.matches}
    for text in (told.out, told.err, refused.value.diagnostics(), caplog.text, repr(seen)):
        assert "planted" not in text
        assert "view.jpg" not in text
        assert asset not in text


def test_what_is_sealed_is_shown_once_it_was_accepted(sealed: Scene, tmp_path: Path) -> None:
    """What was seen before is there: with the file, and with its alert."""
    place = tmp_path / "pile"
    place.mkdir()
    (place / "view.jpg").write_bytes(leaked())
    sealed.add(str(place), kind=SourceKind.FOLDER)
    sealed.watch()
    [asset] = sealed.workspace.assets.all()

    accept_ground(sealed.workspace, asset.id, by="anne")

    [line] = list_sightings(sealed.workspace).lines
    assert line.seen.media_url.endswith("view.jpg")


def test_a_sealed_picture_hides_what_is_open_beside_it(sealed: Scene, tmp_path: Path) -> None:
    """The same picture, registered openly by somebody who wants to know where she appears."""
    other = workspaces.pictures(tmp_path / "copy", 1, side=SIDE)
    workspaces.register(sealed.settings, sealed.workspace, other, owner="eve")
    place = tmp_path / "pile"
    place.mkdir()
    (place / "view.jpg").write_bytes(leaked())
    sealed.add(str(place), kind=SourceKind.FOLDER)

    events, tally = sealed.watch()

    [seen] = [event for event in events if isinstance(event, Sighted)]
    assert (seen.matches, seen.page_url, tally.sealed) == ((), "", 1)
    assert [len(one.seen.matches) for one in sealed.seen()] == [2]
    assert len(sealed.workspace.alerts.all()) == 1


def test_what_is_added_to_a_folder_is_seen_at_the_next_visit(scene: Scene, tmp_path: Path) -> None:
    """What was there is not looked at again."""
    place = tmp_path / "pile"
    place.mkdir()
    source = scene.add(str(place), kind=SourceKind.FOLDER)
    scene.watch()
    (place / "view.jpg").write_bytes(leaked())

    events, _ = scene.again(source)

    assert [event.is_new for event in events if isinstance(event, Sighted)] == [True]


def test_a_folder_that_is_not_there_is_said_to_be_missing(scene: Scene, tmp_path: Path) -> None:
    """It may be a disk that is not mounted: the source stays."""
    source = scene.add(str(tmp_path / "none"), kind=SourceKind.FOLDER)

    scene.watch()

    assert scene.health(source) is Health.MISSING
