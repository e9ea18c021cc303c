"""Peak memory of a scan of one WARC.gz, at 0.1 GB and at its full size: it must not grow with the file.

``python benchmarks/warc_memory.py [--gigabytes 10] [--folder /var/tmp]``: small JPEGs among pages, a record each, made
in code and written as a stream. The command and its workers are watched. Then the records are read alone, without
decoding, by the same code and by warcio, in turns, on the smaller file.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from warcio.archiveiterator import ArchiveIterator

from measure import header, peak_mib_of, table
from rempart.app.archives import ArchiveLimits, ArchiveReader, PassedOver
from rempart.model import Cleared, MediaFile, MediaItem, MinorGate

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "demo"))

from leaks import encoded
from pictures import scene

SEED = 20_261_121
GIGABYTE = 10**9
#: Of four records, one is a picture: crawls hold more pages than pictures.
PICTURES_ONE_IN = 4


def records(shuffle: random.Random) -> Iterator[bytes]:
    """Yield records without an end: a response each, packed alone as a ``.warc.gz`` wants it."""
    pictures = [encoded(scene(SEED + k, 320, 240), quality=80) for k in range(50)]
    words = [bytes(shuffle.choices(b"abcdefghijklmnopqrst", k=shuffle.randint(2, 9))) for _ in range(2000)]
    number = 0
    while True:
        number += 1
        is_picture = number % PICTURES_ONE_IN == 0
        kind = "image/jpeg" if is_picture else "text/html"
        payload = (
            pictures[number % len(pictures)]
            if is_picture
            else b"<html>" + b" ".join(shuffle.choices(words, k=shuffle.randint(50, 2500)))
        )
        block = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(payload)}\r\n\r\n".encode() + payload
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
            f"WARC-Target-URI: https://pages.example/{number % 997}/{number}\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012x}>\r\nWARC-Date: 2026-11-21T00:00:00Z\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        yield gzip.compress(head.encode() + block + b"\r\n\r\n", compresslevel=1, mtime=0)


def write(path: Path, size: int) -> int:
    """Write a file of about ``size`` bytes, and return how many records it has."""
    written = count = 0
    with path.open("wb") as file:
        for record in records(random.Random(SEED)):
            written += file.write(record)
            count += 1
            if written >= size:
                return count
    return count


def watched(path: Path, assets: Path) -> tuple[float, float, dict[str, float]]:
    """Scan, and return the peaks of the command and of its largest worker in MiB, and the summary."""
    rempart: list[str | Path] = [sys.executable, "-m", "rempart", "scan", path, "--assets", assets]
    with (
        tempfile.TemporaryFile() as out,
        subprocess.Popen([*rempart, "--json", "--radius-bits", "0"], stdout=out, stderr=subprocess.DEVNULL) as process,
    ):
        parent = worker = 0.0
        while process.poll() is None:
            try:
                parent = max(parent, peak_mib_of(process.pid))
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
                worker = max([worker, *(peak_mib_of(int(child)) for child in children)])
            except OSError:  # it ended meanwhile
                pass
            time.sleep(0.2)
        out.seek(max(0, out.seek(0, io.SEEK_END) - 4096))
        return parent, worker, json.loads(out.read().splitlines()[-1])["summary"]


def read_ours(path: Path, gate: MinorGate) -> int:
    """Read every picture's bytes, as a scan does, and return how many there were."""
    items = cast("list[Cleared[MediaItem]]", [gate.check(MediaFile.named(path))])
    return sum(not isinstance(one, PassedOver) for one in ArchiveReader(gate, ArchiveLimits()).opened(items))


class NoGate(MinorGate):  # type: ignore[misc]  # final: a measure only, to see what the reading alone costs
    """Lets everything pass."""

    def _find_rule(self, name: str) -> None:
        del name


def read_theirs(path: Path) -> int:
    """Do the same with warcio: look at each response's first bytes, and read the pictures."""
    count = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                stream = record.content_stream()
                if stream.read(512).startswith(b"\xff\xd8\xff"):
                    stream.read()
                    count += 1
    return count


def compare(path: Path, records_count: int, rounds: int) -> None:
    """Time the readers in turns, and print their rates."""
    size = path.stat().st_size
    readers: dict[str, Callable[[], int]] = {
        "ours, with the gate": lambda: read_ours(path, MinorGate()),
        "ours, every name let pass": lambda: read_ours(path, NoGate()),
        "warcio": lambda: read_theirs(path),
    }
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, reader in readers.items():
            start = time.perf_counter()
            count = reader()
            times[name].append(time.perf_counter() - start)
            if count != records_count // PICTURES_ONE_IN:
                message = f"{name}: {count} pictures"
                raise SystemExit(message)
    base = statistics.median(times["warcio"])
    header(f"Reading {records_count:,} records of a WARC.gz, without decoding", SEED)
    rows = []
    for name, values in times.items():
        seconds = statistics.median(values)
        rows.append((name, f"{records_count / seconds:,.0f}", f"{size / seconds / 1e6:.0f}", f"{base / seconds:.2f} x"))
    table(("", "records/s", "MB/s (compressed)", "rate against warcio"), rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, help="where the files are made, and removed from")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        asset = Path(folder) / "asset.jpg"
        asset.write_bytes(encoded(scene(SEED, 320, 240), quality=80))
        for gigabytes in (0.1, options.gigabytes):
            path = Path(folder) / f"{gigabytes}.warc.gz"
            count = write(path, int(gigabytes * GIGABYTE))
            parent, worker, summary = watched(path, asset)
            seconds = summary["seconds"]
            rows.append(
                (
                    f"{gigabytes:g} GB",
                    f"{count:,}",
                    f"{summary['scanned']:,}",
                    f"{parent:.0f}",
                    f"{worker:.0f}",
                    f"{count / seconds:,.0f}",
                    f"{gigabytes * 1e3 / seconds:.0f}",
                )
            )
            if gigabytes == 0.1:
                compare(path, count, options.rounds)
            path.unlink()
    header("Peak memory of a scan of one WARC.gz", SEED)
    table(("size", "records", "pictures", "command, MiB", "largest worker, MiB", "records/s", "MB/s"), rows)


if __name__ == "__main__":
    main()
