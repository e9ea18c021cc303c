"""What the tests of the network share: both clients, an authority, and a look at what is left open."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import pytest

from net.doors import Kind, descriptors
from net.servers import Authority


@pytest.fixture(params=list(Kind))
def kind(request: pytest.FixtureRequest) -> Kind:
    """Run a test with the client for threads, and with the one for tasks."""
    assert isinstance(request.param, Kind)
    return request.param


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Make one authority for all tests."""
    return Authority()


@pytest.fixture
def nothing_left_open() -> Iterator[None]:
    """Make sure that a test leaves no socket and no memory open."""
    before = descriptors()
    yield
    until = time.monotonic() + 5.0
    while (left := descriptors() - before) and time.monotonic() < until:
        gc.collect()
        time.sleep(0.02)
    assert left == set()
