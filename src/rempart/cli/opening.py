"""What every command begins with: the settings, and the workspace where it needs one."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rempart.cli.interrupts import undo_on_interrupt

if TYPE_CHECKING:
    from rempart.app.workspace import Workspace
    from rempart.config import LoadedSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Globals:
    """The options that stand before the command."""

    config_file: Path | None
    """The settings file that was named."""
    workspace: Path | None
    """The workspace's folder that was named."""

    def loaded(self, flags: Mapping[str, object] | None = None) -> LoadedSettings:
        """Read the settings, with where each is from.

        Raises:
            ConfigError: they cannot be read, or a value cannot be.
        """
        from rempart.config import load_settings  # noqa: PLC0415 - heavy: pydantic

        folder = str(self.workspace) if self.workspace else None
        return load_settings(file=self.config_file, flags={"workspace.folder": folder, **(flags or {})})

    def settings(self, flags: Mapping[str, object] | None = None) -> Settings:
        """Read the settings, and log where they say.

        Raises:
            ConfigError: as :meth:`loaded`, or the log cannot be written.
        """
        from rempart.privacy import set_up_logging  # noqa: PLC0415 - with the settings

        settings = self.loaded(flags).settings
        set_up_logging(settings.log.file, settings.log.level)
        return settings

    def open(self, flags: Mapping[str, object] | None = None, *, needs_current: bool = True) -> Workspace:
        """Open the workspace.

        Raises:
            WorkspaceError: there is none, or it does not fit.
            KeyFileError: its keys cannot be used.
            UnavailableError: its database does not answer.
        """
        from rempart.app.workspace import open_workspace  # noqa: PLC0415 - heavy: Django

        undo_on_interrupt()
        workspace = open_workspace(self.settings(flags), ask=asker(), needs_current=needs_current)
        close_left_open(workspace)
        return workspace

    def open_if_there(self) -> AbstractContextManager[Workspace | None]:
        """Open the workspace, for a command that works without one too; None if there is none.

        Raises:
            RempartError: there is one, and it cannot be opened (:meth:`open`): what it knows would be passed over.
        """
        from rempart.app.workspace import NOTE, workspace_folder  # noqa: PLC0415 - heavy: Django

        is_there = os.path.exists(workspace_folder(self.settings()) / NOTE)
        return self.open() if is_there else nullcontext()


def close_left_open(workspace: Workspace) -> None:
    """Remove what a command that was killed left open of evidence; quickly, where there is none."""
    from rempart.app.workspace import EVIDENCE_FOLDER  # noqa: PLC0415 - is loaded by now

    if any((workspace.folder / EVIDENCE_FOLDER / "opened").glob("*.json")):
        from rempart import clock  # noqa: PLC0415 - where there is something
        from rempart.app.evidence_opening import close_openings  # noqa: PLC0415 - as above

        close_openings(workspace, clock.utc_now())


def asker() -> Callable[[], str] | None:
    """Return what asks for the passphrase; None where nobody sits at a terminal."""
    return _ask if sys.stdin.isatty() and sys.stderr.isatty() else None


def _ask() -> str:
    return getpass.getpass("Passphrase of the keys: ", stream=sys.stderr)


def ask_new_passphrase() -> str:
    """Ask for a passphrase twice, or read one line of standard input where nobody sits at a terminal.

    Raises:
        MisuseError: the two differ, or it is empty.
    """
    from rempart.errors import MisuseError  # noqa: PLC0415 - with the others

    if asker() is None:
        first = again = sys.stdin.readline().rstrip("\n")
    else:
        first = getpass.getpass("New passphrase: ", stream=sys.stderr)
        again = getpass.getpass("The same again: ", stream=sys.stderr)
    if not first or first != again:
        message = "the passphrase is empty" if not first else "the two passphrases differ"
        raise MisuseError(message, advice="Nothing was changed. Try again.")
    return first
