"""Be a witness for sister associations: a process of its own, with a key and a memory of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.transparency_log import TransparencyLog
from rempart.app.witness_states import FileStates
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError
from rempart.evidence.cosigning import Cosigner
from rempart.evidence.notes import SignatureKind, VerifierKey, parse_vkeys
from rempart.evidence.witnessing import REQUEST_BYTES_MAX, Witness
from rempart.net.witness_server import Answered, ServerLimits, WitnessServer

WITNESS_FOLDER: Final = "witness"
_LOGS_BYTES_MAX: Final = 1024 * 1024


def begin_witness(workspace: Workspace, settings: Settings, folder: Path, now: dt.datetime) -> Cosigner:
    """Make the folder of a witness; its name is the log's of today, with ``/witness`` behind it.

    Raises:
        MisuseError: it is there already, or cannot be made.
    """
    log = TransparencyLog(workspace, settings)
    return Cosigner(FileStates.make(folder, f"{log.origin(now)}/witness").name, log.secrets.witness_key)


def make_cosigner(workspace: Workspace, settings: Settings, folder: Path) -> Cosigner:
    """Return what the witness of a folder signs with.

    Raises:
        MisuseError: no witness was begun in it.
    """
    return Cosigner(FileStates.open(folder).name, TransparencyLog(workspace, settings).secrets.witness_key)


def read_logs(path: Path) -> tuple[VerifierKey, ...]:
    """Read the keys of the logs that are cosigned, one a line.

    Raises:
        MisuseError: the file cannot be read, holds none, or one that is no log's.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LOGS_BYTES_MAX)
        keys = parse_vkeys(content.decode())
    except (OSError, UnicodeDecodeError) as error:
        message = f"the keys of the logs cannot be read in {path}"
        raise MisuseError(message, advice="One key a line: name+id+base64, as rempart log show prints it.") from error
    if not keys or any(key.kind is not SignatureKind.NOTE for key in keys):
        message = f"{path} names no log, or a witness"
        raise MisuseError(message, advice="One key a line: name+id+base64, as rempart log show prints it.")
    return keys


def serve(
    cosigner: Cosigner, logs: Sequence[VerifierKey], folder: Path, host: str, port: int, started: Callable[[int], None]
) -> None:
    """Cosign until somebody interrupts.

    Raises:
        MisuseError: no witness was begun in the folder.
        UnavailableError: the address cannot be listened on.
    """
    witness = Witness(cosigner, logs, FileStates.open(folder))

    def decide(body: bytes) -> Answered:
        answer = witness.add_checkpoint(body, clock.utc_now())
        return Answered(status=answer.status, media_type=answer.media_type, body=answer.body.encode())

    WitnessServer(decide, ServerLimits(request_bytes=REQUEST_BYTES_MAX)).run(host, port, started)
