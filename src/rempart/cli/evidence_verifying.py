"""``rempart evidence verify``: what a stranger checks with ./verify.sh, and more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.evidence.verdicts import PackageFacts, Verdict

_FILES = click.Path(path_type=Path)


@click.command(name="verify")
@click.argument("source", metavar="FILE", type=_FILES)
@click.option("--tsa-root", "tsa_roots", type=_FILES, multiple=True, metavar="PEM", help="Root of a time-stamp.")
@click.option("--ca", "seal_roots", type=_FILES, multiple=True, metavar="PEM", help="Authority of the seal.")
@click.option("--log-key", "log_keys", multiple=True, metavar="KEY", help="The log's key: name+id+base64.")
@click.option("--witness-key", "witness_keys", multiple=True, metavar="KEY", help="A witness's key.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per package.")
@click.pass_obj
def verify(
    given: Globals,
    source: Path,
    tsa_roots: tuple[Path, ...],
    seal_roots: tuple[Path, ...],
    log_keys: tuple[str, ...],
    witness_keys: tuple[str, ...],
    *,
    as_json: bool,
) -> int:
    """Verify FILE, a dossier or a package, as a zip or a folder. It takes no workspace; ours gets a line of custody.

    Keys that are not given are taken from the package itself: compare their fingerprints with those their owners tell.

    Exit code: 0 if all of it holds, 5 if anything does not.
    """
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.evidence_checking import note_verified, verify_evidence  # noqa: PLC0415 - heavy: asn1crypto
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.workspace import NOTE, workspace_folder  # noqa: PLC0415 - as above
    from rempart.evidence.verdicts import require  # noqa: PLC0415 - as above

    verdict = verify_evidence(
        source,
        now=clock.utc_now(),
        tsa_roots=tsa_roots,
        seal_roots=seal_roots,
        log_keys=log_keys,
        witness_keys=witness_keys,
    )
    _put(verdict, as_json=as_json)
    if (workspace_folder(given.settings()) / NOTE).exists():
        with given.open() as workspace:
            note_verified(EvidenceDesk(workspace, given.settings()), verdict)
    require(verdict)
    return 0


def _put(verdict: Verdict, *, as_json: bool) -> None:
    for package in verdict.packages:
        if as_json:
            put_json(_record(package, holds=verdict.holds))
            continue
        put(safe(f"{package.id or '(unnamed)'}  {package.kind}  {package.organisation}"))
        for time in package.times:
            local = "  LOCAL: proves nothing to a stranger" if time.is_local else ""
            put(safe(f"  existed at {time.at:%Y-%m-%d %H:%M:%S} UTC, says {time.signer} ({time.root}){local}"))
        if package.seal is not None:
            put(safe(f"  sealed by {package.seal.signer} ({package.seal_root})"))
        if package.log is not None:
            put(safe(f"  entry {package.log.index} of {package.log.size} of the log {package.log.origin}"))
    for item in verdict.erased:
        put(f"{item}  erased: a sealed tombstone is left")
    for remark in (*verdict.remarks, *verdict.fingerprints):
        say(safe(remark))
    for problem in verdict.problems:
        say(safe(problem.in_words()))


def _record(package: PackageFacts, *, holds: bool) -> dict[str, object]:
    seal, log = package.seal, package.log
    return {
        "v": 1,
        "package": package.id,
        "kind": package.kind,
        "holds": holds,
        "organisation": package.organisation,
        "existed_at": package.existed_at.isoformat() if package.existed_at else None,
        "times": [
            {"at": t.at.isoformat(), "by": t.signer, "root": str(t.root), "local": t.is_local} for t in package.times
        ],
        "sealed_by": seal.signer if seal else None,
        "log": {"origin": log.origin, "entry": log.index, "size": log.size} if log else None,
    }
