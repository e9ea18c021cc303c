"""Decisions are kept in order, whole, and for their owner only."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import fields
from pathlib import Path

import pytest

from rempart.errors import OutputError
from rempart.model.egress import EgressDecision, EgressEnd, EgressVerdict
from rempart.net.relay_log import DecisionFile

DECISION = EgressDecision(
    number=1,
    at=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
    method="CONNECT",
    host="example.org",
    port=443,
    verdict=EgressVerdict.ALLOWED,
    addresses=("93.184.216.34",),
    peer="93.184.216.34",
    remarks=("two\nlines",),
    end=EgressEnd.CLOSED,
    seconds=0.12345,
)


def test_a_decision_is_one_line_with_every_field(tmp_path: Path) -> None:
    """Whatever a remark holds; each line says its version."""
    path = tmp_path / "decisions.jsonl"
    with DecisionFile(path) as file:
        file.note(DECISION)
        file.note(DECISION)

    lines = path.read_bytes().splitlines()

    assert len(lines) == 2
    record = json.loads(lines[0])
    assert set(record) == {"v", *(field.name for field in fields(EgressDecision))}
    assert (record["v"], record["at"], record["end"]) == (1, "2026-01-02T03:04:05+00:00", "closed")
    assert record["seconds"] == 0.123


def test_the_file_is_its_owners_and_new(tmp_path: Path) -> None:
    """One that is there is somebody's; a link is not followed."""
    path = tmp_path / "decisions.jsonl"
    DecisionFile(path).close()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    assert path.stat().st_mode & 0o777 == 0o600
    for taken in (path, tmp_path / "link", tmp_path / "none" / "file"):
        with pytest.raises(OutputError):
            DecisionFile(taken)
    assert not (tmp_path / "elsewhere").exists()


def test_a_line_is_there_as_soon_as_it_is_noted(tmp_path: Path) -> None:
    """What happens to this process later does not take it away."""
    with DecisionFile(tmp_path / "a") as file:
        file.note(DECISION)

        assert json.loads((tmp_path / "a").read_bytes())["number"] == 1


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """The relay then refuses everything."""
    file = DecisionFile(tmp_path / "a")
    os.close(file._descriptor)
    file._descriptor = os.open("/dev/full", os.O_WRONLY)

    with pytest.raises(OutputError):
        file.note(DECISION)
    os.close(file._descriptor)


@pytest.mark.parametrize("verdict", list(EgressVerdict))
def test_every_verdict_has_words(verdict: EgressVerdict) -> None:
    """A person reads them."""
    assert verdict.in_words()
