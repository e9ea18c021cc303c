"""What ``rempart asset`` prints: lines for people, records for programs."""

from __future__ import annotations

from rempart.app.gating import HAND_OFF
from rempart.app.intake import Skipped
from rempart.app.listing import AssetLine, AssetSheet
from rempart.app.registering import Duplicate, Registered
from rempart.app.withdrawing import Withdrawal
from rempart.cli.printing import put, put_json, safe, say
from rempart.cli.records import match_in_words, match_record
from rempart.errors import MisuseError, RefusedError, UnavailableError
from rempart.model import Stopped
from rempart.register import Visibility


class Count:
    """Prints what becomes of each picture, and counts."""

    def __init__(self, *, as_json: bool) -> None:
        """Start at zero."""
        self._as_json = as_json
        self._registered = self._duplicates = self._plain = self._unreadable = self._stopped = 0

    @property
    def total(self) -> int:
        """Return how many files there were."""
        return self._registered + self._duplicates + self._unreadable + self._stopped

    @property
    def status(self) -> int:
        """Return the exit code: the worst that happened to a picture."""
        if self._stopped:
            return RefusedError.exit_code
        return MisuseError.exit_code if self._unreadable else 0

    def show(self, event: Registered | Duplicate | Skipped) -> None:
        """Print one line."""
        match event:
            case Registered(label=label, asset=asset, is_plain=is_plain):
                self._registered += 1
                self._plain += is_plain
                self._line("registered", asset, label)
                if is_plain:
                    say(f"too plain: {safe(label)}: only its identical bytes will be found")
            case Duplicate(label=label, asset=asset, remark=remark):
                self._duplicates += 1
                self._line("known", asset, label)
                if remark:
                    say(f"known: {safe(label)}: {remark}")
            case Skipped(label=label, outcome=outcome):
                is_stopped = isinstance(outcome, Stopped)
                self._stopped += is_stopped
                self._unreadable += not is_stopped
                say(f"{event.outcome_word()}: {safe(label)}: {outcome.in_words()}")

    def summary(self) -> None:
        """Print the counts."""
        if self._as_json:
            counts = {
                "registered": self._registered,
                "known": self._duplicates,
                "too_plain": self._plain,
                "unreadable": self._unreadable,
                "stopped": self._stopped,
            }
            put_json({"v": 1, "summary": counts})
        else:
            put(
                f"{self._registered} registered, {self._duplicates} known already, {self._unreadable} unreadable, "
                f"{self._stopped} stopped, {self._plain} too plain to compare"
            )
        if self._stopped:
            say(f"{self._stopped} stopped: their names may concern a minor. {HAND_OFF}")

    def _line(self, outcome: str, asset: str, label: str) -> None:
        if self._as_json:
            put_json({"v": 1, "asset": asset, "path": label, "outcome": outcome})
        else:
            put(safe(f"{outcome:10}  {asset}  {label}"))


def asset_record(line: AssetLine) -> dict[str, object]:
    """Return the record of one asset."""
    asset = line.asset
    return {
        "v": 1,
        "asset": asset.id,
        "owner": line.owner,
        "label": asset.label,
        "state": str(asset.state),
        "sensitivity": str(asset.sensitivity),
        "protection": str(asset.protection),
        "depicts": asset.ground.right.depicts,
        "ground": asset.ground.right.ground,
        "ground_accepted_by": line.accepted_by or None,
        "hits": str(line.visibility),
        "registered_at": asset.registered_at.isoformat(),
        "withdrawn_at": asset.withdrawn_at.isoformat() if asset.withdrawn_at else None,
        "erased_at": asset.erased_at.isoformat() if asset.erased_at else None,
    }


def print_asset(line: AssetLine) -> None:
    """Print one line."""
    asset = line.asset
    put(safe(f"{asset.id}  {line.owner}  {asset.sensitivity}  {asset.protection}  {asset.state}  {asset.label}"))


def print_sheet(sheet: AssetSheet, *, as_json: bool) -> None:
    """Print an asset and its hits, or how many there are."""
    line, asset = sheet.line, sheet.line.asset
    if as_json:
        put_json({**asset_record(line), "hit_count": sheet.count, "decoy_given_to": sheet.given_to or None})
        for hit in sheet.hits:
            put_json({**match_record(hit.match), "seen_at": hit.seen_at.isoformat()})
        return
    print_asset(line)
    put(safe(f"ground     {asset.ground.right.ground or 'none'}, depicts {asset.ground.right.depicts or 'not stated'}"))
    put(safe(f"accepted   {f'by {line.accepted_by}' if line.accepted_by else 'by nobody yet'}"))
    put(safe(f"hits       {sheet.count}{f', of a decoy given to {sheet.given_to}' if sheet.given_to else ''}"))
    for hit in sheet.hits:
        told = f"{hit.seen_at:%Y-%m-%d %H:%M}  {hit.match.score:.2f}  {hit.match.suspect}"
        put(safe(f"{told}  ({match_in_words(hit.match)})"))
    if line.visibility is Visibility.SEALED and sheet.count:
        say(f"Where is sealed until another person accepts it: rempart ground accept {asset.id} --by NAME")
    if line.visibility is Visibility.FROZEN:
        say(f"Nothing is looked for or shown: the asset is {asset.state}.")


def print_withdrawal(done: Withdrawal) -> int:
    """Say what was withdrawn, and whether it is proved gone; return the exit code."""
    for asset in done.assets:
        put(f"withdrawn  {asset}")
    if not done.assets:
        say("They were withdrawn already.")
    return print_proof(done)


def print_proof(done: Withdrawal) -> int:
    """Say whether what was deleted is proved gone; return the exit code."""
    if not done.is_proved:
        say(f"Not finished: {done.waits_for}. What was deleted is no longer used. Finish with: rempart job run")
        return UnavailableError.exit_code
    put("Done: no file of the database holds a trace of it any more.")
    if done.elsewhere:
        say(f"Still elsewhere: {done.elsewhere}.")
    say("Backups made before still hold it: delete those.")
    return 0
