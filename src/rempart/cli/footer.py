"""``rempart footer``: one copy of each text for each recipient, told apart by a line that all can read."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say


@click.command(name="footer")
@click.argument("texts", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--to", required=True, metavar="all|NAME|GROUP|FILE.csv", help="For whom.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where the copies go.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of the footer.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per copy.")
@click.pass_obj
def command(given: Globals, texts: tuple[Path, ...], to: str, out: Path, lang: str, *, as_json: bool) -> int:
    """Make a copy of each text for each recipient, with a visible line under it that says whose it is.

    Texts get nothing else: no spacing, order or zero-width sign, which are what finds those who talk to a journalist.
    Plain text in UTF-8 only. Every recipient was told before.

    Exit code: 0, 2 if something else has a copy's place, 6 if a text was refused for safety.
    """
    from rempart.app.footers import FooterWritten, write_footers  # noqa: PLC0415 - heavy: Django
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - as above
    from rempart.app.recipients import named_by  # noqa: PLC0415 - as above

    status = 0
    with given.open() as workspace:
        for event in write_footers(texts, named_by(workspace, to), out, given.settings(), language=lang):
            if not isinstance(event, FooterWritten):
                say(f"{event.outcome_word()}: {safe(event.label)}: {event.outcome.in_words()}")
                say(HAND_OFF)
                status = 6
            elif not event.is_written:
                say(safe(f"left as it is: {event.path} is there, and is not this copy"))
                status = max(status, 2)
            elif as_json:
                put_json({"v": 1, "recipient": event.recipient.id, "file": str(event.path)})
            else:
                put(safe(f"{event.path}  {event.recipient.name}"))
    return status
