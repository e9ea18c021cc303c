"""What every package has: README, LISEZMOI, verify.sh, and whose keys it is verified with, with their fingerprints."""

from __future__ import annotations

import hashlib
from importlib import resources

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from rempart.errors import MisuseError
from rempart.evidence.drafts import Trust
from rempart.evidence.notes import parse_vkey

_MARKER = b"# @check_log@\n"
_HEAD = """\
Compare these with what their owners publish: what came with a package proves nothing about itself.
(Comparez ces empreintes avec celles que publient ceux à qui sont ces clés : le paquet ne prouve rien sur lui-même.)

"""


def texts() -> dict[str, bytes]:
    """Return the files that are the same in every package, by their name."""
    folder = resources.files("rempart.evidence") / "texts"
    found = {name: folder.joinpath(name).read_bytes() for name in ("README.txt", "LISEZMOI.txt")}
    check_log = folder.joinpath("check_log.sh").read_bytes()
    found["verify.sh"] = folder.joinpath("verify.sh").read_bytes().replace(_MARKER, check_log)
    return found


def trust_files(trust: Trust) -> dict[str, bytes]:
    """Return the files of ``trust/``, by their name.

    Raises:
        MisuseError: a certificate or a key is none, or there are none.
    """
    try:
        tsa = [each for pem in trust.tsa_pems for each in x509.load_pem_x509_certificates(pem.encode())]
        [authority] = x509.load_pem_x509_certificates(trust.ca_pem.encode())
    except ValueError as error:
        message = "a certificate of an authority is none"
        raise MisuseError(message) from error
    if not tsa:
        message = "a package needs the root of a time-stamping authority"
        raise MisuseError(message, advice="Without one its time-stamps could never be verified.")
    keys = [("trust/log.vkey", trust.log_vkey), *(("trust/witnesses.vkey", key) for key in trust.witness_vkeys)]
    lines = [certificate_line("trust/ca.pem", authority), *(certificate_line("trust/tsa.pem", each) for each in tsa)]
    lines += [f"{name}  {parse_vkey(key).vkey}\n" for name, key in keys]
    found = {
        "trust/ca.pem": trust.ca_pem.encode(),
        "trust/tsa.pem": "".join(pem.rstrip("\n") + "\n" for pem in trust.tsa_pems).encode(),
        "trust/log.vkey": f"{trust.log_vkey}\n".encode(),
        "trust/FINGERPRINTS.txt": (_HEAD + "".join(lines)).encode(),
    }
    if trust.witness_vkeys:
        found["trust/witnesses.vkey"] = "".join(f"{key}\n" for key in trust.witness_vkeys).encode()
    return found


def certificate_line(name: str, certificate: x509.Certificate) -> str:
    """Return a line: where it is, its SHA-256 as ``openssl x509 -fingerprint -sha256`` shows it, its subject."""
    digest = certificate.fingerprint(hashes.SHA256())
    shown = ":".join(f"{byte:02X}" for byte in digest)
    return f"{name}  SHA-256 {shown}  {certificate.subject.rfc4514_string()}\n"


def verify_sh_sha256() -> str:
    """Return the SHA-256 of ``verify.sh`` in hexadecimal digits, for its owner to publish."""
    return hashlib.sha256(texts()["verify.sh"]).hexdigest()
