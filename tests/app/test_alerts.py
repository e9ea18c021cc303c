"""An alert is raised with its sighting, in the same transaction; the gravest picture says how soon to look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from alert_scenes import NOW, AlertScene
from rempart.app.alert_sending import REST_S
from rempart.app.alerts import MAX_ATTEMPTS, doors_of
from rempart.config import Settings
from rempart.model.alert import AlertDoor, AlertPriority
from rempart.model.asset import AssetState, Depicts, Sensitivity
from rempart.model.ids import AssetId
from rempart.model.work import EventKind, JobKind
from rempart.store.line import LONGEST_DELAY

DOORS = {"alerts__mail_to": "desk@example.org", "alerts__webhook_url": "http://127.0.0.1:9/hook"}
AGAIN = "https://forum.example/again.jpg"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[AlertScene]:
    """Make a workspace whose alerts go to two doors."""
    scene = AlertScene(tmp_path / "workspace", **DOORS)
    with scene.workspace:
        yield scene


@pytest.mark.parametrize(
    "sensitivity, depicts, priority",
    [
        (Sensitivity.INTIMATE, Depicts.SELF, AlertPriority.URGENT),
        (Sensitivity.INTIMATE, Depicts.NOBODY, AlertPriority.URGENT),
        (Sensitivity.PREMIUM, Depicts.OTHER, AlertPriority.URGENT),
        (Sensitivity.PREMIUM, None, AlertPriority.URGENT),
        (Sensitivity.PREMIUM, Depicts.SELF, AlertPriority.HIGH),
        (Sensitivity.PREMIUM, Depicts.NOBODY, AlertPriority.NORMAL),
    ],
)
def test_what_is_shown_says_how_soon_to_look(
    scene: AlertScene, sensitivity: Sensitivity, depicts: Depicts | None, priority: AlertPriority
) -> None:
    """Where nobody said whom it shows, it may be anybody."""
    alert = scene.see(scene.asset(sensitivity=sensitivity, depicts=depicts))

    assert alert is not None
    assert alert.priority is priority


def test_the_gravest_of_several_pictures_decides(scene: AlertScene) -> None:
    """In whatever order they come."""
    plain, grave = scene.asset(depicts=Depicts.NOBODY), scene.asset(sensitivity=Sensitivity.INTIMATE)

    for order in ((plain, grave), (grave, plain)):
        alert = scene.see(*order)
        assert alert is not None
        assert alert.priority is AlertPriority.URGENT


@pytest.mark.parametrize(
    "left, priority",
    [
        (-HOUR, AlertPriority.URGENT),
        (24 * HOUR, AlertPriority.URGENT),
        (24 * HOUR + dt.timedelta(seconds=1), AlertPriority.NORMAL),
    ],
)
def test_a_link_that_ends_within_a_day_is_urgent(
    scene: AlertScene, left: dt.timedelta, priority: AlertPriority
) -> None:
    """Tomorrow there is nothing left to record."""
    alert = scene.see(scene.asset(depicts=Depicts.NOBODY), ends_at=NOW + left)

    assert alert is not None
    assert alert.priority is priority


def test_a_decoy_is_not_normal(scene: AlertScene) -> None:
    """It names the channel that leaks."""
    decoy = scene.asset(depicts=Depicts.NOBODY)
    scene.workspace.decoys.add(decoy, "channel", "note", by=scene.workspace.me.id, now=NOW)

    alert = scene.see(decoy)

    assert alert is not None
    assert alert.priority is AlertPriority.HIGH


def test_a_job_for_each_door_is_added_with_the_sighting(scene: AlertScene) -> None:
    """And an event, which names no sighting."""
    alert = scene.see(scene.asset())

    assert alert is not None
    jobs = scene.workspace.jobs.all()
    assert {(job.kind, job.payload["alert"], job.payload["door"]) for job in jobs} == {
        (JobKind.SEND_ALERT, alert.id, "mail"),
        (JobKind.SEND_ALERT, alert.id, "webhook"),
    }
    [event] = scene.workspace.journal.events(alert.id)
    assert event.kind is EventKind.ALERT_RAISED
    assert event.detail == {"priority": "high", "doors": 2}


def test_a_sighting_that_is_rolled_back_raises_nothing(scene: AlertScene) -> None:
    """Both are kept, or neither."""
    asset = scene.asset()

    with pytest.raises(RuntimeError, match="torn"):
        _see_and_tear(scene, asset)

    assert scene.workspace.jobs.all() == []
    assert [e for e in scene.workspace.journal.events() if e.kind is EventKind.ALERT_RAISED] == []


def test_a_sighting_is_told_once(scene: AlertScene) -> None:
    """Seen again, with another picture in it: nobody is told twice."""
    first, second = scene.asset(), scene.asset(sensitivity=Sensitivity.INTIMATE)
    told = scene.see(first, url=AGAIN)

    assert told is not None
    assert scene.see(first, second, url=AGAIN, now=NOW + HOUR) is None
    assert len(scene.workspace.jobs.all()) == len(DOORS)
    assert len(scene.workspace.journal.events(told.id)) == 1


def _see_and_tear(scene: AlertScene, asset: AssetId) -> None:
    """See a picture in a transaction that does not end well."""
    with scene.workspace.database.transaction():
        scene.see(asset)
        message = "torn"
        raise RuntimeError(message)


@pytest.mark.parametrize("state", [AssetState.CONTESTED, AssetState.WITHDRAWN])
def test_what_is_not_looked_for_raises_nothing(scene: AlertScene, state: AssetState) -> None:
    """Somebody objected, or it was withdrawn, while the picture was on its way."""
    asset = scene.asset()
    scene.workspace.database.execute("UPDATE asset SET state = %s WHERE id = %s", (str(state), asset))

    assert scene.see(asset) is None
    assert scene.workspace.jobs.all() == []


@pytest.mark.parametrize(
    "alerts, doors",
    [
        ({}, ()),
        ({"lines_file": "/x/alerts"}, (AlertDoor.LINES,)),
        ({"mail_to": "desk@example.org"}, (AlertDoor.MAIL,)),
        ({"webhook_url": "https://hooks.example/1"}, (AlertDoor.WEBHOOK,)),
        ({"webhook_secret_file": "/x/secret", "link": "https://console.example/"}, ()),
    ],
)
def test_the_settings_open_the_doors(alerts: dict[str, str], doors: tuple[AlertDoor, ...]) -> None:
    """None is open by itself."""
    assert doors_of(Settings.model_validate({"alerts": alerts})) == doors


def test_a_door_is_tried_over_a_weekend() -> None:
    """A minute, two, then each hour: more than 68 hours, from Friday evening to Monday afternoon."""
    growing = [max(5 * 2 ** min(n, 16), REST_S) for n in range(MAX_ATTEMPTS - 1)]
    waits = [min(dt.timedelta(seconds=wait_s), LONGEST_DELAY) for wait_s in growing]

    assert 68 * HOUR < sum(waits, dt.timedelta()) < 75 * HOUR
