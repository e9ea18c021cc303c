"""The log is a private file of whole JSON lines, redacted, that survives logrotate; without a file there is none."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.errors import ConfigError
from rempart.privacy import set_up_logging
from rempart.privacy.logs import PrivateLogHandler

logger = logging.getLogger("rempart.tests.logs")


@pytest.fixture(autouse=True)
def _handlers_as_before() -> Iterator[None]:
    """Close what a test opened."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for handler in [h for h in root.handlers if h not in before and isinstance(h, PrivateLogHandler)]:
        root.removeHandler(handler)
        handler.close()


def lines(path: Path) -> list[dict[str, str]]:
    """Return what was logged."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_is_one_json_object(tmp_path: Path) -> None:
    """Whatever is in the message; the file is its owner's alone."""
    log = tmp_path / "log"
    set_up_logging(log, "info")

    logger.info("claimed %s\n%s", "job_0f3a", "nadia@example.org")
    logger.debug("too little")
    logging.getLogger("foreign").info("not ours")
    logging.getLogger("foreign").warning("at %s", "https://forum.example/t")

    [first, second] = lines(log)
    assert set(first) == {"at", "level", "logger", "message"}
    assert first["message"] == "claimed job_0f3a\n[email]"
    assert (first["level"], first["logger"]) == ("info", "rempart.tests.logs")
    assert first["at"].endswith("+00:00")
    assert second["message"] == "at https://[…]"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_an_exception_is_on_the_same_line(tmp_path: Path) -> None:
    """Redacted as well."""
    set_up_logging(tmp_path / "log", "debug")
    try:
        open("/home/nadia/absent", encoding="utf-8")  # noqa: SIM115 - it is not there
    except OSError:
        logger.exception("cannot read")

    [line] = lines(tmp_path / "log")
    assert "FileNotFoundError" in line["exception"]
    assert "nadia" not in json.dumps(line)


def test_without_a_file_there_is_no_log() -> None:
    """A library stays silent."""
    before = list(logging.getLogger().handlers)

    assert set_up_logging(None, "debug") is None
    assert logging.getLogger().handlers == before


def test_one_file_has_one_handler(tmp_path: Path) -> None:
    """Setting it up twice does not write twice."""
    first = set_up_logging(tmp_path / "log", "info")

    assert set_up_logging(tmp_path / "log", "debug") is first
    logger.debug("once")
    assert len(lines(tmp_path / "log")) == 1


def test_it_follows_logrotate(tmp_path: Path) -> None:
    """A file that was moved is left, a fresh one is private too."""
    log = tmp_path / "log"
    set_up_logging(log, "info")
    logger.info("one")
    log.rename(tmp_path / "log.1")
    logger.info("two")
    log.unlink()
    logger.info("three")

    assert [line["message"] for line in lines(tmp_path / "log.1")] == ["one"]
    assert [line["message"] for line in lines(log)] == ["three"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_it_appends_and_closes_what_was_open_to_others(tmp_path: Path) -> None:
    """A file that others could read becomes private before anything is written."""
    log = tmp_path / "log"
    log.write_text('{"message": "before"}\n', encoding="utf-8")
    log.chmod(0o644)
    set_up_logging(log, "info")
    logger.info("after")

    assert [line["message"] for line in lines(log)] == ["before", "after"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["link", "hard link", "folder", "pipe", "absent"])
def test_what_is_no_file_of_ours_is_refused(tmp_path: Path, kind: str) -> None:
    """A link could lead the log into another file, a second name lets others read it."""
    log, other = tmp_path / "log", tmp_path / "other"
    other.touch()
    match kind:
        case "link":
            log.symlink_to(other)
        case "hard link":
            log.hardlink_to(other)
        case "folder":
            log.mkdir()
        case "pipe":
            os.mkfifo(log)
        case _:
            log = tmp_path / "absent" / "log"

    with pytest.raises(ConfigError, match="the log"):
        set_up_logging(log, "info")
    assert other.read_bytes() == b""


def test_a_log_that_cannot_be_written_ends_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It is said once, and counted."""
    log = tmp_path / "log"
    handler = set_up_logging(log, "info")
    assert handler is not None
    log.unlink()
    log.symlink_to(tmp_path / "other")

    logger.info("one of %s", "nadia@example.org")
    logger.info("two")

    assert handler.lost == 2
    assert capfd.readouterr().err.count("lines are lost") == 1
    assert not (tmp_path / "other").exists()


def test_surrogates_are_written(tmp_path: Path) -> None:
    """A name that is not UTF-8 does not end the log."""
    set_up_logging(tmp_path / "log", "info")
    logger.info("odd \udcff name")

    assert lines(tmp_path / "log")[0]["message"] == "odd ? name"
