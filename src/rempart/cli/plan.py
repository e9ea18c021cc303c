"""``rempart plan``: what is watched around a launch, more and more often as it comes."""

from __future__ import annotations

import datetime as dt

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import say

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group(name="plan")
def command() -> None:
    """What is watched around a launch, more and more often as the day comes."""


@command.command(name="launch")
@click.argument("title")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day of the launch.")
@click.option("--from", "begins", default="D-14", show_default=True, metavar="DAY", help="First day: D-14, or a date.")
@click.option("--authorised-by", default="", metavar="NAME", help="Who answers for it, and works here.  [default: you]")
@click.option("--source", "sources", multiple=True, help="A source that is then visited more often; may be repeated.")
@click.option("--query", "queries", multiple=True, help="What search engines are asked.  [default: TITLE]")
@click.option("--decoy", "decoys", multiple=True, metavar="ASSET", help="A decoy that was handed out; may be repeated.")
@click.option("--owner", default="", metavar="NAME", help="If a query names a person: whose consent it rests on.")
@click.option("--case", default="", help="If a query names a person: the open case that it rests on.")
@click.option("--names-nobody", is_flag=True, help="Who answers states that the words of the queries are no name.")
@_JSON
@click.pass_obj
def launch(
    given: Globals,
    title: str,
    *,
    day: dt.datetime,
    begins: str,
    authorised_by: str,
    sources: tuple[str, ...],
    queries: tuple[str, ...],
    decoys: tuple[str, ...],
    owner: str,
    case: str,
    names_nobody: bool,
    as_json: bool,
) -> int:
    """Plan the launch of TITLE: sources are visited daily, then every 6 h, 2 h and 30 min as the day comes.

    Queries become sources if the settings name a search engine (search.providers). All of it ends 30 days after.

    Exit code: 6 if it may concern a minor, or a query names a person without her consent and outside a case.
    """
    from rempart.app.plans import PlanWish  # noqa: PLC0415 - heavy: Django
    from rempart.app.plans import launch as make  # noqa: PLC0415 - as above
    from rempart.app.stopping import Stop  # noqa: PLC0415 - as above
    from rempart.cli.plan_lines import put_plan  # noqa: PLC0415 - as above

    settings = given.settings()
    with given.open() as workspace:
        wish = PlanWish(
            title=title,
            date=day.date(),
            begins=begins,
            authorised_by=authorised_by or workspace.me.name,
            sources=sources,
            queries=queries,
            decoys=decoys,
            owner=owner,
            case=case,
            names_nobody=names_nobody,
        )
        stop = Stop.of(workspace, settings)
        made = make(workspace, stop, wish, has_provider=bool(settings.search.providers))
        put_plan(made, as_json=as_json)
    if made.lacks_provider:
        say("No search engine can be asked, so nobody asks its queries: set search.providers, then source add search:…")
    return 0


@command.command(name="list")
@click.option("--all", "with_ended", is_flag=True, help="Those that a person ended too.")
@_JSON
@click.pass_obj
def list_all(given: Globals, *, with_ended: bool, as_json: bool) -> int:
    """List the plans, the next launch first. That they were looked at is traced."""
    from rempart.app.plans import list_plans  # noqa: PLC0415 - heavy: Django
    from rempart.cli.plan_lines import put_plan  # noqa: PLC0415 - as above

    with given.open() as workspace:
        for sheet in list_plans(workspace, include_ended=with_ended):
            put_plan(sheet, as_json=as_json)
    return 0


@command.command(name="show")
@click.argument("plan")
@_JSON
@click.pass_obj
def show(given: Globals, plan: str, *, as_json: bool) -> int:
    """Show PLAN: its queries, its sources and decoys. That it was looked at is traced."""
    from rempart.app.plans import show_plan  # noqa: PLC0415 - heavy: Django
    from rempart.cli.plan_lines import put_details, put_plan  # noqa: PLC0415 - as above

    with given.open() as workspace:
        sheet = show_plan(workspace, plan)
    put_plan(sheet, as_json=as_json)
    if not as_json:
        put_details(sheet)
    return 0


@command.command(name="end")
@click.argument("plan")
@click.pass_obj
def end(given: Globals, plan: str) -> int:
    """End PLAN: the sources that it made end too, the others have their own cadence again."""
    from rempart.app.plans import end_plan  # noqa: PLC0415 - heavy: Django
    from rempart.cli.plan_lines import put_plan  # noqa: PLC0415 - as above

    with given.open() as workspace:
        put_plan(end_plan(workspace, plan), as_json=False)
    return 0
