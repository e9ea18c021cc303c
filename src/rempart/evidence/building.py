"""Make the package of an item: commitments in clear, contents encrypted, sums over all; proofs are added later.

A package is built whole or not at all, and what is sealed is never in clear on the disk: bytes go from their reader
through the commitment into the encryption. ``proofs/`` is empty at first; :func:`add_proof` adds to it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from rempart import __version__, whole_file
from rempart.errors import MisuseError
from rempart.evidence.canonical import Json, render_canonical
from rempart.evidence.commitments import (
    COMMITMENTS,
    SALT_BYTES,
    Committing,
    Opening,
    render_commitments,
    render_openings,
)
from rempart.evidence.drafts import RECIPIENTS_LEAST, DossierDraft, Draft, case_ref
from rempart.evidence.layout import CONTENTS_MOST, FORMAT, LOG_PROOF, MANIFEST, OPENINGS, PackageKind, place_of
from rempart.evidence.package_files import NewFolder, new_folder
from rempart.evidence.package_texts import texts, trust_files
from rempart.evidence.private_facts import refuse_private
from rempart.evidence.sums import SUMS, render_sums
from rempart.keys import encrypt_stream

#: As the algorithms are called in a manifest, for whoever reads it when others are in use.
ALGORITHMS: Final[dict[str, Json]] = {
    "digest": "SHA-256",
    "commitment": "HMAC-SHA256, 32 random bytes of salt",
    "encryption": "age-encryption.org/v1, X25519",
    "seal": "CMS, CAdES-BES, ECDSA P-256, SHA-256",
    "time": "RFC 3161",
    "log": "RFC 9162 tree, SHA-256, c2sp.org/tlog-proof@v1, Ed25519",
}
_ROLE: Final = re.compile(r"person [1-9][0-9]{0,3}")
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")
_FACT_KEY: Final = re.compile(r"[a-z_]{1,40}")
_SALTED: Final = frozenset({"case", "case_ref_salt"})


def build_item(into: Path, draft: Draft) -> Path:
    """Make a package, up to its ``SHA256SUMS``.

    1. The draft is one that a package can be made of, and nothing private would be public. 2. Each content is encrypted
    and committed to as it goes by, then the openings. 3. What is public is written. 4. Sums of all that. 5. The folder
    gets its name.

    Args:
        into: The folder of the case; the package is named after the item.
        draft: What it is made of; its readers are read to their ends.

    Returns:
        Where it is.

    Raises:
        MisuseError: it cannot be made from this.
        FileExistsError: there is something by this name.
        OSError: something cannot be read or written; nothing is left.
    """
    _require_usable(draft)  # (1)
    trust = trust_files(draft.trust)
    with new_folder(into / draft.id) as folder:
        commitments, openings = _sealed_contents(folder, draft)  # (2)
        facts = {**draft.facts, "case": draft.case, "case_ref_salt": draft.case_ref_salt.hex()}
        with folder.adding(OPENINGS) as writer:
            encrypt_stream(_keys(draft), io.BytesIO(render_openings(openings, facts)), writer)
        manifest = render_canonical(_manifest(draft, openings, commitments))
        public = {f"public/{name}": content for name, content in draft.public.items()}  # (3)
        for name, content in {**texts(), **trust, **public, MANIFEST: manifest}.items():
            folder.add(name, content)
        folder.add(COMMITMENTS, render_commitments(commitments))
        finish(folder)  # (4)
    return into / draft.id  # (5)


def add_proof(folder: Path, name: str, proof: bytes) -> None:
    """Add a proof to a package that is there, whole or not at all; what a proof says is not looked at.

    A proof is never written over: the same one again changes nothing. Only ``log.tlog-proof`` may give way to a newer
    one of the same entry, which more witnesses signed.

    Args:
        folder: The package.
        name: As ``seal.p7s``, ``01.tsr``, ``renewal-01.txt``.
        proof: All of it.

    Raises:
        MisuseError: a package has no proof of this name, or this one has another.
        OSError: it cannot be written; nothing of it is left.
    """
    place = place_of(f"proofs/{name}", PackageKind.ITEM)
    if place is None or len(proof) > place.bytes_most:
        message = f"{name!r} is no name of a proof, or the proof is too large"
        raise MisuseError(message)
    path = folder / "proofs" / name
    if name == LOG_PROOF:
        whole_file.replace(path, proof)
        return
    try:
        whole_file.write_new(path, proof)
    except FileExistsError:
        if path.is_symlink() or path.read_bytes() != proof:
            message = f"the package has another {name} already"
            raise MisuseError(message, advice="Proofs are added, and never changed.") from None


def finish(folder: NewFolder) -> None:
    """Add the sums of all files, and room for proofs."""
    folder.add(SUMS, render_sums(folder.digests))
    (folder.path / "proofs").mkdir(mode=0o700)


def begun_manifest(draft: Draft | DossierDraft) -> dict[str, Json]:
    """Return what manifests of items and dossiers have in common.

    Raises:
        MisuseError: it names somebody, or is no draft.
    """
    if not _ROLE.fullmatch(draft.role):
        message = "a role in a package is a number: person 1"
        raise MisuseError(message)
    if not all(each.isprintable() for each in (draft.organisation, *draft.procedure, *draft.limits)):
        message = "a public text has a line end, or another sign that is not printed"
        raise MisuseError(message)
    if len(draft.case_ref_salt) != SALT_BYTES or not 1 <= draft.authorities <= 99:  # noqa: PLR2004 - two digits
        message = "the case's salt has 32 bytes, and one authority at least is asked"
        raise MisuseError(message)
    return {
        "format": FORMAT,
        "id": draft.id,
        "case_ref": case_ref(draft.case_ref_salt, draft.case).hex(),
        "recorded_at": f"{draft.recorded_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "tool": f"rempart {__version__}",
        "algorithms": ALGORITHMS,
        "organisation": draft.organisation,
        "role": draft.role,
        "procedure": list(draft.procedure),
        "limits": list(draft.limits),
        "authorities": draft.authorities,
    }


class _Reading(io.RawIOBase):
    """A reader whose bytes are committed to as they go by."""

    def __init__(self, reader: BinaryIO, committing: Committing) -> None:
        self._reader, self._committing = reader, committing

    def read(self, size: int = -1) -> bytes:
        data = self._reader.read(size)
        self._committing.update(data)
        return data


def _sealed_contents(folder: NewFolder, draft: Draft) -> tuple[dict[str, bytes], list[Opening]]:
    commitments, openings = {}, []
    for number, content in enumerate(draft.contents, start=1):
        name = f"sealed/{number:03d}.bin.age"
        committing = Committing(secrets.token_bytes(SALT_BYTES))
        with folder.adding(name) as writer:
            encrypt_stream(_keys(draft), _Reading(content.reader, committing), writer)  # type: ignore[arg-type]  # it is only read
        commitments[name] = committing.commitment()
        openings.append(committing.opening(sealed=name, name=content.name))
    return commitments, openings


def _manifest(draft: Draft, openings: Sequence[Opening], commitments: dict[str, bytes]) -> dict[str, Json]:
    artifacts: list[Json] = [
        {
            "name": opening.sealed,
            "media_type": content.media_type,
            "bytes_bucket": 1 << max(opening.size - 1, 0).bit_length(),
            "commitment": commitments[opening.sealed].hex(),
        }
        for opening, content in zip(openings, draft.contents, strict=True)
    ]
    return begun_manifest(draft) | {
        "kind": draft.kind,
        "seq": draft.seq,
        "prev": draft.prev.hex(),
        "artifacts": artifacts,
        "recipients": [{"label": each.label, "purpose": each.purpose} for each in draft.recipients],
        "shown": [{"fact": key, "value": draft.facts[key]} for key in sorted(draft.shown)],
    }


def _keys(draft: Draft) -> list[str]:
    return [each.age_recipient for each in draft.recipients]


def _require_usable(draft: Draft) -> None:
    """Refuse a draft of which no package can be made, or one that would tell."""
    if len(set(_keys(draft))) < RECIPIENTS_LEAST or len({each.label for each in draft.recipients}) < RECIPIENTS_LEAST:
        message = f"a package is sealed to {RECIPIENTS_LEAST} recipients at least, each with a key of her own"
        raise MisuseError(message, advice="A key that is lost would else be the end of what is sealed.")
    if (
        not 1 <= len(draft.contents) <= CONTENTS_MOST
        or draft.seq < 1
        or len(draft.prev) != (32 if draft.seq > 1 else 0)
    ):
        message = "an item has a content, a place in its case, and names the one before unless it is the first"
        raise MisuseError(message)
    if not all(_MEDIA_TYPE.fullmatch(each.media_type) for each in draft.contents):
        message = "a media type has the form kind/name"
        raise MisuseError(message)
    if not all(_FACT_KEY.fullmatch(key) for key in draft.facts) or _SALTED & set(draft.facts):
        message = "a fact's name has small letters and _, and is not case or case_ref_salt"
        raise MisuseError(message)
    said = [each.label for each in draft.recipients] + [draft.facts.get(key, "\n") for key in draft.shown]
    if not all(each.isprintable() for each in said):
        message = "what is to be shown is not among the facts, or a label has signs that are not printed"
        raise MisuseError(message)
    for name in (f"public/{name}" for name in draft.public):
        if place_of(name, PackageKind.ITEM) is None:
            message = f"{name!r} is no name of a public file"
            raise MisuseError(message)
    _refuse_private(draft)


def _refuse_private(draft: Draft) -> None:
    private = {key: value for key, value in draft.facts.items() if key not in draft.shown}
    private |= {f"name of content {n}": each.name for n, each in enumerate(draft.contents, start=1)}
    private["case"] = draft.case
    said = [draft.organisation, *draft.procedure, *draft.limits, *draft.public]
    said += [each.label for each in draft.recipients]
    said += [content.decode("utf-8", errors="replace") for content in draft.public.values()]
    refuse_private(said, private)
