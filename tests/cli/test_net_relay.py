"""``rempart net relay``: a program reaches the hosts that were named, and every attempt is written."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commands import rempart
from net.namespaces import run_isolated
from rempart.app import relaying

_PRINT_PROXIES = (
    "import os; print(sorted(n for n in os.environ if 'PROXY' in n.upper())); print(os.environ['HTTP_PROXY'])"
)
_DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(30)"


@pytest.fixture(scope="module")
def played() -> dict[str, Any]:
    """Run one program on an Internet of its own."""
    urls = ["http://forum.example.org/", "http://other.example.org/", "http://turned.forum.example.org/"]
    found: dict[str, Any] = run_isolated("net.relayed_scene", {"urls": urls}, timeout_s=90)
    return found


def test_the_named_host_is_reached_and_no_other(played: dict[str, Any]) -> None:
    """What was not named, and what leads to a denied address, is refused before any connection."""
    assert played["code"] == 0
    assert played["printed"] == ["hello", "403", "403"]
    assert played["connections"] == {"site": 1, "other": 0, "secrets": 0}


def test_every_attempt_is_written(played: dict[str, Any]) -> None:
    """In a file that only its owner reads."""
    decisions = played["decisions"]

    assert [(d["host"], d["verdict"]) for d in decisions] == [
        ("forum.example.org", "allowed"),
        ("other.example.org", "not_named"),
        ("turned.forum.example.org", "denied_address"),
    ]
    assert decisions[0]["peer"] == "93.184.216.34"
    assert played["mode"] == 0o600
    assert "1 attempts allowed, 2 refused" in played["said"]


def test_a_program_gets_our_proxy_and_nothing_that_leads_around_it(tmp_path: Path) -> None:
    """Nor any setting of Rempart."""
    arguments = ["--log", str(tmp_path / "log"), "--host", "example.org", "--", sys.executable, "-c", _PRINT_PROXIES]

    done = rempart(
        "net", "relay", *arguments, env={"NO_PROXY": "*", "no_proxy": "*", "https_proxy": "http://127.0.0.2"}
    )

    names, url = done.stdout.splitlines()
    assert "NO_PROXY" not in names.upper().replace("'", "").split(", ")
    assert url.startswith("http://rempart:")
    assert url not in done.stderr


def test_its_exit_code_is_the_programs(tmp_path: Path) -> None:
    """Whatever it is."""
    arguments = ["--log", str(tmp_path / "log"), "--", sys.executable, "-c", "raise SystemExit(43)"]

    assert rempart("net", "relay", *arguments).returncode == 43


@pytest.mark.parametrize("host", ["http://example.org", "localhost", "*", "0x7f.1"])
def test_what_is_no_host_is_a_misuse(tmp_path: Path, host: str) -> None:
    """The program is not run."""
    done = rempart("net", "relay", "--log", str(tmp_path / "log"), "--host", host, "--", "touch", str(tmp_path / "ran"))

    assert done.returncode == 2
    assert not (tmp_path / "ran").exists()


def test_a_program_that_is_not_there_is_a_misuse(tmp_path: Path) -> None:
    """In one sentence."""
    done = rempart("net", "relay", "--log", str(tmp_path / "log"), "--", str(tmp_path / "none"))

    assert done.returncode == 2
    assert "cannot be run: there is no such program" in done.stderr
    assert not (tmp_path / "log").exists()


def test_a_log_is_never_written_over(tmp_path: Path) -> None:
    """It may be evidence."""
    log = tmp_path / "log"
    log.write_text(json.dumps({"kept": True}))

    done = rempart("net", "relay", "--log", str(log), "--", "true")

    assert done.returncode == 4
    assert json.loads(log.read_text()) == {"kept": True}
    assert str(log) in done.stderr
    assert "Name a new file" in done.stderr


def test_an_interrupted_relay_ends_a_program_that_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked to end, then ended."""
    monkeypatch.setattr(relaying, "_GRACE_S", 0.1)
    program = [sys.executable, "-c", _DEAF]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        with pytest.raises(KeyboardInterrupt), relaying._ended(process):
            raise KeyboardInterrupt

    assert process.returncode == -signal.SIGKILL
