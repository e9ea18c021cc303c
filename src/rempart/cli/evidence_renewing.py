"""``rempart evidence renew`` and ``new-seal``: proofs that outlive certificates and keys."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, say


@click.command(name="renew")
@click.argument("item", required=False)
@click.option("--fewer-stamps", type=click.Choice(["yes"]), help="Do with the time-stamps that there are.")
@click.pass_obj
def renew(given: Globals, item: str | None, fewer_stamps: str | None) -> int:
    """Go on with proofs that are not complete, and stamp anew what rests on certificates that end; or ITEM at once.

    Proofs are added; none is changed.

    Exit code: 4 if something could not be done: it is as it was.
    """
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_renewing import renew_all  # noqa: PLC0415 - as above

    failed = None
    with given.open() as workspace:
        for found in renew_all(EvidenceDesk(workspace, given.settings()), item, accepts_fewer=fewer_stamps == "yes"):
            if found.error is not None:
                failed = failed or found.error
                say(f"{found.item}: {found.error}")
            elif found.renewed is not None:
                put(f"{found.item}  renewal {found.renewed.number}  good until {found.renewed.valid_until:%Y-%m-%d}")
    return 0 if failed is None else failed.exit_code


@click.command(name="new-seal")
@click.pass_obj
def new_seal(given: Globals) -> int:
    """Seal with new keys from now on, and print what to publish; packages that are sealed stay valid under the old."""
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_renewing import begin_seal_generation  # noqa: PLC0415 - as above

    with given.open() as workspace:
        put(begin_seal_generation(EvidenceDesk(workspace, given.settings())))
    say("Publish this SHA-256 of the new authority beside the old one.")
    return 0
