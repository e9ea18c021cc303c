"""What is read once more is judged once more, under the names it was let pass with."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.app.visiting import visit
from rempart.hazmat import Json, Pool, PoolSettings, Task
from rempart.model import MediaFile, MinorGate, Stopped

pytestmark = pytest.mark.usefixtures("with_test_tasks")

SEEN = MediaFile.named("pile/a.jpg")


@pytest.fixture
def pool(kernel_cache: Path) -> Pool[dict[str, Json]]:
    return Pool(
        task=Task(name="tasks:echo", parse=lambda record: record), settings=PoolSettings(kernel_cache=kernel_cache)
    )


@pytest.mark.parametrize(
    "seen, beside", [(MediaFile.named("lycee/a.jpg"), None), (SEEN, MediaFile.named("lycee/b.jpg"))]
)
def test_a_gate_that_stops_any_of_the_names_lets_nothing_in(
    pool: Pool[dict[str, Json]], seen: MediaFile, beside: MediaFile | None
) -> None:
    """Of the item, or of what its bytes are packed with; no process is started."""
    with pool:
        outcome = visit(pool, MinorGate(["lycee"]), seen, b"bytes", {}, beside=beside)

        assert isinstance(outcome, Stopped)
        assert pool.missing() == []


def test_a_task_reads_the_bytes_with_its_options(pool: Pool[dict[str, Json]]) -> None:
    """Not the file of that name, which may have changed."""
    with pool:
        outcome = visit(pool, MinorGate(), SEEN, b"bytes", {"n": 2}, beside=MediaFile.named("b.jpg"))

    assert isinstance(outcome, dict)
    assert (outcome["data"], outcome["options"]) == ("bytes", {"n": 2})
