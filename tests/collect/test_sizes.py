"""Sizes as pages write them."""

from __future__ import annotations

import pytest

from rempart.collect.sizes import parse_short_size, parse_size


@pytest.mark.parametrize(
    "text, size",
    [
        ("holiday.jpg (1.5 MiB) Viewed 3 times", 1_572_864),
        ("340.5 KB · Views: 12", 348_672),
        ("12,0\u00a0Ko", 12_288),
        ("17 bytes", 17),
        ("2 Go", 2 << 30),
        ("1 GB", 1 << 30),
        ("3 bananas", None),
        ("page 12", None),
        ("v1.2 mbuild", None),
        ("", None),
    ],
)
def test_a_size_in_a_text(text: str, size: int | None) -> None:
    """In any of the units, in English or French; figures alone are none."""
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text, size", [("1.5M", 1_572_864), (" 348672 ", 348_672), ("-", None), ("2.0 KiB", 2_048), ("x", None)]
)
def test_a_size_in_a_column(text: str, size: int | None) -> None:
    """Where figures alone are bytes."""
    assert parse_short_size(text) == size
