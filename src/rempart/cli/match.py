"""``rempart match``: why do two files match, or not?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put_json, safe, say

if TYPE_CHECKING:
    from rempart.app.intake import Skipped
    from rempart.hazmat import ProtectionState


#: Whether a path can be read is said by the command itself, with what to do.
_PATH = click.Path(path_type=Path, readable=False)


@click.command(name="match")
@click.argument("asset", type=_PATH)
@click.argument("suspect", type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.option("--svg", type=_PATH, metavar="FILE", help="Draw it (SVG): outlines and words, without any media.")
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of the drawing.  [default: report.language]")
@click.option("--radius-bits", type=int, help="Largest distance of a whole-frame clue.  [default: 31]")
@click.pass_obj
def command(
    given: Globals,
    asset: Path,
    suspect: Path,
    *,
    as_json: bool,
    svg: Path | None,
    lang: str | None,
    radius_bits: int | None,
) -> int:
    """Explain, clue by clue, why the picture SUSPECT is a copy of the picture ASSET, or is not.

    Both are files. No workspace is needed, nothing is kept, and nothing leaves this machine.

    Exit code: 1 if they are the same picture, 0 if not, 2 if one cannot be read, 6 if one was stopped.
    """
    from rempart.app.matching import explain  # noqa: PLC0415 - heavy: numpy
    from rempart.app.outputs import check_outputs  # noqa: PLC0415 - as above
    from rempart.cli.match_lines import explanation_record, print_explanation  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.detect.reasons import Answer  # noqa: PLC0415 - as above

    settings = given.settings({"report.language": lang, "detect.radius_bits": radius_bits})
    if svg:
        from rempart.app.matching_drawing import DRAWING_MARK  # noqa: PLC0415 - as above

        check_outputs([(svg, DRAWING_MARK)], [asset, suspect])
    prepare(settings)
    missing: list[ProtectionState] = []
    found = explain(asset, suspect, settings, missing=missing)
    say_missing(missing)
    if isinstance(found, tuple):
        return _say_skipped(found)
    radius = settings.detect.radius_bits
    if as_json:
        put_json(explanation_record(found))
    else:
        print_explanation(found, radius_bits=radius)
    if svg:
        from rempart.app.matching_drawing import write_drawing  # noqa: PLC0415 - as above

        write_drawing(svg, found, settings.report.language, radius_bits=radius)
        say(f"Drawing: {safe(str(svg))}")
    return 1 if found.answer is Answer.SAME_PICTURE else 0


def _say_skipped(skipped: tuple[Skipped, ...]) -> int:
    """Say what could not be compared, and return the exit code, as ``rempart fingerprint`` does."""
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - as above
    from rempart.errors import MisuseError, RefusedError  # noqa: PLC0415 - as above
    from rempart.model import Stopped  # noqa: PLC0415 - as above

    for one in skipped:
        say(f"{one.outcome_word()}: {safe(one.label)}: {one.outcome.in_words()}")
    if any(isinstance(one.outcome, Stopped) for one in skipped):
        say(HAND_OFF)
        return RefusedError.exit_code
    return MisuseError.exit_code
