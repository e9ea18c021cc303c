"""Raise an alert for a sighting: how urgent it is, which doors it goes to, and the jobs that take it there.

All of it is part of the transaction that writes the sighting: both are kept, or neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from rempart.app.worker import ACTOR
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.alert import Alert, AlertDoor, AlertPriority
from rempart.model.asset import Asset, AssetState, Depicts, Sensitivity
from rempart.model.ids import SightingId
from rempart.model.match import Match
from rempart.model.work import EventKind, JobKind

#: Attempts of one door: after the first ten, which take an hour and a half, one each hour for three days. Standard
#: Webhooks 1.0.0, "Deliverability and reliability", shows a schedule of 75 hours: a weekend, and the day after it.
MAX_ATTEMPTS: Final = 80
#: A temporary link that ends sooner makes an alert urgent.
ENDS_SOON: Final = dt.timedelta(days=1)


def raise_alert(
    workspace: Workspace,
    settings: Settings,
    sighting: SightingId,
    matches: Sequence[Match],
    now: dt.datetime,
    *,
    ends_at: dt.datetime | None = None,
) -> Alert | None:
    """Raise the alert of a sighting, and add a job for each door; inside the caller's transaction.

    Args:
        workspace: Where the sighting was written just now.
        settings: Which doors there are.
        sighting: About what.
        matches: What it resembles.
        now: The present instant.
        ends_at: When the link to it ends, if it does.

    Returns:
        The alert; None if this sighting was told before, or nothing that it resembles is looked for any more.
    """
    assets = workspace.assets.by_ids({match.asset for match in matches}, labels=False)
    looked_for = [asset for asset in assets.values() if asset.state is AssetState.ACTIVE]
    if not looked_for:
        return None
    decoys = workspace.decoys.among(asset.id for asset in looked_for)
    priority = choose_priority(looked_for, has_decoy=bool(decoys), now=now, ends_at=ends_at)
    doors = doors_of(settings)
    alert = workspace.alerts.raise_(sighting, priority, doors, now)
    if alert.at != now:
        return None
    for door in doors:
        _add_job(workspace, alert, door, now)
    workspace.journal.note(
        EventKind.ALERT_RAISED, alert.id, actor=ACTOR, now=now, detail={"priority": priority, "doors": len(doors)}
    )
    return alert


def doors_of(settings: Settings) -> tuple[AlertDoor, ...]:
    """Return the doors that the settings open."""
    alerts = settings.alerts
    is_open = {
        AlertDoor.LINES: alerts.lines_file is not None,
        AlertDoor.MAIL: bool(alerts.mail_to),
        AlertDoor.WEBHOOK: bool(alerts.webhook_url),
    }
    return tuple(door for door in AlertDoor if is_open[door])


def choose_priority(
    assets: Iterable[Asset], *, has_decoy: bool, now: dt.datetime, ends_at: dt.datetime | None = None
) -> AlertPriority:
    """Say how soon a person should look; the gravest thing that the sighting resembles decides.

    1. Urgent: an intimate picture, one that shows somebody else than its owner or of which nobody said whom it shows,
       or a link that ends within a day: what it leads to could not be recorded tomorrow.
    2. High: a picture that shows its owner, or a decoy, which names the channel that leaks.
    3. Normal: anything else.

    Args:
        assets: What the sighting resembles and is looked for.
        has_decoy: Whether one of them is a decoy.
        now: The present instant.
        ends_at: When the link to it ends, if it does.
    """
    known = list(assets)
    if any(asset.sensitivity is Sensitivity.INTIMATE for asset in known):  # (1)
        return AlertPriority.URGENT
    depicted = {asset.ground.right.depicts for asset in known}
    if depicted & {Depicts.OTHER, None} or (ends_at is not None and ends_at - now <= ENDS_SOON):
        return AlertPriority.URGENT
    if has_decoy or Depicts.SELF in depicted:  # (2)
        return AlertPriority.HIGH
    return AlertPriority.NORMAL  # (3)


def _add_job(workspace: Workspace, alert: Alert, door: AlertDoor, now: dt.datetime) -> None:
    """Add what takes an alert to a door, once."""
    workspace.jobs.add(
        JobKind.SEND_ALERT,
        key=f"{JobKind.SEND_ALERT}:{alert.id}:{door}",
        payload={"alert": alert.id, "door": str(door)},
        now=now,
        lane=str(door),
        max_attempts=MAX_ATTEMPTS,
    )
