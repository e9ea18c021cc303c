"""What ``tests/cli/test_net_relay.py`` plays inside a namespace: a program with a relay, and sites at addresses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from net.namespaces import METADATA, OTHER_SITE, SITE
from net.servers import RawServer, page, redirect, reply
from net.stub_dns import StubDns

#: Fetches what it is given, and prints what came.
_PROGRAM: Final = """
import sys, urllib.request
for url in sys.argv[1:]:
    try:
        print(urllib.request.urlopen(url, timeout=10).read().decode())
    except OSError as error:
        print(getattr(error, "code", type(error).__name__))
"""


def main(urls: list[str]) -> dict[str, object]:
    """Run a program that fetches some addresses, with a relay that names ``forum.example.org``."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        dns = stack.enter_context(StubDns(port=53))
        dns.add("forum.example.org", SITE)
        dns.add("other.example.org", OTHER_SITE)
        dns.add("turned.forum.example.org", METADATA)
        site = stack.enter_context(RawServer(reply(page(b"hello")), host=SITE, port=80))
        leading = redirect(f"http://{METADATA}/latest/meta-data/")
        other = stack.enter_context(RawServer(reply(leading), host=OTHER_SITE, port=80))
        secrets = stack.enter_context(RawServer(reply(page(b"secret")), host=METADATA, port=80))
        log = Path(folder, "decisions.jsonl")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "rempart", "net", "relay", "--log", str(log)),
                *("--host", "forum.example.org", "--host", "*.forum.example.org"),
                *("--", sys.executable, "-c", _PROGRAM, *urls),
            ],
            env=os.environ | {"REMPART_NET_NAMESERVERS": "127.0.0.1", "NO_PROXY": "*"},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return {
            "code": done.returncode,
            "printed": done.stdout.split(),
            "said": done.stderr,
            "decisions": [json.loads(line) for line in log.read_text("ascii").splitlines()],
            "mode": log.stat().st_mode & 0o777,
            "connections": {"site": site.connections, "other": other.connections, "secrets": secrets.connections},
        }
