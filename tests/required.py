"""Where the project is, and which judges must be there; in one place that every test file can import."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Names of judges that must be there (CI sets REMPART_REQUIRE): a skip is then a failure. The variable stays in the
#: environment, from which pytest's own workers read it; a fixture hides it from the product.
REQUIRED = frozenset(os.environ.get("REMPART_REQUIRE", "").split(","))


def skip_or_fail(name: str, why: str) -> None:
    """Skip a test whose judge is missing, unless the judge is required."""
    if name in REQUIRED:
        pytest.fail(f"{name} is required (REMPART_REQUIRE) and missing: {why}")
    pytest.skip(f"{name}: {why}")
