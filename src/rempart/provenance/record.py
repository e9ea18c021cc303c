"""What the reader of manifests answers from its sandbox, checked: neither it nor who wrote the manifest is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rempart.model.provenance import ManifestReading, ManifestState, SoftBinding

#: The same as of every sandboxed task; rooms of one floor do not know each other.
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

TASK_NAME: Final = "rempart.provenance.reading:run"
TEXT_MOST: Final = 256
BINDINGS_MOST: Final = 16
PROBLEMS_MOST: Final = 16
_FIELDS: Final = ("state", "label", "generator", "signer", "bindings", "problems")


def parse(record: Mapping[str, Json]) -> ManifestReading:
    """Read a record.

    Raises:
        ValueError: it is none.
    """
    missing = [name for name in _FIELDS if name not in record]
    if missing:
        message = f"a reading without {', '.join(missing)}"
        raise ValueError(message)
    bindings = []
    for one in _listed(record["bindings"], BINDINGS_MOST):
        if not isinstance(one, list) or len(one) != len(("algorithm", "value")):
            message = "a binding is a name and a value"
            raise ValueError(message)
        bindings.append(SoftBinding(algorithm=_text(one[0]), value=_text(one[1])))
    return ManifestReading(
        state=ManifestState(_text(record["state"])),
        label=_text(record["label"]),
        generator=_text(record["generator"]),
        signer=_text(record["signer"]),
        bindings=tuple(bindings),
        problems=tuple(_text(one) for one in _listed(record["problems"], PROBLEMS_MOST)),
    )


def _listed(value: Json, most: int) -> list[Json]:
    if not isinstance(value, list) or len(value) > most:
        message = f"not a list of {most} at most"
        raise ValueError(message)
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str) or len(value) > TEXT_MOST:
        message = f"not a text of {TEXT_MOST} characters at most"
        raise ValueError(message)
    return value
