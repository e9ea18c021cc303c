"""On which terms a source is watched: who answers, why, until when, how often, how deep; and where it may be."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Final

from rempart.app.outside import askable
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError, NotFoundError
from rempart.model.asset import User
from rempart.model.source import PERSON_DAYS_MOST, Place, SourceKind
from rempart.net.policy import AddressPolicy

#: Somebody looks again once a year whether it still has to be watched (GDPR article 5(1)(e)); our own measure.
DAYS_MOST: Final = 366
#: As a person's cadence, not a machine's; a plan's tightest one is twice as long. The forum of the sources has 244 new
#: posts a day (collect-scale §1.3): more often finds nothing new.
EVERY_LEAST: Final = dt.timedelta(minutes=15)
EVERY_MOST: Final = dt.timedelta(days=30)
#: A section, its sub-sections, their threads, what these link to; no engine needs more.
DEPTH_MOST: Final = 5
_WHY_MOST: Final = 2_000
_EVERY: Final = re.compile(r"([0-9]{1,4})(m|h|d)")
_UNITS: Final = {"m": dt.timedelta(minutes=1), "h": dt.timedelta(hours=1), "d": dt.timedelta(days=1)}
_ON_THE_WEB: Final = frozenset({SourceKind.PAGE, SourceKind.FEED, SourceKind.SITEMAP, SourceKind.TELEGRAM})


def parse_every(text: str) -> dt.timedelta:
    """Read how often a source is visited, such as ``6h``, ``30m``, ``1d``.

    Raises:
        MisuseError: it is none, or out of bounds.
    """
    found = _EVERY.fullmatch(text.strip().lower())
    if found is None:
        message = f"{text[:20]!r} is no time between two visits"
        raise MisuseError(message, advice="Write a number and a unit: 30m, 6h, 1d.")
    return checked_every(int(found[1]) * _UNITS[found[2]])


def checked_every(every: dt.timedelta) -> dt.timedelta:
    """Return a time between two visits, if it is within its bounds.

    Raises:
        MisuseError: it is not.
    """
    if not EVERY_LEAST <= every <= EVERY_MOST:
        message = f"a source is visited every {in_words(EVERY_LEAST)} to {in_words(EVERY_MOST)}, not {in_words(every)}"
        raise MisuseError(message, advice="Choose another time: 30m, 6h, 1d.")
    return every


def in_words(every: dt.timedelta) -> str:
    """Return a time between two visits as it is written."""
    for unit in ("d", "h"):
        if every and not every % _UNITS[unit]:
            return f"{every // _UNITS[unit]}{unit}"
    return f"{every // _UNITS['m']}m"


def answering(workspace: Workspace, name: str) -> User:
    """Return who answers for a source.

    Raises:
        MisuseError: nobody is named.
        NotFoundError: nobody of this name works here.
    """
    if not name.strip():
        message = "nobody answers for it"
        raise MisuseError(message, advice="Say who does: --authorised-by NAME, somebody who works here.")
    user = workspace.users.find(name.strip())
    if user is None:
        message = "who answers for it does not work here"
        raise NotFoundError(message, advice="See who does: rempart user list. Add somebody: rempart user add NAME")
    return user


def checked_why(text: str) -> str:
    """Return a reason on one line.

    Raises:
        MisuseError: it is empty, too long, or cannot be shown.
    """
    why = " ".join(text.split())
    if not why or len(why) > _WHY_MOST or not why.isprintable():
        message = (
            "the reason is empty" if not why else f"the reason is longer than {_WHY_MOST} characters, or unreadable"
        )
        raise MisuseError(message, advice='Say why this place is watched: --why "…". Whoever reads it later must see.')
    return why


def checked_until(until: dt.datetime | None, now: dt.datetime, *, is_about_person: bool) -> dt.datetime:
    """Return when a source ends.

    Raises:
        MisuseError: nobody said, it is over, or too far away.
    """
    days = PERSON_DAYS_MOST if is_about_person else DAYS_MOST
    if until is None:
        message = "nothing is watched without an end"
        raise MisuseError(message, advice=f"Say until when: --until YYYY-MM-DD, at most {days} days from now.")
    if until <= now:
        message = f"{until:%Y-%m-%d} has begun: nothing would be watched"
        raise MisuseError(message, advice="Choose a day to come: it is watched until that day begins (UTC).")
    if until > now + dt.timedelta(days=days):
        whose = "a source that speaks of a person" if is_about_person else "a source"
        message = f"{whose} ends within {days} days from now, not on {until:%Y-%m-%d}"
        raise MisuseError(message, advice="Choose a nearer day, and add it anew then: somebody looks at it again.")
    return until


def checked_depth(depth: int) -> int:
    """Return how many links deep a source is read.

    Raises:
        MisuseError: it is out of bounds.
    """
    if not 0 <= depth <= DEPTH_MOST:
        message = f"a source is read 0 to {DEPTH_MOST} links deep, not {depth}"
        raise MisuseError(message, advice="0 is the page itself, 1 the threads that it lists.")
    return depth


def check_place(place: Place, policy: AddressPolicy) -> None:
    """Make sure that a place can be asked, or is on this machine.

    Raises:
        MisuseError: its address is one that is never asked, or nothing is there.
    """
    if place.kind in _ON_THE_WEB:
        askable(place.text, policy)
        return
    is_there = {SourceKind.FOLDER: Path.is_dir, SourceKind.LIST: Path.is_file, SourceKind.WARC: Path.is_file}
    look = is_there.get(place.kind)
    if look and not look(Path(place.text)):
        message = f"there is no such {'folder' if place.kind is SourceKind.FOLDER else 'file'}"
        raise MisuseError(message, advice=f"Check the path after {place.kind}:")
