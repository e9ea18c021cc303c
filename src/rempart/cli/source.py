"""``rempart source``: what is watched, who answers for it, and how it goes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, safe, say

#: As in ``rempart.model.source.Article14``, with lines for spaces; a test compares them.
INFORMING = ("public-notice", "would-defeat", "informed", "no-personal-data")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group(name="source")
def command() -> None:
    """Places that are watched: each with somebody who answers for it, a reason and an end."""


@command.command(name="add")
@click.argument("place")
@click.option("--every", default="1d", show_default=True, metavar="TIME", help="How often: 30m, 6h, 1d.")
@click.option("--depth", type=int, default=1, show_default=True, help="Links deep: 0 the page, 1 the threads it lists.")
@click.option("--authorised-by", default="", metavar="NAME", help="Who answers for it, and works here; needed.")
@click.option("--why", default="", metavar="TEXT", help="Why this place; needed.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Until the beginning of this day (UTC); needed.")
@click.option(
    "--informing",
    type=click.Choice(INFORMING),
    default=INFORMING[0],
    show_default=True,
    help="What was decided about informing those whose data it shows (GDPR article 14).",
)
@click.option("--owner", default="", metavar="NAME", help="If it speaks of a person: whose consent it rests on.")
@click.option("--case", default="", help="If it speaks of a person: the open case that it rests on.")
@click.option("--names-nobody", is_flag=True, help="Who answers states that the words of the query are no name.")
@_JSON
@click.pass_obj
def add(
    given: Globals,
    place: str,
    *,
    every: str,
    depth: int,
    authorised_by: str,
    why: str,
    until: dt.datetime | None,
    informing: str,
    owner: str,
    case: str,
    names_nobody: bool,
    as_json: bool,
) -> int:
    """Watch PLACE: an address, or feed:URL sitemap:URL mastodon:@user@host bluesky:handle telegram:URL search:"query" folder:PATH list:FILE warc:FILE.

    What speaks of a person (an account, a member's page, a name in a query) needs her consent to be watched for, or an
    open case, and ends within 30 days; anything else within a year. Nothing is asked of it yet: rempart watch.

    Exit code: 6 if it may concern a minor, is open to invited people only, or speaks of a person without that right.
    """  # noqa: E501 - click joins the lines of a paragraph
    from rempart.app.source_terms import parse_every  # noqa: PLC0415 - heavy: Django
    from rempart.app.sources import SourceWish, add_source  # noqa: PLC0415 - as above
    from rempart.app.stopping import Stop  # noqa: PLC0415 - as above
    from rempart.cli.source_lines import put_source, say_added  # noqa: PLC0415 - as above
    from rempart.model.source import Article14  # noqa: PLC0415 - as above

    wish = SourceWish(
        text=place,
        base=Path.cwd(),
        every=parse_every(every),
        depth=depth,
        authorised_by=authorised_by,
        why=why,
        until=until.replace(tzinfo=dt.UTC) if until else None,
        article14=Article14(informing.replace("-", "_")),
        owner=owner,
        case=case,
        names_nobody=names_nobody,
    )
    with given.open() as workspace:
        made = add_source(workspace, Stop.of(workspace, given.settings()), wish)
        put_source(made, workspace.users.names().get(made.new.authorised_by, ""), as_json=as_json)
    say_added(made, informing, has_provider=bool(given.settings().search.providers))
    return 0


@command.command(name="list")
@click.option("--all", "with_ended", is_flag=True, help="Those that ended too.")
@_JSON
@click.pass_obj
def list_all(given: Globals, *, with_ended: bool, as_json: bool) -> int:
    """List the sources. That they were looked at is traced."""
    from rempart.app.sources import list_sources  # noqa: PLC0415 - heavy: Django
    from rempart.cli.source_lines import put_source  # noqa: PLC0415 - as above

    with given.open() as workspace:
        for line in list_sources(workspace, include_ended=with_ended):
            put_source(line.source, line.authorised_by, as_json=as_json)
            if line.problem:
                say(f"{line.source.id} ends at the next watch: {line.problem}")
    return 0


@command.command(name="show")
@click.argument("source")
@_JSON
@click.pass_obj
def show(given: Globals, source: str, *, as_json: bool) -> int:
    """Show SOURCE: on which terms it is watched, how it goes, what was seen. That it was looked at is traced."""
    from rempart.app.sources import show_source  # noqa: PLC0415 - heavy: Django
    from rempart.cli.source_lines import put_sheet  # noqa: PLC0415 - as above

    with given.open() as workspace:
        put_sheet(show_source(workspace, source), as_json=as_json)
    return 0


@command.command(name="health")
@_JSON
@click.pass_obj
def health(given: Globals, *, as_json: bool) -> int:
    """Say how the last visit of each source went, and what a person can do. That they were looked at is traced.

    Exit code: 0, or 4 if one of them could not be read.
    """
    from rempart.app.sources import list_sources  # noqa: PLC0415 - heavy: Django
    from rempart.cli.source_lines import is_well, put_health  # noqa: PLC0415 - as above
    from rempart.errors import UnavailableError  # noqa: PLC0415 - with the others

    with given.open() as workspace:
        lines = list_sources(workspace)
    for line in lines:
        put_health(line, as_json=as_json)
    return 0 if all(is_well(line) for line in lines) else UnavailableError.exit_code


@command.command(name="end")
@click.argument("source")
@click.pass_obj
def end(given: Globals, source: str) -> int:
    """Stop watching SOURCE. What was found stays as long as it was to."""
    from rempart.app.sources import end_source  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        ended = end_source(workspace, source)
    put(safe(f"{ended.id}  {ended.state}"))
    return 0
