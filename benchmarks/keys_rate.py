"""What the keyring costs: fields sealed and opened, indexes, items' keys made and destroyed, files sealed.

``python benchmarks/keys_rate.py FOLDER``: the folder is where the keyring is made; its disk decides what items cost.
Each rate is the best of three runs, one thread.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import header, table
from rempart.keys import Keyring

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
PLACE = "owner.name:own_ab12"
FIELDS, ITEMS, FILE_MIB = 100_000, 300, 64


def rate(action: Callable[[int], object], count: int) -> float:
    """Return how many times a second something is done."""
    best = 0.0
    for turn in range(3):
        start = time.perf_counter()
        for number in range(turn * count, (turn + 1) * count):
            action(number)
        best = max(best, count / (time.perf_counter() - start))
    return best


def rows(keyring: Keyring) -> list[tuple[str, str]]:
    """Measure everything."""
    sealed = keyring.seal(bytes(40), context=PLACE)
    items = [f"ast_{n:032x}" for n in range(3 * ITEMS)]
    found = [
        ("seal 40 bytes", rate(lambda _: keyring.seal(bytes(40), context=PLACE), FIELDS)),
        ("unseal 40 bytes", rate(lambda _: keyring.unseal(sealed, context=PLACE), FIELDS)),
        ("index a name", rate(lambda _: keyring.index("Zoé Martin", context="owner.name"), FIELDS)),
        ("make an item's key", rate(lambda n: keyring.make_item_key(items[n]), ITEMS)),
        ("open an item's box", rate(lambda n: keyring.item_box(items[n]), ITEMS)),
    ]
    keyring.begin_rotation(NOW)
    start = time.perf_counter()
    count = len(list(keyring.rewrap_items()))
    found += [
        ("rewrap an item's key", count / (time.perf_counter() - start)),
        ("destroy an item's key", rate(lambda n: keyring.destroy_item_key(items[n]), ITEMS)),
    ]
    box, clear, closed = keyring.make_item_key(items[0]), io.BytesIO(os.urandom(FILE_MIB << 20)), io.BytesIO()
    start = time.perf_counter()
    box.seal_stream(clear, closed, context=PLACE)
    middle = time.perf_counter()
    box.unseal_stream(io.BytesIO(closed.getvalue()), io.BytesIO(), context=PLACE)
    texts = [(name, f"{value:,.0f}/s") for name, value in found]
    texts.append(("seal a file", f"{FILE_MIB / (middle - start):,.0f} MiB/s"))
    texts.append(("open a file", f"{FILE_MIB / (time.perf_counter() - middle):,.0f} MiB/s"))
    return texts


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    header("Keys")
    with TemporaryDirectory(dir=parser.parse_args().folder) as parent:
        keyring, _ = Keyring.create(Path(parent) / "keys", passphrase=None, now=NOW)
        table(["what", "rate"], rows(keyring))


if __name__ == "__main__":
    main()
