"""``rempart referral``: what may concern a minor, and is handed over to a hotline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.model.referral import Referral

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
_HOTLINES = ("pharos", "point-de-contact", "ncmec", "other")


@click.group(name="referral")
def command() -> None:
    """What may concern a minor: it was not opened, and is handed over to a hotline."""


@command.command(name="list")
@_JSON
@click.pass_obj
def show_all(given: Globals, *, as_json: bool) -> int:
    """List what was stopped, those that wait to be handed over first. No address is shown; the look is traced."""
    from rempart.app.referrals import list_referrals  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        found = list_referrals(workspace)
    for each in found:
        _put(each, as_json=as_json)
    waiting = sum(each.handed_at is None for each in found)
    if waiting:
        say(f"{waiting} to be handed over. Open the address with: rempart referral show ID --address")
    return 0


@command.command(name="show")
@click.argument("referral")
@click.option("--address", "with_address", is_flag=True, help="Show its address, to be given to a hotline; traced.")
@_JSON
@click.pass_obj
def show_one(given: Globals, referral: str, *, with_address: bool, as_json: bool) -> int:
    """Show one REFERRAL, by its identifier. Do not open, copy or forward what its address leads to.

    Exit code: 0, or 2 if there is none, or its address was asked for and is gone.
    """
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - heavy: Django
    from rempart.app.referrals import show_referral  # noqa: PLC0415 - as above

    with given.open() as workspace:
        found = show_referral(workspace, referral, with_address=with_address)
    _put(found, as_json=as_json)
    if with_address:
        say(HAND_OFF)
        say(f"Then note the receipt: rempart referral hand-over {found.id} --to pharos --receipt TEXT")
    return 0


@command.command(name="hand-over")
@click.argument("referral")
@click.option("--to", "hotline", required=True, type=click.Choice(_HOTLINES), help="Which hotline took it.")
@click.option("--receipt", required=True, metavar="TEXT", help="The number that it answered, or how it took it.")
@_JSON
@click.pass_obj
def hand(given: Globals, referral: str, hotline: str, receipt: str, *, as_json: bool) -> int:
    """Note that a hotline took a REFERRAL: its address is erased from every file of the database.

    Exit code: 0, 2 if there is none or it was handed over before, 4 if another command still reads an older state: then
    ``rempart job run`` goes on with it.
    """
    from rempart.app.referrals import hand_over  # noqa: PLC0415 - heavy: Django
    from rempart.model.referral import Hotline  # noqa: PLC0415 - with the others

    with given.open() as workspace:
        done = hand_over(workspace, referral, to=Hotline(hotline.replace("-", "_")), receipt=receipt)
    _put(done.referral, as_json=as_json)
    if done.erasure.elsewhere:
        say(done.erasure.elsewhere)
    if not done.erasure.is_proved:
        say(f"Its address is deleted, and not proved gone: {done.erasure.waits_for}. Run: rempart job run")
        return 4
    return 0


def _put(referral: Referral, *, as_json: bool) -> None:
    """Print one record."""
    if as_json:
        put_json(
            {
                "v": 1,
                "referral": referral.id,
                "at": referral.at.isoformat(),
                "flag": str(referral.flag),
                "rule": referral.rule,
                "source": referral.source,
                "url_digest": referral.url_digest.hex(),
                "url": referral.url or None,
                "to": str(referral.to) if referral.to else None,
                "receipt": referral.receipt or None,
                "handed_at": referral.handed_at.isoformat() if referral.handed_at else None,
            }
        )
        return
    if referral.handed_at and referral.to:
        state = f"handed to {referral.to} on {referral.handed_at:%Y-%m-%d}: {referral.receipt}"
    else:
        state = "to be handed over"
    put(safe(f"{referral.id}  {referral.at:%Y-%m-%d %H:%M}  {referral.flag} ({referral.rule})  {state}"))
    if referral.url:
        put(safe(f"  {referral.url}"))
