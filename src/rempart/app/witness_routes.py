"""The witnesses that the settings name: the key of each, and where it answers."""

from __future__ import annotations

from dataclasses import dataclass

from rempart.config import Settings
from rempart.errors import MisuseError, SettingValueError
from rempart.evidence.notes import SignatureKind, VerifierKey, parse_vkey


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRoute:
    """A witness, and where it answers."""

    key: VerifierKey
    """What it cosigns with."""
    url: str
    """The prefix of its addresses (C2SP tlog-witness), without a slash at its end."""


def witness_routes(settings: Settings) -> tuple[WitnessRoute, ...]:
    """Read the witnesses of the settings.

    Raises:
        SettingValueError: one is none, or two have one name.
    """
    routes = tuple(_route(text) for text in settings.transparency.witnesses)
    if len({route.key.name for route in routes}) != len(routes):
        message = "transparency.witnesses names one witness twice"
        raise SettingValueError(message, advice="A name stands for one key: keep the newer one.")
    return routes


def _route(text: str) -> WitnessRoute:
    vkey, _, url = text.partition(" ")
    url = url.strip().rstrip("/")
    try:
        key = parse_vkey(vkey)
    except MisuseError as error:
        raise _wrong(text, str(error)) from error
    if key.kind is not SignatureKind.COSIGNATURE or not url.startswith(("http://", "https://")):
        raise _wrong(text, "it is a log's key, or its address is none")
    return WitnessRoute(key=key, url=url)


def _wrong(text: str, why: str) -> SettingValueError:
    message = f"transparency.witnesses has {text[:80]!r}: {why}"
    advice = "Write the key that the witness printed, a space, and its address: name+id+base64 https://…"
    return SettingValueError(message, advice=advice)
