"""What a worker answers is checked: it read what an attacker wrote."""

from __future__ import annotations

from typing import Any

import pytest

from rempart.model.provenance import ManifestState
from rempart.provenance.record import BINDINGS_MOST, TEXT_MOST, parse

GOOD: dict[str, Any] = {
    "state": "valid",
    "label": "urn:c2pa:1",
    "generator": "g",
    "signer": "s",
    "bindings": [["a", "b"]],
    "problems": [],
}


def test_a_record_is_read() -> None:
    """Each word in its place."""
    reading = parse(GOOD)

    assert reading.state is ManifestState.VALID
    assert reading.bindings[0].algorithm == "a"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "excellent"},
        {"state": 3},
        {"label": None},
        {"signer": "x" * (TEXT_MOST + 1)},
        {"bindings": "a"},
        {"bindings": [["a"]]},
        {"bindings": [["a", 1]]},
        {"bindings": [["a", "b"]] * (BINDINGS_MOST + 1)},
        {"problems": {}},
        {"problems": [1]},
    ],
)
def test_a_lying_worker_is_refused(change: dict[str, Any]) -> None:
    """Whatever it invents."""
    with pytest.raises(ValueError, match=r"not a|is not a valid|a name and a value"):
        parse(GOOD | change)


@pytest.mark.parametrize("missing", list(GOOD))
def test_a_record_without_a_field_is_refused(missing: str) -> None:
    """As one with a wrong field."""
    with pytest.raises(ValueError, match=f"without {missing}"):
        parse({key: value for key, value in GOOD.items() if key != missing})
