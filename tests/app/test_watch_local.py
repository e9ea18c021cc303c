"""Folders and web archives of this machine as sources: what is there is compared, and nobody is asked."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rempart.app.watch_events import Sighted
from rempart.model.source import Health, SourceKind
from watch_scenes import Scene, leaked


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
