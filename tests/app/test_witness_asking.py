"""Two associations cosign each other over loopback; a witness that saw another story stops the log."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import log_watch
from commands import REMPART, rempart
from grown_logs import GrownLog, cosigner
from net.servers import RawServer, Visitor
from rempart.app.log_memory import MEMORY_FILE
from rempart.app.transparency_log import TransparencyLog
from rempart.app.witness_asking import Cosigned, NotCosigned, WitnessClient
from rempart.app.witness_routes import WitnessRoute, witness_routes
from rempart.app.witness_states import FileStates
from rempart.app.workspace import Workspace, open_workspace
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError, SettingValueError
from rempart.evidence.log_proof import read_log_proof
from rempart.evidence.notes import parse_vkey
from rempart.evidence.witnessing import NOTHING_WITNESSED, WitnessedState
from rempart.model.log import LogEntryKind, NewLogEntry
from workspaces import make, settings_for

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
ITEM = "evd_" + "1" * 32
KEY = cosigner().key


def grow(workspace: Workspace, settings: Settings, count: int) -> TransparencyLog:
    log, first = TransparencyLog(workspace, settings), workspace.log.size()
    workspace.keyring.make_item_key(ITEM)
    kind = LogEntryKind.ADDITION
    log.append([NewLogEntry(owner=ITEM, event=f"e{first + n}", kind=kind, content=b"x") for n in range(count)], NOW)
    return log


@dataclass
class Sister:
    """A witness in a process of its own."""

    folder: Path
    logs: Path
    vkey: str
    process: subprocess.Popen[str] | None = None
    url: str = ""

    def start(self) -> None:
        """Serve on a free port."""
        command = [*REMPART, "--workspace", str(self.folder), "log", "witness", "serve", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [*command, "--logs", str(self.logs)], stdout=subprocess.PIPE, env=log_watch.environment(), text=True
        )
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().split()[-1]}"

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.communicate()

    @property
    def route(self) -> WitnessRoute:
        """Return where it is."""
        return WitnessRoute(key=parse_vkey(self.vkey), url=self.url)


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[tuple[Settings, Workspace]]:
    """Return our workspace, whose log has five entries."""
    settings, workspace = make(tmp_path / "ours")
    grow(workspace, settings, 5)
    yield settings, workspace
    workspace.database.close()


@pytest.fixture
def sister(tmp_path: Path, ours: tuple[Settings, Workspace], socket_enabled: None) -> Iterator[Sister]:
    """Return a sister association's witness, which knows our log."""
    del socket_enabled
    settings, workspace = ours
    (logs := tmp_path / "logs").write_text(TransparencyLog(workspace, settings).signer(NOW).vkey + "\n")
    workspace.database.close()
    folder = tmp_path / "sister"
    make(folder)[1].database.close()
    begun = rempart("--workspace", folder, "log", "witness", "begin")
    assert begun.returncode == 0, begun.stderr
    found = Sister(folder=folder, logs=logs, vkey=begun.stdout.strip())
    found.start()
    yield found
    found.kill()


def reopened(ours: tuple[Settings, Workspace]) -> tuple[Settings, Workspace]:
    return ours[0], open_workspace(ours[0])


def test_a_cosigned_proof_says_who_saw_it(ours: tuple[Settings, Workspace], sister: Sister) -> None:
    """As the log grows, from where the witness was; a witness that was killed goes on from there."""
    settings, workspace = reopened(ours)
    first = WitnessClient(workspace, settings).ask(sister.route, NOW)
    sister.kill()
    away = WitnessClient(workspace, settings).ask(sister.route, NOW)
    sister.start()
    log = grow(workspace, settings, 4)
    second = WitnessClient(workspace, settings).ask(sister.route, NOW)

    proved = log.prove(7, NOW, witnesses=[sister.vkey])

    assert (first, second) == tuple(Cosigned(witness=sister.route.key.name, size=n) for n in (5, 9))
    assert isinstance(away, NotCosigned)
    leaf = log.entry(ITEM, "e7").position.leaf
    key, seen = parse_vkey(proved.log_vkey), [parse_vkey(v) for v in proved.witness_vkeys]
    facts = read_log_proof(proved.proof, leaf, log_key=key, witnesses=seen, quorum=1)
    assert facts.cosignatures[0].witness == sister.route.key.name
    assert log.prove(7, NOW, witnesses=[]).witness_vkeys == ()
    workspace.database.close()


def test_a_restored_backup_is_told_by_the_witness(ours: tuple[Settings, Workspace], sister: Sister) -> None:
    """On a machine that remembers nothing: the witness saw more, and nothing more is signed under this name."""
    settings, workspace = reopened(ours)
    TransparencyLog(workspace, settings).checkpoint(NOW)
    workspace.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(workspace.folder / "rempart.db", workspace.folder / "backup")
    grow(workspace, settings, 4)
    WitnessClient(workspace, settings).ask(sister.route, NOW)
    workspace.database.close()
    for path in workspace.folder.glob("rempart.db*"):
        path.unlink()
    (workspace.folder / "backup").rename(workspace.folder / "rempart.db")
    (workspace.folder / MEMORY_FILE).unlink()
    listed = settings_for(workspace.folder, transparency__witnesses=[f"{sister.vkey} {sister.url}"])
    workspace = open_workspace(listed)

    with pytest.raises(IntegrityError, match="saw another log of 9 entries"):
        WitnessClient(workspace, listed).ask(witness_routes(listed)[0], NOW)
    grow(workspace, listed, 9)
    with pytest.raises(IntegrityError, match="saw another log of 9 entries"):
        TransparencyLog(workspace, listed).checkpoint(NOW, is_never_restored=True)
    log = TransparencyLog(workspace, listed)
    log.begin("association.example/log-2", NOW)
    assert log.checkpoint(NOW).checkpoint.size == 14
    workspace.database.close()


def test_a_machine_that_forgot_and_lost_nothing_goes_on(ours: tuple[Settings, Workspace], sister: Sister) -> None:
    """The witness saw no more than is here."""
    settings, workspace = reopened(ours)
    client = WitnessClient(workspace, settings)
    client.ask(sister.route, NOW)
    (workspace.folder / MEMORY_FILE).unlink()
    log = grow(workspace, settings, 2)
    with pytest.raises(IntegrityError, match="does not remember"):
        log.checkpoint(NOW)

    assert client.ask(sister.route, NOW) == Cosigned(witness=sister.route.key.name, size=5)

    assert log.checkpoint(NOW).checkpoint.size == 7
    workspace.database.close()


def reply(status: str, body: bytes, media_type: str = "text/plain") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "answer, why",
    [
        (reply("200 OK", b""), "ends in the middle"),
        (reply("200 OK", b"\xe2\x80\x94 x AAAA\n"), "signed note"),
        (reply("200 OK", b"\xe2\x80\x94 x " + b"A" * 100 + b"\n"), "no signature by the key"),
        (reply("409 Conflict", b"soon\n", "text/x.tlog.size"), "names no size"),
        (reply("403 Forbidden", b"no\n"), "403"),
        (reply("302 Found\r\nLocation: http://127.0.0.1:1/", b""), "redirect"),
        (reply("200 OK", b"x" * 200_000), ""),
        (b"nonsense", ""),
    ],
)
def test_a_lying_witness_is_a_value(
    ours: tuple[Settings, Workspace], socket_enabled: None, answer: bytes, why: str
) -> None:
    """Whatever it answers, the log is as it was."""
    del socket_enabled
    settings, workspace = ours

    def say(visitor: Visitor) -> None:
        visitor.read_head()
        visitor.send(answer)

    with RawServer(say) as server:
        route = WitnessRoute(key=KEY, url=f"http://127.0.0.1:{server.port}")
        found = WitnessClient(workspace, settings).ask(route, NOW)

    assert isinstance(found, NotCosigned)
    assert why in found.why
    assert workspace.log.cosignatures(TransparencyLog(workspace, settings).origin(NOW), 5) == []


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254", "http://[::ffff:127.0.0.1]:80", "http://0.0.0.0:80", "ftp://127.0.0.1", "http://"]
)
def test_where_nothing_is_ever_asked(ours: tuple[Settings, Workspace], url: str) -> None:
    """Whoever vouches for it: where clouds keep their secrets, hidden addresses, no address."""
    settings, workspace = ours

    found = WitnessClient(workspace, settings).ask(WitnessRoute(key=KEY, url=url), NOW)

    assert isinstance(found, NotCosigned)


@pytest.mark.parametrize(
    "text", ["", "x", "{key}", "{key} ftp://x", "{log} https://x", "{key} https://a, {key} https://b"]
)
def test_witnesses_that_are_none(tmp_path: Path, text: str) -> None:
    """A key without an address, a log's key, one name twice."""
    given = text.format(key=KEY.vkey, log=GrownLog(1).signer.vkey).split(", ")
    settings = settings_for(tmp_path, transparency__witnesses=given)

    with pytest.raises(SettingValueError, match=r"transparency\.witnesses"):
        witness_routes(settings)


def test_a_witness_is_begun_once(tmp_path: Path) -> None:
    """One that lost its memory does not make itself another; its name stays."""
    with pytest.raises(MisuseError, match="no witness was begun"):
        FileStates.open(tmp_path / "state")
    with pytest.raises(MisuseError, match="cannot name a key"):
        FileStates.make(tmp_path / "state", "a name")
    FileStates.make(tmp_path / "state", "a/witness")
    with pytest.raises(MisuseError, match="cannot be made"):
        FileStates.make(tmp_path / "state", "b/witness")

    assert FileStates.open(tmp_path / "state").name == "a/witness"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"v":1}', b'{"v":1,"origin":"b","size":1,"root":""}', b"\xff"])
def test_a_damaged_state_cosigns_nothing(tmp_path: Path, content: bytes) -> None:
    """It is not taken for a log that was never cosigned."""
    states = FileStates.make(tmp_path / "state", "a/witness")
    states.advance("a", NOTHING_WITNESSED, WitnessedState(size=1, root=b"1" * 32))
    [file] = (tmp_path / "state").glob("*.json")
    file.write_bytes(content)

    with pytest.raises(IntegrityError, match="damaged"):
        states.latest("a")
