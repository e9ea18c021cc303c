"""Show a recovery sheet once, on a terminal or in a file that is meant for a printer."""

from __future__ import annotations

import os
from pathlib import Path

from rempart import clock
from rempart.cli.printing import put
from rempart.config import Settings
from rempart.errors import MisuseError
from rempart.keys import RecoveryCode, render_recovery_sheet
from rempart.whole_file import write_new


def sheet_text(code: RecoveryCode, workspace: str, settings: Settings) -> str:
    """Return the sheet in the language of the settings."""
    return render_recovery_sheet(
        code, workspace_id=workspace, created_at=clock.utc_now(), language=settings.report.language
    )


def show_sheet(code: RecoveryCode, workspace: str, settings: Settings) -> None:
    """Print the sheet to stdout."""
    for line in sheet_text(code, workspace, settings).splitlines():
        put(line)


def refuse_existing(path: Path) -> None:
    """Make sure that a sheet can be written, before there is a code that could be lost.

    Raises:
        MisuseError: there is something already, or its folder cannot be written.
    """
    if os.path.lexists(path) or not os.access(path.parent, os.W_OK | os.X_OK):
        reason = "it exists already" if os.path.lexists(path) else "its folder cannot be written"
        message = f"cannot write the recovery sheet {str(path)!r}: {reason}"
        raise MisuseError(message, advice="Name a new file; nothing was changed.")


def write_sheet(path: Path, code: RecoveryCode, workspace: str, settings: Settings) -> None:
    """Write the sheet to a new file that only this account can read.

    Raises:
        MisuseError: the file cannot be made.
    """
    try:
        write_new(path, sheet_text(code, workspace, settings).encode())
    except OSError as error:
        message = f"cannot write the recovery sheet {str(path)!r}: {error.strerror}"
        raise MisuseError(message, advice="Make another one: rempart key sheet --out FILE") from error
