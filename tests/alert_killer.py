"""Send alerts in a process that is killed on the way: ``alert_killer.py FOLDER LINES WEBHOOK SECRET MOMENT``.

``before`` is killed before an alert leaves, ``after`` once it was taken and before that is noted.
"""

from __future__ import annotations

import os
import signal
import sys

from rempart.app.alert_doors import AlertDoors
from rempart.app.alert_sending import send_due
from rempart.app.workspace import open_workspace
from rempart.config import load_settings
from rempart.store import AlertRepository


def _die(*given: object, **named: object) -> None:
    """End as a power cut would."""
    del given, named
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: str, lines: str, webhook: str, secret: str, moment: str) -> None:
    """Send what is due."""
    victim, name = {"before": (AlertDoors, "deliver"), "after": (AlertRepository, "sent")}[moment]
    setattr(victim, name, _die)
    flags = {"alerts.lines_file": lines, "alerts.webhook_url": webhook, "alerts.webhook_secret_file": secret}
    own = {"workspace.folder": folder, "workspace.user": "oscar"}
    given = {**own, **{name: value for name, value in flags.items() if value}}
    settings = load_settings(environment={}, flags=given).settings
    with open_workspace(settings) as workspace:
        send_due(workspace, settings)


main(*sys.argv[1:])
