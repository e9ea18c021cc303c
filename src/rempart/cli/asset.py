"""``rempart asset``: the pictures that are protected."""

from __future__ import annotations

import click

from rempart.cli.asset_add import add
from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe


@click.group(name="asset")
def command() -> None:
    """The pictures that are protected: what is kept of each is a fingerprint, not the picture."""


command.add_command(add)


@command.command(name="list")
@click.option("--owner", help="Only hers.")
@click.option("--withdrawn", is_flag=True, help="Those that were withdrawn, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per asset.")
@click.pass_obj
def show_all(given: Globals, owner: str | None, *, withdrawn: bool, as_json: bool) -> int:
    """List the assets."""
    from rempart.app.listing import assets  # noqa: PLC0415 - heavy: Django
    from rempart.cli.asset_lines import asset_record, print_asset  # noqa: PLC0415 - as above

    with given.open() as workspace:
        for line in assets(workspace, owner, withdrawn=withdrawn):
            if as_json:
                put_json(asset_record(line))
            else:
                print_asset(line)
    return 0


@command.command(name="show")
@click.argument("asset")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the asset, then one line per hit.")
@click.pass_obj
def show(given: Globals, asset: str, *, as_json: bool) -> int:
    """Show ASSET and where it was found; a count alone while its ground waits to be accepted."""
    from rempart.app.listing import asset_with_hits  # noqa: PLC0415 - heavy: Django
    from rempart.cli.asset_lines import print_sheet  # noqa: PLC0415 - as above

    with given.open() as workspace:
        print_sheet(asset_with_hits(workspace, asset), as_json=as_json)
    return 0


@command.command(name="contest")
@click.argument("asset")
@click.option("--dismiss", is_flag=True, help="Look for it again: the objection was answered.")
@click.option("--by", metavar="NAME", help="Who answered the objection: another person than who registered it.")
@click.pass_obj
def contest(given: Globals, asset: str, *, dismiss: bool, by: str | None) -> int:
    """Freeze ASSET because somebody shown in it objects; that outranks its owner and needs no reason."""
    from rempart.app.rights import contest_asset, dismiss_contest  # noqa: PLC0415 - heavy: Django

    if dismiss != bool(by):
        message = "--dismiss and --by NAME go together"
        raise click.UsageError(message)
    with given.open() as workspace:
        changed = dismiss_contest(workspace, asset, by) if by else contest_asset(workspace, asset)
    put(safe(f"{changed.id}  {changed.state}"))
    return 0


@command.command(name="withdraw")
@click.argument("assets", nargs=-1)
@click.option("--owner", help="All of hers, instead of ASSETS.")
@click.pass_obj
def withdraw(given: Globals, assets: tuple[str, ...], owner: str | None) -> int:
    """Delete what is kept of ASSETS, for good. Says when no trace is left.

    Exit code: 0 when it is done, 4 when another command still reads the database: it is then done by itself later.
    """
    if bool(assets) == bool(owner):
        message = "name assets, or an owner with --owner: one of the two"
        raise click.UsageError(message)
    from rempart.app.withdrawing import withdraw as withdraw_assets  # noqa: PLC0415 - heavy: Django
    from rempart.cli.asset_lines import print_withdrawal  # noqa: PLC0415 - as above
    from rempart.model import AssetId  # noqa: PLC0415 - as above

    with given.open() as workspace:
        chosen = [AssetId(a) for a in assets]
        if owner:
            chosen = [a.id for a in workspace.assets.all(workspace.owners.get(owner).id, labels=False)]
        return print_withdrawal(withdraw_assets(workspace, chosen))
