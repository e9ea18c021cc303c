"""``rempart bank``: codes that are exchanged with partners, and what they amount to."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, safe, say

#: As in ``rempart.model.exchange.FeedFormat``; a test compares them.
READ_FORMATS = ("jsonl", "csv", "tx", "stopncii")
WRITTEN_FORMATS = ("jsonl", "csv", "tx")

_FILE = click.argument("file", type=click.Path(path_type=Path))
_PARTNER = click.option("--partner", metavar="NAME", required=True, help="The organisation.")
_NEW = click.option("--new", "is_new", is_flag=True, help="The partner is new: add it.")
_BY = click.option("--by", metavar="NAME", default="", help="Who decided it, if not you.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group(name="bank")
def command() -> None:
    """Codes of whole pictures, yours and those of partners. A partner never learns whose one is, nor since when."""


@command.command(name="stats")
@_JSON
@click.pass_obj
def stats(given: Globals, *, as_json: bool) -> int:
    """Count codes by source, partner and label, and print the key that partners verify your files with."""
    from rempart.app.exchange_checks import bank_stats  # noqa: PLC0415 - heavy: Django
    from rempart.cli.bank_lines import print_stats  # noqa: PLC0415 - as above

    with given.open() as workspace:
        print_stats(bank_stats(workspace), as_json=as_json)
    return 0


@command.command(name="import")
@_FILE
@_PARTNER
@_NEW
@click.option("--format", "feed_format", type=click.Choice(READ_FORMATS), help="[default: recognised]")
@click.option("--key", metavar="KEY", help="The partner signs its files with this key: require it now and later.")
@_BY
@_JSON
@click.pass_obj
def take(
    given: Globals,
    file: Path,
    partner: str,
    *,
    is_new: bool,
    feed_format: str | None,
    key: str | None,
    by: str,
    as_json: bool,
) -> int:
    """Take the codes of a partner's FILE. What it removes goes for good; a wrong line is reported and left out.

    Exit code: 0 when all was taken, 2 if lines were wrong, 4 if a removal waits for another command to end, 5 if the
    file is not signed as it must be.
    """
    from rempart.app.exchange import FeedImport, ImportWish  # noqa: PLC0415 - heavy: Django
    from rempart.cli.bank_lines import ImportCount  # noqa: PLC0415 - as above
    from rempart.keys import parse_public_key  # noqa: PLC0415 - as above
    from rempart.model.exchange import FeedFormat  # noqa: PLC0415 - as above

    wish = ImportWish(
        partner=partner,
        is_new=is_new,
        key=parse_public_key(key) if key else None,
        feed_format=FeedFormat(feed_format) if feed_format else None,
        by=by,
    )
    count = ImportCount(as_json=as_json)
    with given.open() as workspace:
        work = FeedImport(workspace, file, wish)
        for fault in work.events():
            count.show(fault)
    return count.end(work)


@command.command(name="export")
@_PARTNER
@_NEW
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", required=True, help="Write it to FILE.")
@click.option("--format", "feed_format", type=click.Choice(WRITTEN_FORMATS), default="jsonl", show_default=True)
@_BY
@_JSON
@click.pass_obj
def give(given: Globals, partner: str, *, is_new: bool, out: Path, feed_format: str, by: str, as_json: bool) -> int:
    """Write the codes that their owners allow to be given to a partner, signed, and what it must delete."""
    from rempart.app.exchange_out import ExportWish, export_codes  # noqa: PLC0415 - heavy: Django
    from rempart.cli.bank_lines import print_export  # noqa: PLC0415 - as above
    from rempart.model.exchange import FeedFormat  # noqa: PLC0415 - as above

    wish = ExportWish(partner=partner, is_new=is_new, feed_format=FeedFormat(feed_format), by=by)
    with given.open() as workspace:
        print_export(export_codes(workspace, out, wish), as_json=as_json)
    return 0


@command.command(name="verify")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--key", metavar="KEY", help="Whose signature FILE must have.  [default: this workspace's]")
@_JSON
@click.pass_obj
def verify(given: Globals, file: Path | None, *, key: str | None, as_json: bool) -> int:
    """Make sure that FILE is whole and signed by KEY; without FILE, that the codes kept here are whole and of use.

    Exit code: 0 if they are, 2 if lines of FILE cannot be read, 5 if it was cut, changed or not signed by that key,
    or if a code kept here is damaged.
    """
    from rempart.cli.bank_lines import print_check, print_verified  # noqa: PLC0415 - heavy: Django
    from rempart.keys import parse_public_key  # noqa: PLC0415 - as above

    if file is None:
        from rempart.app.exchange_checks import check_bank  # noqa: PLC0415 - as above

        with given.open() as workspace:
            return print_check(check_bank(workspace), as_json=as_json)
    from rempart.app.exchange_out import verify_file  # noqa: PLC0415 - as above

    if key:
        public = parse_public_key(key)
    else:
        with given.open() as workspace:
            public = workspace.keyring.signing_key(workspace.id).public
    return print_verified(verify_file(file, public), as_json=as_json)


@command.command(name="suspend")
@click.argument("code")
@click.option("--by", metavar="NAME", required=True, help="Who upheld the contest.")
@click.pass_obj
def stop(given: Globals, code: str, by: str) -> int:
    """Stop comparing CODE, the identifier of an imported code or its 64 hexadecimal digits: a contest was upheld."""
    from rempart.app.exchange import suspend  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        count = suspend(workspace, code, by)
    put(safe(f"suspended by {by}: it is compared no longer, whoever lists it"))
    if count > 1:
        say(f"{count} listed codes are of this picture, as near as a copy is: none of them is compared.")
    if not count:
        say("No partner lists it now. It stays suspended if one does later.")
    return 0
