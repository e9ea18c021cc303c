"""What a watch prints: matches to stdout, how each source goes to stderr, counts at the end."""

from __future__ import annotations

from dataclasses import asdict

from rempart.app.watch_events import HealthChanged, Sighted, SourceBegun, SourceEnded, StoppedAt, WatchEvent, WatchTally
from rempart.app.workspace import Workspace
from rempart.cli.alert_lines import alert_line
from rempart.cli.interrupts import INTERRUPTED
from rempart.cli.printing import put, put_json, safe, say
from rempart.cli.records import match_in_words
from rempart.model.source import Health, Source


class WatchPrinter:
    """Prints events as they come."""

    def __init__(self, workspace: Workspace, *, as_json: bool) -> None:
        """Find labels of assets in a workspace."""
        self._workspace = workspace
        self._as_json = as_json

    def show(self, event: WatchEvent) -> None:
        """Print one event."""
        match event:
            case Sighted():
                self._sighted(event)
            case SourceBegun(source=source):
                say(f"source {source.id}: {safe(_named(source))}")
            case SourceEnded(source=source, why=why) if self._as_json:
                put_json({"v": 1, "event": "ended", "source": source.id, "why": why})
            case SourceEnded(source=source, why=why):
                say(f"source {source.id} is not watched any more: {why}")
            case HealthChanged():
                self._health(event)
            case StoppedAt(flag=flag, rule=rule):
                say(f"stopped ({flag}, rule {rule}): it may concern a minor; hand it over: rempart referral list")

    def _sighted(self, event: Sighted) -> None:
        """Print what matched: where it may be shown, and how soon to look."""
        if self._as_json:
            put_json(self._record(event))
            return
        is_new = "new" if event.is_new else "again"
        labels = self._labels(event)
        for match in event.matches:
            label = labels.get(match.asset, match.asset)
            put(f"match  {match.score:.2f}  {is_new}  {safe(event.page_url)}  <-  {safe(label)}")
            put(f"       {event.sighting}  ({match_in_words(match)})")
        if not event.matches:
            put(f"match  {is_new}  {event.sighting}  (sealed: its ground waits to be accepted)")
        if event.alert:
            put(alert_line(event.alert))

    def _record(self, event: Sighted) -> dict[str, object]:
        alert = event.alert
        return {
            "v": 1,
            "event": "sighting",
            "sighting": event.sighting,
            "is_new": event.is_new,
            "page": event.page_url or None,
            "assets": [match.asset for match in event.matches],
            "score": max((match.score for match in event.matches), default=None),
            "alert": alert.id if alert else None,
            "priority": alert.priority if alert else None,
        }

    def _health(self, event: HealthChanged) -> None:
        if self._as_json:
            words, source = event.words or None, event.source.id
            put_json({"v": 1, "event": "health", "source": source, "health": event.health, "why": words})
        elif event.health is not Health.WELL:
            words = f": {safe(event.words)}" if event.words else ""
            say(f"source {event.source.id}: {event.health.in_words()}{words}")

    def _labels(self, event: Sighted) -> dict[str, str]:
        workspace, wanted = self._workspace, {match.asset for match in event.matches}
        assets = workspace.database.durably(lambda: workspace.assets.by_ids(wanted))
        return {asset.id: asset.label or asset.id for asset in assets.values()}


def print_summary(tally: WatchTally, *, as_json: bool) -> None:
    """Print the counts."""
    if as_json:
        put_json({"v": 1, "event": "summary", **asdict(tally)})
        return
    put(
        f"{tally.sources} sources visited, {tally.requests} requests: {tally.pages} pages, {tally.posts} new posts, "
        f"{tally.media} pictures compared, {tally.matched} matched ({tally.sealed} sealed) in {tally.seconds:.1f} s"
    )
    asides = {
        "unchanged": tally.unchanged,
        "gone": tally.gone,
        "behind a wall, or not allowed": tally.blocked,
        "unreadable or failed": tally.unreadable,
        "videos, not asked for": tally.videos,
        "stopped: may concern minors": tally.stopped,
    }
    said = ", ".join(f"{count} {words}" for words, count in asides.items() if count)
    if said:
        say(said)
    if tally.interrupted:
        say("Interrupted. Nothing is lost: the next rempart watch goes on from here.")


def exit_code(tally: WatchTally) -> int:
    """Return what the process answers: interrupted, found, refused for safety, or nothing found."""
    if tally.interrupted:
        return INTERRUPTED
    if tally.new:
        return 1
    return 6 if tally.stopped and not tally.pages and not tally.media else 0


def _named(source: Source) -> str:
    place = source.new.place
    return place.text if "://" in place.text else f"{place.kind}:{place.text}"
