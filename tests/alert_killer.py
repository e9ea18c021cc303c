"""Send alerts in a process that is killed on the way: ``alert_killer.py FOLDER LINES WEBHOOK SECRET MOMENT``.

``before`` is killed before an alert leaves, ``after`` once it was taken and before that is noted.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from rempart.app.alert_doors import AlertDoors
from rempart.app.alert_sending import send_due
from rempart.app.workspace import open_workspace
from rempart.store import AlertRepository
from workspaces import settings_for


def _die(*given: object, **named: object) -> None:
    """End as a power cut would."""
    del given, named
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: str, lines: str, webhook: str, secret: str, moment: str) -> None:
    """Send what is due."""
    victim, name = {"before": (AlertDoors, "deliver"), "after": (AlertRepository, "sent")}[moment]
    setattr(victim, name, _die)
    doors = {"alerts__lines_file": lines, "alerts__webhook_url": webhook, "alerts__webhook_secret_file": secret}
    settings = settings_for(Path(folder), **{name: value for name, value in doors.items() if value})
    with open_workspace(settings) as workspace:
        send_due(workspace, settings)


main(*sys.argv[1:])
