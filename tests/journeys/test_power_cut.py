"""Commands that are killed leave a workspace whole: some rounds of benchmarks/power_cut.py, which does two hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from power_cut import Cuts


@pytest.mark.slow
def test_killed_commands_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """Whatever was killed, and whenever."""
    cuts = Cuts(tmp_path, seed=3)
    cuts.prepare()
    for kind in ("add", "withdraw", "rotate", "scan", "add", "rotate", "withdraw"):
        cuts.cut(kind)
        cuts.run("db", "check")
    cuts.finish()

    assert cuts.faults == []
    assert cuts.kills
