"""The one file that imports c2pa, and the settings under which it connects to nobody and adds no picture.

Its ``load_settings`` is deprecated and no longer read: only a ``Context`` of ``Settings`` holds (measured with 0.38).
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any, Final

from rempart.errors import ConfigError
from rempart.model.media import MediaFormat

#: Formats that are signed, by their media types.
MEDIA_TYPES: Final = {
    MediaFormat.JPEG: "image/jpeg",
    MediaFormat.PNG: "image/png",
    MediaFormat.WEBP: "image/webp",
}
#: emailProtection (RFC 5280 §4.2.1.12) and c2pa-kp-claimSigning (C2PA 2.x, §14.5.1).
_PURPOSES: Final = "1.3.6.1.5.5.7.3.4\n1.3.6.1.4.1.62558.2.1\n"


def library() -> ModuleType:
    """Return the module c2pa.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        return importlib.import_module("c2pa")
    except (ImportError, OSError, RuntimeError) as error:
        message = f"C2PA manifests need the extra 'provenance': {error}"
        raise ConfigError(message, advice="Install it: scripts/setup provenance") from error


def context(anchors_pem: str) -> Any:  # noqa: ANN401 - c2pa publishes no types
    """Return a ``Context`` that fetches nothing, makes no thumbnail, and trusts these anchors only.

    Args:
        anchors_pem: Certificates of authorities, PEM; empty trusts nobody.
    """
    c2pa = library()
    settings: dict[str, object] = {
        "version": 1,
        # The default puts a picture of the picture into it, and one of what it was made from.
        "builder": {"thumbnail": {"enabled": False}},
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        "core": {"allowed_network_hosts": []},
    }
    if anchors_pem:
        settings["trust"] = {"trust_anchors": anchors_pem, "trust_config": _PURPOSES}
    return c2pa.Context(c2pa.Settings.from_dict(settings))
