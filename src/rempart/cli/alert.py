"""``rempart alert``: that something was found, who was told, and whether telling works."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group(name="alert")
def command() -> None:
    """That something was found: a reference and a priority; what it was is seen in the workspace."""


@command.command(name="list")
@_JSON
@click.pass_obj
def show_all(given: Globals, *, as_json: bool) -> int:
    """List the alerts, the newest first, with the doors that they wait for."""
    from rempart.app.alert_listing import list_alerts  # noqa: PLC0415 - heavy: Django
    from rempart.cli.alert_lines import print_told, told_record  # noqa: PLC0415 - as above

    with given.open() as workspace:
        found = list_alerts(workspace)
    for told in found:
        if as_json:
            put_json(told_record(told))
        else:
            print_told(told)
    return 0


@command.command(name="show")
@click.argument("alert")
@_JSON
@click.pass_obj
def show(given: Globals, alert: str, *, as_json: bool) -> int:
    """Show ALERT: how soon to look, which sighting it is about, and who was told."""
    from rempart.app.alert_listing import show_alert  # noqa: PLC0415 - heavy: Django
    from rempart.cli.alert_lines import print_told, told_record  # noqa: PLC0415 - as above

    with given.open() as workspace:
        told = show_alert(workspace, alert)
    if as_json:
        put_json(told_record(told))
        return 0
    print_told(told)
    for door, at in told.doors.items():
        put(safe(f"{door:7}  {f'taken {at:%Y-%m-%d %H:%M:%S} UTC' if at else 'not taken'}"))
    if told.refused:
        say(f"No more alerts are wanted at {', '.join(told.refused)}: correct the settings.")
    say(f"What was found: rempart sighting show {told.alert.sighting}")
    return 0


@command.command(name="test")
@_JSON
@click.pass_obj
def test(given: Globals, *, as_json: bool) -> int:
    """Take an alert that says that it is a trial to every door of the settings.

    Exit code: 0 if every door took it, 3 if none is set, 4 if one did not.
    """
    from rempart.app.alert_sending import try_doors  # noqa: PLC0415 - heavy: dnspython, httpx2
    from rempart.cli.alert_lines import delivery_record, print_delivery  # noqa: PLC0415 - as above
    from rempart.errors import UnavailableError  # noqa: PLC0415 - with the others
    from rempart.model.alert import DeliveryState  # noqa: PLC0415 - as above

    found = try_doors(given.settings())
    for door, delivery in found.items():
        if as_json:
            put_json(delivery_record(door, delivery))
        else:
            print_delivery(door, delivery)
    is_well = all(delivery.state is DeliveryState.TAKEN for delivery in found.values())
    return 0 if is_well else UnavailableError.exit_code
