"""Reading a hostile file asks nobody anything: no connection, no question to a name server, seen on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from net.namespaces import MACHINE_RESOLVER, SITE, run_isolated

pytest.importorskip("c2pa")

FILES = ("a manifest elsewhere, by name", "a manifest elsewhere, by address", "certificates that name places")


@pytest.fixture(scope="module")
def seen() -> Any:
    """Play the scene once."""
    return run_isolated("provenance.canary_scene", timeout_s=180)


@pytest.mark.parametrize("way", ["bare", "sandbox"])
@pytest.mark.parametrize("file", FILES)
def test_nobody_is_asked(seen: Any, file: str, way: str) -> None:
    """Neither by a worker nor by the reader alone, which here has a network, a resolver and a site that answer."""
    told = seen[file][way]

    assert told["state"] == ("valid" if file.startswith("certificates") else "remote")
    assert (told["connections"], told["questions"], told["contacts"], told["lost"]) == (0, [], [], 0)


def test_the_canaries_see_who_asks(seen: Any) -> None:
    """So that the above can fail: by itself the library asks the machine's resolver, then connects.

    About certificates c2pa-python 0.38 asked nobody even when it was told to (``ocsp_fetch``): that a later one may
    is why the third file is there.
    """
    by_name = seen["a manifest elsewhere, by name"]["careless"]
    by_address = seen["a manifest elsewhere, by address"]["careless"]

    assert by_name["questions"] == ["canary.example.org"]
    assert ["udp", MACHINE_RESOLVER, 53] in by_name["contacts"]
    for told in (by_name, by_address):
        assert told["connections"] >= 1
        assert ["tcp", SITE, 80] in told["contacts"]
