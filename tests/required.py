"""Where the project is, and which judges must be there; imported before anything that reads the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Names of judges that must be there (CI sets REMPART_REQUIRE): a skip is then a failure. Hidden from the product.
REQUIRED = frozenset(os.environ.pop("REMPART_REQUIRE", "").split(","))
for _name in [n for n in os.environ if n.startswith("REMPART_")]:
    del os.environ[_name]


def skip_or_fail(name: str, why: str) -> None:
    """Skip a test whose judge is missing, unless the judge is required."""
    if name in REQUIRED:
        pytest.fail(f"{name} is required (REMPART_REQUIRE) and missing: {why}")
    pytest.skip(f"{name}: {why}")
