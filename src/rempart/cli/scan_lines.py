"""What ``rempart scan`` prints: a line a match, the counts, and the exit code that they make."""

from __future__ import annotations

from collections.abc import Sequence

from rempart.app.gating import HAND_OFF
from rempart.app.intake import Skipped
from rempart.app.listed import Listed
from rempart.app.scan import Tally
from rempart.cli.listed_lines import listed_count, print_listed, say_listed
from rempart.cli.printing import INTERRUPTED, put, put_json, safe, say
from rempart.cli.records import match_in_words, match_record, summary_record
from rempart.errors import RempartError
from rempart.model import Match


def print_event(event: Match | Skipped | Listed, label: str, *, as_json: bool, channel: str = "") -> None:
    """Print a match to stdout, its asset under its label, a decoy with its channel; what was not compared is talk."""
    if isinstance(event, Listed):
        print_listed(event, as_json=as_json)
    elif not isinstance(event, Match):
        say(f"{event.outcome_word()}: {safe(event.label)}: {event.outcome.in_words()}")
    elif as_json:
        named = {"decoy_given_to": channel, "priority": "raised"} if channel else {}
        put_json(match_record(event) | ({} if label == event.asset else {"label": label}) | named)
    else:
        put(f"match  {event.score:.2f}  {safe(event.suspect)}  <-  {safe(label)}  ({match_in_words(event)})")
        if channel:
            put(safe(f"decoy  given to {channel}; compare with other versions of the picture before you conclude"))


def print_summary(tally: Tally, *, as_json: bool, channels: Sequence[str] = ()) -> None:
    """Print the counts to stdout, and to stderr what a person must know about them.

    Args:
        tally: The counts.
        as_json: Whether they are one JSON line.
        channels: Who was handed the decoys that surfaced.
    """
    if as_json:
        put_json(summary_record(tally))
    else:
        web = f"{tally.not_pictures} web records without a picture, " if tally.not_pictures else ""
        sealed = f" ({tally.sealed} sealed)" if tally.sealed else ""
        codes, listed = listed_count(tally)
        rate = tally.scanned / tally.seconds if tally.seconds else 0.0
        put(
            f"{tally.scanned} scanned against {tally.assets} assets{codes}, {tally.matched} matched{sealed}{listed}, "
            f"{tally.unreadable} unreadable, {tally.stopped} stopped, {tally.plain} too plain to compare, "
            f"{web}{tally.seconds:.1f} s ({rate:.0f}/s)"
        )
    if channels:
        say(safe(f"Look first at the decoys that surfaced. They were handed to: {', '.join(channels)}."))
    if tally.interrupted:
        say("Interrupted: this is what was found until then.")
    if tally.sealed:
        say(
            f"{tally.sealed} sealed: they resemble assets whose ground nobody else has accepted. Where they are is "
            "shown once it is: rempart ground accept ASSET --by NAME"
        )
    say_listed(tally)
    if tally.stopped or tally.assets_stopped:
        stopped = tally.stopped + tally.assets_stopped
        say(f"{stopped} stopped: {'its name' if stopped == 1 else 'their names'} may concern a minor. {HAND_OFF}")


def exit_code(tally: Tally, failure: RempartError | None = None) -> int:
    """Return what the process answers: interrupted, found, refused for safety, or nothing found.

    Raises:
        RempartError: the scan ended before its time.
    """
    if failure:
        raise failure
    if tally.interrupted:
        return INTERRUPTED
    if tally.matched or tally.listed_reviewed:
        return 1
    return 6 if tally.is_all_stopped() else 0
