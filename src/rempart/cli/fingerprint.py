"""``rempart fingerprint``: the fingerprints of pictures, for comparing elsewhere."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say


@click.command(name="fingerprint")
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per file.")
@click.pass_obj
def command(given: Globals, files: tuple[str, ...], *, as_json: bool) -> int:
    """Print the fingerprints of FILES: pictures, folders of them, or - for standard input.

    Exit code: 0 if every file was read, 2 if one could not be, 6 if one was stopped.
    """
    from rempart.app.fingerprint import fingerprint  # noqa: PLC0415 - heavy: numpy
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - as above
    from rempart.app.intake import Skipped  # noqa: PLC0415 - as above
    from rempart.cli.records import fingerprint_record  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.errors import MisuseError, RefusedError  # noqa: PLC0415 - as above
    from rempart.hazmat import ProtectionState  # noqa: PLC0415 - as above
    from rempart.model import Stopped  # noqa: PLC0415 - as above

    settings = given.settings()
    prepare(settings)
    status, missing = 0, list[ProtectionState]()
    for found in fingerprint(files, settings, missing=missing):
        if isinstance(found, Skipped):
            say(f"{found.outcome_word()}: {safe(found.label)}: {found.outcome.in_words()}")
            code = RefusedError.exit_code if isinstance(found.outcome, Stopped) else MisuseError.exit_code
            status = max(status, code)
            continue
        path, media = found
        if as_json:
            put_json(fingerprint_record(path, media))
        else:
            for one in media.fingerprints:
                put(f"{one.version}  {one.bits.hex()}  quality {one.quality:3d}  {safe(path)}")
            if not media.fingerprints:
                say(f"too small: {safe(path)}: {media.width} x {media.height} pixels have no fingerprint")
    say_missing(missing)
    if status == RefusedError.exit_code:
        say(HAND_OFF)
    return status
