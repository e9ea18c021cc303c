"""An association's story through the command line: sealed hits stay sealed in every output, withdrawn means gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

import workspaces
from archive_makers import warc_of
from commands import REMPART, rempart

#: The address that must stay sealed, and what would give it away.
HOST, PAGE = "forum-planted.example", "thread-4711"
URL = f"https://{HOST}/{PAGE}/copy.png?token=s3cr3t-planted"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Work in a workspace of our own, with a log."""
    return {
        "REMPART_WORKSPACE_FOLDER": str(tmp_path / "w"),
        "REMPART_WORKSPACE_USER": "oscar",
        "REMPART_HAZMAT_WORKERS": "1",
        "REMPART_LOG_FILE": str(tmp_path / "log.jsonl"),
        "REMPART_LOG_LEVEL": "debug",
    }


def run(env: dict[str, str], *arguments: str | Path, code: int = 0, data: bytes = b"") -> str:
    """Run a command to an expected end and return everything it said."""
    done = rempart(*arguments, env=env, data=data)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def register_intimate(env: dict[str, str], folder: Path) -> str:
    """Register one intimate picture of Nadia's; return its identifier."""
    workspaces.pictures(folder / "shoot", 1)
    run(env, "init")
    run(env, "owner", "add", "nadia", "--depicts", "self", "--ground", "self-depicted", "--adults-when-taken")
    said = run(env, "asset", "add", folder / "shoot", "--owner", "nadia", "--sensitivity", "intimate", "--json")
    return str(json.loads(said.splitlines()[0])["asset"])


def test_a_sealed_address_is_in_no_output(tmp_path: Path, env: dict[str, str]) -> None:
    """Whichever door is tried, until another named person has accepted the ground; then it is shown, and traced."""
    asset = register_intimate(env, tmp_path)
    crawl = tmp_path / "crawl.warc.gz"
    crawl.write_bytes(warc_of({URL: (tmp_path / "shoot" / "picture-001.png").read_bytes()}, gz=True))
    outputs = tmp_path / "out"
    outputs.mkdir()

    said = [
        run(env, "scan", crawl, code=1),
        run(env, "scan", crawl, "--json", "--report", outputs / "r.html", "--skipped", outputs / "s.jsonl", code=1),
        run(env, "scan", crawl, "--resume", code=1),
        run(env, "asset", "show", asset),
        run(env, "asset", "show", asset, "--json"),
        run(env, "asset", "list", "--json"),
        run(env, "owner", "list", "--json"),
        run(env, "job", "list", "--json"),
        run(env, "job", "run", "--until-idle"),
        run(env, "consent", "show", "nadia", "--json"),
        run(env, "privacy", "register"),
        run(env, "privacy", "register", "--json"),
        run(env, "privacy", "retention", "--json"),
        run(env, "privacy", "trace", "--json"),
        run(env, "db", "check"),
        run(env, "key", "status", "--json"),
        run(env, "config", "show"),
    ]
    run(env, "backup", outputs / "b.age")
    files = [p for p in [*outputs.iterdir(), *(tmp_path / "w").rglob("*"), tmp_path / "log.jsonl"] if p.is_file()]

    for planted in (HOST, PAGE, "s3cr3t-planted", URL):
        assert not [text for text in said if planted in text]
        assert not [path for path in files if planted.encode() in path.read_bytes()]
    assert '"sealed": 1' in said[1]
    assert "hits       1" in said[3]

    run(env, "ground", "accept", asset, "--by", "oscar", code=6)
    run(env, "ground", "accept", asset, "--by", "anne")
    assert URL in run(env, "asset", "show", asset)
    assert URL in run(env, "scan", crawl, code=1)
    assert "show_hits" in run(env, "privacy", "trace", asset)
    assert URL.encode() not in (tmp_path / "log.jsonl").read_bytes()


def test_names_are_in_no_file(tmp_path: Path, env: dict[str, str]) -> None:
    """Owner, contact, user, file name: sealed wherever they are written."""
    asset = register_intimate(env, tmp_path)
    run(env, "owner", "add", "sonia-planted", "--contact", "sonia@planted.example", "--adults-when-taken")
    run(env, "ground", "accept", asset, "--by", "anne-planted")
    run(env, "scan", tmp_path / "shoot", code=1)

    for path in (tmp_path / "w").rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        for word in (b"nadia", b"oscar", b"planted", b"picture-001", str(tmp_path).encode()):
            assert word not in data, (path, word)


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (("asset", "add", "{shoot}", "--owner", "nobody", "--sensitivity", "premium"), 2, "no owner named 'nobody'"),
        (("asset", "add", "absent", "--owner", "nadia", "--sensitivity", "premium"), 2, "cannot read 'absent'"),
        (("asset", "show", "ast_0"), 2, "there is no asset 'ast_0'"),
        (("asset", "withdraw", "ast_" + "0" * 32), 2, "there is no asset"),
        (("asset", "contest", "{asset}", "--dismiss"), 2, "--dismiss and --by NAME go together"),
        (("asset", "contest", "{asset}", "--dismiss", "--by", "anne"), 2, "is not contested"),
        (("ground", "accept", "{asset}", "--by", "oscar"), 6, "cannot accept its ground"),
        (("owner", "add", "nadia"), 2, "there is an owner named 'nadia' already"),
        (("owner", "add", " "), 2, "is no name"),
        (("ground", "accept", "{asset}", "--by", "o.s.c.a.r"), 6, "cannot accept its ground"),
        (("ground", "accept", "{asset}", "--by", ""), 2, "is no name"),
        (("consent", "revoke", "nadia", "--scope", "notice"), 2, "was never given"),
        (("consent", "show", "sonia"), 2, "no owner named 'sonia'"),
        (("job", "show", "job_0"), 2, "there is no job 'job_0'"),
        (("job", "retry", "{job}"), 2, "was not given up"),
        (("init",), 3, "there is a workspace in"),
        (("restore", "absent.age", "--sheet", "{sheet}"), 3, "the recovery code"),
        (("key", "recover-drill", "--sheet", "{sheet}"), 3, "the recovery code"),
        (("backup", "{shoot}"), 2, "exists already"),
        (("backup", "no/folder/b.age"), 4, "cannot be written"),
    ],
)
def test_bad_input_gets_a_sentence(
    one_workspace: tuple[Path, dict[str, str], str], arguments: tuple[str, ...], code: int, words: str
) -> None:
    """What is wrong, what to do, and the exit code that the design promises."""
    folder, environment, asset = one_workspace
    (folder / "sheet.txt").write_text("1: QPZRY 9X8GF 2TVDW = 0S\n")
    [job, *_] = [json.loads(line)["job"] for line in run(environment, "job", "list", "--json").splitlines()]
    values = {"asset": asset, "shoot": str(folder / "shoot"), "sheet": str(folder / "sheet.txt"), "job": job}

    done = rempart(*(a.format(**values) for a in arguments), env=environment)

    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def one_workspace(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], str]:
    """Make one workspace for commands that change nothing."""
    folder = tmp_path_factory.mktemp("one")
    environment = {"REMPART_WORKSPACE_FOLDER": str(folder / "w"), "REMPART_WORKSPACE_USER": "oscar"}
    asset = register_intimate(environment, folder)
    run(environment, "job", "run", "--until-idle")
    return folder, environment, asset


def test_a_killed_scan_goes_on(tmp_path: Path, env: dict[str, str]) -> None:
    """SIGKILL in the middle; the resumed scan prints all of it, each once."""
    workspaces.pictures(tmp_path / "shoot", 4)
    run(env, "init", "--alone")
    run(env, "owner", "add", "nadia", "--depicts", "self", "--ground", "own-work", "--adults-when-taken")
    run(env, "asset", "add", tmp_path / "shoot", "--owner", "nadia", "--sensitivity", "premium")
    for number in range(40):
        workspaces.pictures(tmp_path / "pile" / f"{number:02d}", 1, first=1 + number % 8, side=700)
    whole = matches_of(run(env, "scan", tmp_path / "pile", "--json", code=1))
    started = subprocess.Popen(
        [*REMPART, "scan", tmp_path / "pile"],
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with started:
        assert started.stdout is not None
        started.stdout.readline()
        started.send_signal(signal.SIGKILL)

    resumed = run(env, "scan", tmp_path / "pile", "--json", "--resume", code=1)

    assert matches_of(resumed) == whole
    [summary] = [json.loads(line)["summary"] for line in resumed.splitlines() if line.startswith('{"v": 1, "summary"')]
    assert summary["scanned"] == 40


def matches_of(said: str) -> list[tuple[str, str]]:
    """Return the matches of JSON lines, in order."""
    lines = [json.loads(line) for line in said.splitlines() if line.startswith('{"v"')]
    return [(line["suspect"], line["label"]) for line in lines if "suspect" in line]


def test_a_locked_database_is_said_to_be(tmp_path: Path, env: dict[str, str]) -> None:
    """After waiting for the other command; nothing is lost."""
    import sqlite3  # noqa: PLC0415 - stands for another program

    run(env, "init")
    other = sqlite3.connect(tmp_path / "w" / "rempart.db")
    other.execute("BEGIN IMMEDIATE")
    since = time.monotonic()
    said = run({**env, "REMPART_DATABASE_PATIENCE_S": "0"}, "owner", "add", "nadia", code=4)
    other.rollback()
    other.close()

    assert "is locked by another command" in said
    assert time.monotonic() - since < 60
    run(env, "owner", "add", "nadia")
