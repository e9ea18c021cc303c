"""``rempart trace``: which copy was a leak made from?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.app.tracing import Replayed, Traced, Withheld
    from rempart.app.workspace import Workspace

#: As in ``rempart.model.recipient.SurfacedAt``; a test compares them.
SURFACED = ("forum", "press", "alert", "court", "unknown")
_WITHHELD = (
    "Withheld: a leak that reached the press, an alert channel or a court, or that is a protected disclosure, is not "
    "traced. Nothing was opened or computed, and nothing is kept but that it was withheld."
)


@click.command(name="trace")
@click.argument("leaks", nargs=-1, required=True, metavar="LEAK…", type=click.Path(path_type=Path, readable=False))
@click.option("--purpose", default="", metavar="TEXT", help="What it is for: kept with the answer, encrypted.")
@click.option("--surfaced", type=click.Choice(SURFACED), help="Where the leaks were seen.")
@click.option("--asset", default="", metavar="ASSET", help="Which original.  [default: what each leak resembles]")
@click.option("--protected-disclosure", is_flag=True, help="They may be a whistleblower's: nothing is traced.")
@click.option("--replay", default="", metavar="TRACE", help="Do this trace again, with the same files.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.pass_obj
def command(
    given: Globals,
    leaks: tuple[Path, ...],
    purpose: str,
    surfaced: str | None,
    asset: str,
    *,
    protected_disclosure: bool,
    replay: str,
    as_json: bool,
) -> int:
    """Tell which recipient's copy LEAK was made from, and how likely it is that an innocent copy is accused.

    Several files, or a folder, are a set that the same recipients were given: what each says is added, and all are
    scored once, together; pictures too small to tell alone may tell together. Choose them before: a leak that is traced
    again with others, or against another original, counts as one more test for every copy.

    An accusation names a copy, never the person who posted it. What surfaced at the press, at an alert channel or in
    court is withheld. Nothing follows from an answer by itself: a person decides, and the recipient can contest.

    A picture is traced to pictures of the vault, a video (extra 'video') to its videos.

    Exit code: 1 if a copy is accused, 0 if none is, 2 if no leak can be read, 6 if it is withheld or stopped.
    """
    from rempart.app.tracing import Asked, Replayed, Withheld, trace_leaks  # noqa: PLC0415 - heavy: numpy, Django
    from rempart.app.tracing import replay as do_again  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare  # noqa: PLC0415 - as above
    from rempart.model.recipient import SurfacedAt  # noqa: PLC0415 - as above

    if surfaced is None and not replay:
        message = "where did it surface? --surfaced forum, press, alert, court or unknown"
        raise click.UsageError(message)
    settings = given.settings()
    with given.open() as workspace:
        prepare(settings)
        found: Traced | Withheld | Replayed
        where = SurfacedAt(surfaced or "unknown")
        if replay:
            found = do_again(
                workspace,
                replay,
                leaks,
                settings,
                surfaced_at=where,
                is_protected_disclosure=protected_disclosure,
            )
        else:
            asked = Asked(
                leaks=leaks,
                purpose=purpose,
                surfaced_at=where,
                asset=asset,
                is_protected_disclosure=protected_disclosure,
            )
            found = trace_leaks(workspace, asked, settings)
        if isinstance(found, Withheld):
            return _withheld(as_json=as_json)
        if isinstance(found, Replayed):
            return _replayed(workspace, found, as_json=as_json)
        return _print(workspace, found, as_json=as_json)


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


def _print(workspace: Workspace, traced: Traced, *, as_json: bool) -> int:
    """Say what became of each file, and print what was found of all."""
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - with the command
    from rempart.cli.skips import say_skip  # noqa: PLC0415 - as above
    from rempart.cli.trace_lines import trace_in_words, trace_record  # noqa: PLC0415 - as above
    from rempart.errors import RefusedError  # noqa: PLC0415 - as above
    from rempart.model.attribution import COPY_NOT_PERSON  # noqa: PLC0415 - as above

    status = max((say_skip(skipped) for skipped in traced.skipped), default=0)
    if status == RefusedError.exit_code:
        say(HAND_OFF)
    for each in traced.repeated:
        say(safe(f"counted once: {each.label}: the very bytes of {each.same_as}"))
    record = traced.record
    if record is None:
        return status
    if as_json:
        put_json(trace_record(record, traced))
        say(COPY_NOT_PERSON)
    else:
        names = {each.recipient: workspace.recipients.get(each.recipient).name for each in record.accused}
        for line in trace_in_words(record, names, traced.labels):
            put(safe(line))
    return 1 if record.accused else 0


def _replayed(workspace: Workspace, found: Replayed, *, as_json: bool) -> int:
    from rempart.errors import IntegrityError  # noqa: PLC0415 - with the command

    status = _print(workspace, found.now, as_json=as_json)
    now = found.now.record
    if found.is_same or now is None:
        say(f"The same as on {found.before.at:%Y-%m-%d}: {found.before.id}")
        return status
    versions = "" if found.before.code_version == now.code_version else ", by another version of the code"
    message = f"the answer differs from that of {found.before.id}{versions}: it was {found.before.verdict}"
    raise IntegrityError(message, advice="Neither answer is to be used before a person has found out why.")
