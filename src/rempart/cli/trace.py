"""``rempart trace``: which copy was a leak made from?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.app.intake import Skipped
    from rempart.app.tracing import Replayed, Withheld
    from rempart.app.workspace import Workspace
    from rempart.model.recipient import TraceRecord

#: As in ``rempart.model.recipient.SurfacedAt``; a test compares them.
SURFACED = ("forum", "press", "alert", "court", "unknown")
_WITHHELD = (
    "Withheld: a leak that reached the press, an alert channel or a court, or that is a protected disclosure, is not "
    "traced. Nothing was opened or computed, and nothing is kept but that it was withheld."
)


@click.command(name="trace")
@click.argument("leak", type=click.Path(path_type=Path, readable=False))
@click.option("--purpose", default="", metavar="TEXT", help="What it is for: kept with the answer, encrypted.")
@click.option("--surfaced", type=click.Choice(SURFACED), help="Where the leak was seen.")
@click.option("--asset", default="", metavar="ASSET", help="Which original.  [default: what the leak resembles]")
@click.option("--protected-disclosure", is_flag=True, help="It may be a whistleblower's: it is not traced.")
@click.option("--replay", default="", metavar="TRACE", help="Do this trace again, with the same file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.pass_obj
def command(
    given: Globals,
    leak: Path,
    purpose: str,
    surfaced: str | None,
    asset: str,
    *,
    protected_disclosure: bool,
    replay: str,
    as_json: bool,
) -> int:
    """Tell which recipient's copy LEAK was made from, and how likely it is that an innocent copy is accused.

    An accusation names a copy, never the person who posted it. What surfaced at the press, at an alert channel or in
    court is withheld. Nothing follows from an answer by itself: a person decides, and the recipient can contest.

    A picture is traced to pictures of the vault, a video (extra 'video') to its videos.

    Exit code: 1 if a copy is accused, 0 if none is, 2 if the leak cannot be read, 6 if it is withheld.
    """
    from rempart.app.tracing import Asked, Withheld, trace_leak  # noqa: PLC0415 - heavy: numpy, Django
    from rempart.app.tracing import replay as do_again  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare  # noqa: PLC0415 - as above
    from rempart.model.recipient import SurfacedAt, TraceRecord  # noqa: PLC0415 - as above

    if surfaced is None and not replay:
        message = "where did it surface? --surfaced forum, press, alert, court or unknown"
        raise click.UsageError(message)
    settings = given.settings()
    with given.open() as workspace:
        prepare(settings)
        found: TraceRecord | Withheld | Skipped | Replayed
        if replay:
            found = do_again(workspace, replay, leak, settings)
        else:
            where = SurfacedAt(surfaced or "unknown")
            asked = Asked(
                leak=leak,
                purpose=purpose,
                surfaced_at=where,
                asset=asset,
                is_protected_disclosure=protected_disclosure,
            )
            found = trace_leak(workspace, asked, settings)
        if isinstance(found, Withheld):
            return _withheld(as_json=as_json)
        if isinstance(found, TraceRecord):
            return _print(workspace, found, as_json=as_json)
        return _other(workspace, found, as_json=as_json)


def _withheld(*, as_json: bool) -> int:
    from rempart.cli.trace_lines import withheld_record  # noqa: PLC0415 - with the command
    from rempart.errors import RefusedError  # noqa: PLC0415 - as above
    from rempart.model.attribution import COPY_NOT_PERSON  # noqa: PLC0415 - as above

    if as_json:
        put_json(withheld_record())
    else:
        put("withheld")
    say(_WITHHELD)
    say(COPY_NOT_PERSON)
    return RefusedError.exit_code


def _print(workspace: Workspace, record: TraceRecord, *, as_json: bool) -> int:
    from rempart.cli.trace_lines import trace_in_words, trace_record  # noqa: PLC0415 - with the command
    from rempart.model.attribution import COPY_NOT_PERSON  # noqa: PLC0415 - as above

    if as_json:
        put_json(trace_record(record))
    else:
        names = {each.recipient: workspace.recipients.get(each.recipient).name for each in record.accused}
        for line in trace_in_words(record, names):
            put(safe(line))
    if as_json:
        say(COPY_NOT_PERSON)
    return 1 if record.accused else 0


def _other(workspace: Workspace, found: Skipped | Replayed, *, as_json: bool) -> int:
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - with the command
    from rempart.app.tracing import Replayed  # noqa: PLC0415 - as above
    from rempart.errors import IntegrityError  # noqa: PLC0415 - as above
    from rempart.model import Stopped  # noqa: PLC0415 - as above

    if isinstance(found, Replayed):
        status = _print(workspace, found.now, as_json=as_json)
        if found.is_same:
            say(f"The same as on {found.before.at:%Y-%m-%d}: {found.before.id}")
            return status
        versions = "" if found.before.code_version == found.now.code_version else ", by another version of the code"
        message = f"the answer differs from that of {found.before.id}{versions}: it was {found.before.verdict}"
        raise IntegrityError(message, advice="Neither answer is to be used before a person has found out why.")
    say(f"{found.outcome_word()}: {safe(found.label)}: {found.outcome.in_words()}")
    if isinstance(found.outcome, Stopped):
        say(HAND_OFF)
        return 6
    return 2
