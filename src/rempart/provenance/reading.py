"""The sandboxed task that reads a file's C2PA manifest: runs inside a worker, which has no network.

Nothing of the manifest comes out but a few words of bounded length: it is written by whoever made the file.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any, Final, cast

from rempart.errors import MediaError
from rempart.model.outcome import UnreadableReason
from rempart.provenance.library import context, library
from rempart.provenance.record import BINDINGS_MOST, PROBLEMS_MOST, TEXT_MOST, Json

#: What first bytes say, and the media type that the reader is told: it would guess from them otherwise.
_FIRST: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF", "image/webp"))
#: ``Remote: must fetch remote manifests from url …``; ``ManifestNotFound: …`` (c2pa-python 0.38).
_REMOTE: Final = "Remote"
_ABSENT: Final = "ManifestNotFound"


def run(data: bytes, _limits: object, options: Mapping[str, int | str]) -> dict[str, Json]:
    """Read a manifest.

    Args:
        data: The file.
        options: ``anchors``, certificates of those who are trusted, PEM; empty trusts nobody.

    Raises:
        MediaError: it is no JPEG, PNG or WebP, or damaged.
    """
    c2pa = library()
    kind = next((kind for first, kind in _FIRST if data.startswith(first)), "")
    if not kind:
        raise MediaError(UnreadableReason.UNSUPPORTED)
    try:
        with (
            context(str(options.get("anchors", ""))) as settings,
            c2pa.Reader(kind, io.BytesIO(data), context=settings) as reader,
        ):
            state = str(reader.get_validation_state() or "Invalid").lower()
            return _record(state, json.loads(reader.json()))
    except c2pa.C2paError as error:
        said = str(error)
        if said.startswith(_ABSENT):
            return _record("absent", {})
        if said.startswith(_REMOTE):
            return _record("remote", {})
        return _record("invalid", {}) | {"problems": [said.partition(":")[0][:TEXT_MOST]]}


def _record(state: str, told: Mapping[str, Any]) -> dict[str, Json]:
    """Take a few bounded words from what the reader says."""
    label = told.get("active_manifest", "")
    manifest = told.get("manifests", {}).get(label, {})
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    signer = manifest.get("signature_info", {})
    failures = told.get("validation_results", {}).get("activeManifest", {}).get("failure", [])
    problems = [_text(one.get("code")) for one in failures][:PROBLEMS_MOST]
    return {
        "state": state,
        "label": _text(label),
        "generator": _text(generator.get("name")),
        "signer": _text(signer.get("issuer")),
        "bindings": cast("Json", _bindings(manifest.get("assertions", []))),
        "problems": cast("Json", problems),
    }


def _bindings(assertions: list[dict[str, Any]]) -> list[list[str]]:
    found = []
    for one in assertions:
        if str(one.get("label", "")).startswith("c2pa.soft-binding"):
            data = one.get("data", {})
            found += [[_text(data.get("alg")), _text(block.get("value"))] for block in data.get("blocks", [])]
    return found[:BINDINGS_MOST]


def _text(value: object) -> str:
    return value[:TEXT_MOST] if isinstance(value, str) else ""


def warm() -> None:
    """Load the library and run it once: nothing can be loaded once the worker is closed in."""
    run(_EMPTY_JPEG, None, {})


#: The smallest thing that the reader takes for a JPEG: start, end.
_EMPTY_JPEG: Final = b"\xff\xd8\xff\xd9"
