"""The watch over the suite's own log can fail: what would be a leak is found, what is clean is not."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from urllib.parse import quote

import pytest

import log_watch
import seeds
from commands import rempart
from required import ROOT

logger = logging.getLogger("rempart.tests.watch")


@pytest.mark.parametrize(
    "message",
    [
        seeds.NAME,
        seeds.NAME.upper(),
        quote(seeds.NAME),
        seeds.CONTACT,
        seeds.ADDRESS,
        seeds.PASSPHRASE,
        seeds.FILE_NAME,
        seeds.PHONE,
        "Ségolène alone",
    ],
)
def test_a_bad_line_is_found(tmp_path: Path, message: str) -> None:
    """Each seed, whole or in part, as JSON writes it with and without escapes."""
    for number, is_ascii in enumerate((True, False)):
        line = json.dumps({"message": f"saw {message}"}, ensure_ascii=is_ascii)
        (tmp_path / f"{number}.log").write_text(f'{{"message": "fine"}}\n{line}\n', encoding="utf-8")

    assert len(log_watch.leaks(tmp_path)) == 2


def test_a_line_that_is_no_json_is_found(tmp_path: Path) -> None:
    """A second writer, a torn line."""
    (tmp_path / "x.log").write_text('{"message": "fine"}\n{"mess\n', encoding="utf-8")

    assert len(log_watch.leaks(tmp_path)) == 1


def test_what_is_logged_here_is_watched_and_clean() -> None:
    """The seeds that a pattern knows are taken out, the others once they are remembered."""
    from rempart.privacy import forget_all, remember  # noqa: PLC0415 - for this test only

    before = log_watch.line_count()
    remember(seeds.NAME)
    remember(seeds.PASSPHRASE)
    logger.debug(
        "%s %s %s %s %s %s",
        seeds.NAME,
        seeds.CONTACT,
        seeds.ADDRESS,
        f"passphrase {seeds.PASSPHRASE}",
        seeds.FILE_NAME,
        seeds.PHONE,
    )
    forget_all()

    assert log_watch.line_count() == before + 1
    assert log_watch.leaks(log_watch.folder()) == []


def test_commands_log_where_the_watch_looks() -> None:
    """At every detail, unless a test says otherwise."""
    done = rempart("config", "show")

    assert f"log.file = {log_watch.commands_log()}" in done.stdout
    assert "log.level = debug" in done.stdout
    assert rempart("doctor").returncode == 0
    assert log_watch.commands_log().exists()


def test_a_session_with_a_leak_is_red(tmp_path: Path) -> None:
    """Under xdist as well: the worker's last test reports it."""
    (tmp_path / "conftest.py").write_text("from suite_log import *\n", encoding="utf-8")
    (tmp_path / "suite_log.py").write_text(
        textwrap.dedent("""
            import pytest, log_watch
            @pytest.fixture(scope="session", autouse=True)
            def watched_log():
                log_watch.begin()
                yield
                assert log_watch.end() == []
        """),
        encoding="utf-8",
    )
    (tmp_path / "test_leak.py").write_text(
        textwrap.dedent("""
            import logging, log_watch
            def test_one(): logging.getLogger("rempart.x").info("found %s", "quenouille")
            def test_two(): pass
        """),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}:{tmp_path}", "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 1, done.stdout
    assert "1 error" in done.stdout
