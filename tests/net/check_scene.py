"""What ``tests/cli/test_net.py`` plays inside a namespace: sites at public addresses, and ``rempart net check``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from net.namespaces import METADATA, OTHER_SITE, PRIVATE, SITE
from net.servers import Authority, RawServer, Script, Visitor, page, redirect, reply
from net.stub_dns import StubDns

_PICTURE: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200_000)
_FORUM: Final = "forum.example.org"


def _by_path(pages: dict[str, bytes]) -> Script:
    """Answer each request by its path; any other one does not exist."""

    def script(visitor: Visitor) -> None:
        while asked := visitor.read_head():
            visitor.send(pages.get(asked.split()[1].decode(), page(b"", status="404 Not Found")))

    return script


def main(checks: list[list[str]]) -> list[dict[str, object]]:
    """Check some addresses, each by a command of its own, and tell what it printed and what was asked."""
    authority = Authority()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        dns = stack.enter_context(StubDns(port=53))
        dns.add(_FORUM, SITE)
        dns.add("mixed.example.org", SITE, PRIVATE)
        dns.add("turned.example.org", METADATA)
        tls = authority.server(_FORUM)
        answer = reply(
            page(b"User-agent: *\nDisallow: /private/\n", content_type="text/plain"), page(b"<p>leak</p>" * 900)
        )
        secure = stack.enter_context(RawServer(answer, tls=tls, host=SITE, port=443))
        moved = _by_path({"/moved": redirect(f"http://{METADATA}/latest/meta-data/")})
        plain = stack.enter_context(RawServer(moved, host=SITE, port=80))
        picture = _by_path({"/picture.png": page(_PICTURE, content_type="image/png")})
        other = stack.enter_context(RawServer(picture, host=OTHER_SITE, port=80))
        forbidden = [stack.enter_context(RawServer(reply(page()), host=host, port=80)) for host in (METADATA, PRIVATE)]
        trusted = Path(folder, "authorities.pem")
        authority.ca.cert_pem.write_to_path(str(trusted))
        settings = {"REMPART_NET_NAMESERVERS": "127.0.0.1", "REMPART_NET_AUTHORITIES_FILE": str(trusted)}
        found = []
        for arguments in checks:
            dns.questions.clear()
            done = subprocess.run(
                [sys.executable, "-m", "rempart", "net", "check", "--json", *arguments],
                env=os.environ | settings,
                capture_output=True,
                encoding="utf-8",
                timeout=60,
                check=False,
            )
            found.append(
                {
                    "code": done.returncode,
                    "steps": [json.loads(line) for line in done.stdout.splitlines()],
                    "said": done.stderr,
                    "questions": dns.questions.copy(),
                    "requests": [
                        head.split(b"\r\n")[0].decode() for server in (secure, plain, other) for head in server.heads
                    ],
                    "heads": [head.decode() for server in (secure, plain, other) for head in server.heads],
                    "forbidden": sum(server.connections for server in forbidden),
                }
            )
            for server in (secure, plain, other):
                server.heads.clear()
        return found
