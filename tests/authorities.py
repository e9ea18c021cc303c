"""A time-stamping authority of tests: OpenSSL behind a small HTTP server on loopback."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn

# NOTE: OpenSSL needs ``other_policies``, even empty, to grant a policy that is asked for.
_SETTINGS = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256, sha512
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 6
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run OpenSSL in a folder."""
    command = ["openssl", *arguments]  # a judge: found where the system has it
    return subprocess.run(command, cwd=folder, capture_output=True, check=check, timeout=30)


class StampingAuthority:
    """Keys, certificates and serial numbers, in a folder."""

    def __init__(self, folder: Path, *, is_rsa: bool = False) -> None:
        """Make them.

        Args:
            folder: Where they are kept.
            is_rsa: Whether it signs with RSA: its certificate is then longer than its authority's, so that the two are
                not sorted in its replies.
        """
        self.folder = folder
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl(folder, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA")
        kind = ("-newkey", "rsa:2048", "-nodes") if is_rsa else curve
        openssl(folder, "req", *kind, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA")
        (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\n")
        signed_by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext")
        openssl(folder, "x509", "-req", "-in", "tsa.csr", *signed_by, "-out", "tsa.pem")
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_SETTINGS.format(folder=folder))

    def answer(self, query: bytes) -> bytes:
        """Stamp, or say why not."""
        (self.folder / "query").write_bytes(query)
        openssl(self.folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply", check=False)
        return (self.folder / "reply").read_bytes()

    def verify(self, *, request: bytes, reply: bytes = b"", token: bytes = b"") -> bool:
        """Tell whether OpenSSL accepts a reply, or the token of one."""
        (self.folder / "kept").write_bytes(reply or token)
        (self.folder / "asked").write_bytes(request)
        shape = ("-token_in",) if token else ()
        what = ("-in", "kept", *shape, "-queryfile", "asked", "-CAfile", "ca.pem")
        return openssl(self.folder, "ts", "-verify", *what, check=False).returncode == 0


class _Server(ThreadingMixIn, TCPServer):
    daemon_threads = True
    # http.server's own asks for the name of this machine.
    allow_reuse_address = True


@contextlib.contextmanager
def serving(answer: Callable[[bytes], bytes], media_type: str = "application/timestamp-reply") -> Iterator[int]:
    """Serve replies on a port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(10)
