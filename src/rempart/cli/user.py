"""``rempart user``: who works in this workspace."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, safe


@click.group(name="user")
def command() -> None:
    """Who works in this workspace."""


@command.command(name="add")
@click.argument("name")
@click.option("--role", type=click.Choice(["admin", "registrar", "reviewer"]), default="reviewer", show_default=True)
@click.pass_obj
def add(given: Globals, name: str, role: str) -> int:
    """Add the user NAME. A second one makes the workspace a shared one, for good."""
    from rempart.model.asset import UserRole  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        user = workspace.add_user(name, UserRole(role))
    put(safe(f"{user.id}  {user.name}  {user.role}"))
    return 0


@command.command(name="list")
@click.pass_obj
def show(given: Globals) -> int:
    """List the users."""
    from rempart.app.listing import users  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        for user in users(workspace):
            put(safe(f"{user.id}  {user.name}  {user.role}"))
    return 0
