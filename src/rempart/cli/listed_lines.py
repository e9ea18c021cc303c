"""What ``rempart scan`` prints of suspects that partners list: who lists them and what each side thinks, no code."""

from __future__ import annotations

from typing import Final

from rempart.app.listed import Listed
from rempart.app.scan import Tally
from rempart.cli.printing import put, put_json, safe, say

#: Raised when a field changes its meaning or disappears.
_VERSION: Final = 1


def print_listed(event: Listed, *, as_json: bool) -> None:
    """Print a suspect that is close to a code of partners to stdout, and what they think where they do not agree."""
    if as_json:
        put_json(listed_record(event))
        return
    bits = f"{event.distance_bits} bit{'' if event.distance_bits == 1 else 's'}"
    inner = ", inside a larger picture" if event.is_inner else ""
    partners = ", ".join(event.partners)
    put(safe(f"listed by {partners} ({event.listed_in_words()}): {event.label}, {bits}{inner}  ({event.code})"))
    if event.is_disagreed:
        put(safe("    " + "  |  ".join(said.in_words() for said in event.opinions)))


def listed_record(event: Listed) -> dict[str, object]:
    """Return the line of one suspect that partners list, under a key of its own: it cannot pass for a match."""
    opinions = [{"partner": o.partner, "source": o.source, "verdict": str(o.verdict)} for o in event.opinions]
    listed: dict[str, object] = {
        "suspect": event.label,
        "code": event.code,
        "label": str(event.listed_as),
        "partners": list(event.partners),
        "opinions": opinions,
        "distance_bits": event.distance_bits,
        "inner": event.is_inner,
        "conflicting": event.is_conflicting,
        "may_act": event.may_act,
    }
    return {"v": _VERSION, "listed": listed}


def listed_count(tally: Tally) -> tuple[str, str]:
    """Return what the line of counts adds: how many codes of partners there are, and how many suspects are listed."""
    if not tally.imported:
        return "", ""
    return f" and {tally.imported} codes of partners", f", {tally.listed} listed by partners"


def say_listed(tally: Tally) -> None:
    """Say, on stderr, what being listed means."""
    if tally.listed:
        say(
            f"{tally.listed} listed by partners, {tally.listed_reviewed} of them by a code that is reviewed and that "
            "nobody disputes: no match of what is registered here. A person decides."
        )
