"""One alert for a sighting; each door takes it once; what was not sent is known."""

from __future__ import annotations

import pytest

from registered import Registered
from rempart.errors import NotFoundError
from rempart.model.alert import AlertDoor, AlertPriority
from rempart.model.ids import SightingId
from rempart.store import Database
from watched import DAY, NOW, Watched, sighting


@pytest.fixture
def owners(database: Database) -> Registered:
    """Return a database with a user and an owner."""
    return Registered(database)


@pytest.fixture
def here(owners: Registered) -> Watched:
    """Return the repositories of a watch."""
    return Watched(owners.database, owners.user, owners.sealer)


@pytest.fixture
def seen(here: Watched, owners: Registered) -> list[SightingId]:
    """Return two sightings."""
    source, matches = here.source().id, owners.found(0, owners.add(1)).matches
    told = [here.sightings.record(sighting(source, matches, number), NOW) for number in range(2)]
    return [one[0] for one in told if one is not None]


def test_a_sighting_is_told_once(here: Watched, seen: list[SightingId]) -> None:
    """The second time gives the first alert: neither another priority nor another door."""
    first = here.alerts.raise_(seen[0], AlertPriority.HIGH, [AlertDoor.MAIL], NOW)

    again = here.alerts.raise_(seen[0], AlertPriority.URGENT, list(AlertDoor), NOW + DAY)

    assert again == first == here.alerts.get(first.id)
    assert (first.sighting, first.priority, first.at) == (seen[0], AlertPriority.HIGH, NOW)
    assert here.alerts.doors(first.id) == {AlertDoor.MAIL: None}


def test_what_was_not_sent_is_known(here: Watched, seen: list[SightingId]) -> None:
    """By each door; the oldest first, the first instant of sending counts."""
    doors = [AlertDoor.MAIL, AlertDoor.WEBHOOK, AlertDoor.MAIL]
    late = here.alerts.raise_(seen[0], AlertPriority.NORMAL, doors, NOW + DAY)
    early = here.alerts.raise_(seen[1], AlertPriority.NORMAL, [AlertDoor.MAIL], NOW)
    assert here.alerts.unsent() == [(early, AlertDoor.MAIL), (late, AlertDoor.MAIL), (late, AlertDoor.WEBHOOK)]

    assert here.alerts.sent(late.id, AlertDoor.MAIL, NOW)
    assert not here.alerts.sent(late.id, AlertDoor.MAIL, NOW + DAY)
    assert not here.alerts.sent(late.id, AlertDoor.LINES, NOW)

    assert here.alerts.doors(late.id) == {AlertDoor.MAIL: NOW, AlertDoor.WEBHOOK: None}
    assert here.alerts.unsent(AlertDoor.MAIL) == [(early, AlertDoor.MAIL)]
    assert here.alerts.unsent(limit=1) == [(early, AlertDoor.MAIL)]


def test_alerts_are_listed_the_latest_first(here: Watched, seen: list[SightingId]) -> None:
    """So many at most; one that goes nowhere is listed too."""
    first = here.alerts.raise_(seen[0], AlertPriority.URGENT, [], NOW)
    second = here.alerts.raise_(seen[1], AlertPriority.NORMAL, [], NOW + DAY)

    assert here.alerts.all() == [second, first]
    assert here.alerts.all(1) == [second]
    assert here.alerts.unsent() == []


def test_there_is_no_such_alert(here: Watched) -> None:
    """It may be past its end."""
    for name in ("alr_" + "0" * 32, "x"):
        with pytest.raises(NotFoundError, match="no alert"):
            here.alerts.get(name)


def test_a_door_that_asked_for_it_is_left_in_peace(here: Watched, seen: list[SightingId]) -> None:
    """Until the latest instant that it said, whichever alert it did not take; not once it takes one, not for ever."""
    one, other = (
        here.alerts.raise_(each, AlertPriority.HIGH, [AlertDoor.MAIL, AlertDoor.WEBHOOK], NOW) for each in seen
    )
    assert here.alerts.rests_until(AlertDoor.WEBHOOK, NOW) is None

    here.alerts.rest([one.id], AlertDoor.WEBHOOK, NOW + DAY / 2)
    here.alerts.rest([other.id], AlertDoor.WEBHOOK, NOW + DAY / 4)

    assert here.alerts.rests_until(AlertDoor.WEBHOOK, NOW) == NOW + DAY / 2
    assert here.alerts.rests_until(AlertDoor.WEBHOOK, NOW + DAY / 2) is None
    assert here.alerts.rests_until(AlertDoor.MAIL, NOW) is None
    assert here.alerts.rests_until(AlertDoor.WEBHOOK, NOW - DAY) is None, "a clock that has gone back"
    here.alerts.sent(one.id, AlertDoor.WEBHOOK, NOW)
    assert here.alerts.rests_until(AlertDoor.WEBHOOK, NOW) == NOW + DAY / 4
