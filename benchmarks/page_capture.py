"""Seconds to make a WACZ of a fetched page, against warcio writing bare records; and to record it over loopback.

``python benchmarks/page_capture.py [--rounds 15]``: pages of words made in code. The bare records are what warcio's own
guide writes: a description, a request and a response, packed. A WACZ has in addition the facts of each hop, SHA-256, an
index, a description and the zip. The turns alternate. Recording is all of ``PageRecorder.record``: a client of its own,
robots.txt, the page, the WACZ; from a server in this process, without TLS.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import ipaddress
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from measure import header, table
from rempart.app.evidence_pages import PageEvidence, PageRecorder
from rempart.evidence.wacz import write_wacz
from rempart.evidence.warc import Capture
from rempart.model.web import Hop
from rempart.net import AddressPolicy
from rempart.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from net.doors import FakeResolver
from net.polite_site import Site
from net.servers import page

SEED = 20_261_122
URL = "https://forum.example.org/thread/1"
AT = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SIZES = (20_000, 200_000, 2_000_000)


def text_of(size: int) -> bytes:
    """Return a page of words."""
    shuffle = random.Random(SEED)
    words = [bytes(shuffle.choices(b"abcdefghijklmnopqrst", k=shuffle.randint(2, 9))) for _ in range(2000)]
    return (b"<title>Thread</title><p>" + b" ".join(shuffle.choices(words, k=size // 5)))[:size]


def ours(body: bytes) -> None:
    """Make a WACZ."""
    received = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
    sent = b"GET /thread/1 HTTP/1.1\r\nHost: forum.example.org\r\n\r\n"
    hop = Hop(url=URL, at=AT, status=200, sent=sent, received=received, peer="192.0.2.7", addresses=("192.0.2.7",))
    write_wacz(Capture(hops=(hop,), body=body, media_type="text/html", software="Rempart", user_agent="Rempart"))


def theirs(body: bytes) -> None:
    """Write bare records, as warcio's guide does."""
    writer = WARCWriter(io.BytesIO(), gzip=True, warc_version="WARC/1.1")
    writer.write_record(writer.create_warcinfo_record("data.warc.gz", {"software": "warcio"}))
    heads = {
        "request": (b"", StatusAndHeaders("GET /thread/1 HTTP/1.1", [("Host", "forum.example.org")])),
        "response": (body, StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")),
    }
    for kind, (payload, head) in heads.items():
        writer.write_record(
            writer.create_warc_record(URL, kind, payload=io.BytesIO(payload), length=len(payload), http_headers=head)
        )


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def recording(body: bytes, rounds: int) -> float:
    """Return the median of whole recordings."""
    with Site("forum.example.org", a=page(body)) as site:
        resolver = FakeResolver({site.name: [ipaddress.IPv4Address("127.0.0.1")]})
        policy = AddressPolicy(allowed=frozenset({("127.0.0.1", site.port)}))

        def once() -> None:
            # Each with a book of hosts of its own: the pace that a host is owed is not what is measured.
            outcome = PageRecorder(Settings(), None, resolver=resolver, policy=policy).record(site.url("/a"))
            assert isinstance(outcome, PageEvidence)  # noqa: S101 - else nothing was measured

        return statistics.median(seconds(once) for _ in range(rounds))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    header("page capture", SEED)
    rows = []
    for size in SIZES:
        body = text_of(size)
        times: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(rounds):
            times["theirs"].append(seconds(lambda body=body: theirs(body)))  # type: ignore[misc]  # bound as it is now
            times["ours"].append(seconds(lambda body=body: ours(body)))  # type: ignore[misc]  # as above
        bare, wacz = statistics.median(times["theirs"]), statistics.median(times["ours"])
        cells = (f"{size // 1000} kB", f"{bare:.4f}", f"{wacz:.4f}", f"{wacz / bare:.2f} x")
        rows.append((*cells, f"{recording(body, rounds):.3f}"))
    table(("page", "warcio, bare records, s", "WACZ, s", "ratio", "recorded over loopback, s"), rows)


if __name__ == "__main__":
    main()
