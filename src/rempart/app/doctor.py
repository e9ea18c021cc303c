"""Examine the machine: what the sandbox really has, where compiled code is kept, which formats can be read."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass

from rempart.app.alerts import doors_of
from rempart.app.wiring import choose_kernel_cache, make_pool, usable_processors
from rempart.config import Settings, default_file
from rempart.kernels import compile as kernel_cache
from rempart.model import MediaFormat
from rempart.net.tls import trusted_authorities
from rempart.store import drivers


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What."""
    ok: bool
    """Whether it is as good as it can be."""
    detail: str
    """In words; what is lost where it is not."""


def examine(settings: Settings) -> Iterator[Check]:
    """Yield what was found, the sandbox first.

    Raises:
        SandboxError: no worker can be started, or one lacks a protection that the settings require.
    """
    with make_pool(settings) as pool:
        for state in pool.protections():
            words = state.protection.in_words()
            detail = words if state.active else f"missing ({state.detail}); it would give: {words}"
            yield Check(name=str(state.protection), ok=state.active, detail=detail)
    folder = choose_kernel_cache(settings)
    kept = kernel_cache.is_kept()
    where = f"kept in {folder}" if kept else "no folder can be written: compiled anew by every command, half a minute"
    yield Check(name="kernels", ok=kept, detail=where)
    yield Check(name="workers", ok=True, detail=f"{settings.hazmat.workers or usable_processors()} processes")
    heic = importlib.util.find_spec("pi_heif") is not None
    names = [str(f) for f in MediaFormat if heic or f is not MediaFormat.HEIC]
    yield Check(name="formats", ok=heic, detail=", ".join(names) if heic else f"{', '.join(names)}; HEIC needs pi-heif")
    oldest = ".".join(map(str, drivers.SQLITE_OLDEST))
    sqlite = drivers.sqlite_version() + ("" if drivers.is_sqlite_recent() else f"; a workspace needs {oldest} or later")
    yield Check(name="sqlite", ok=drivers.is_sqlite_recent(), detail=sqlite)
    postgresql = "installed" if drivers.has_postgresql() else "not installed: scripts/setup postgres"
    yield Check(name="postgresql", ok=drivers.has_postgresql(), detail=f"driver {postgresql}")
    yield from _outside(settings)
    path = default_file(os.environ)
    yield Check(name="settings", ok=True, detail=f"{path} ({'read' if path.exists() else 'absent: defaults'})")


def _outside(settings: Settings) -> Iterator[Check]:
    """Look at how the outside would be asked, without asking it."""
    contact = settings.net.contact
    detail = contact or "net.contact names nobody: those who are asked cannot answer"
    yield Check(name="contact", ok=bool(contact), detail=detail)
    authorities = trusted_authorities(settings.net.authorities_file)
    detail = authorities or "none found: no https address can be verified (Debian: apt-get install ca-certificates)"
    yield Check(name="authorities", ok=authorities is not None, detail=detail)
    providers = ", ".join(settings.search.providers)
    detail = providers or "search.providers names nobody: queries that are watched are asked of nobody"
    yield Check(name="search", ok=bool(providers), detail=detail)
    doors = ", ".join(doors_of(settings))
    yield Check(name="alerts", ok=bool(doors), detail=doors or "no door is set: see them with rempart alert list")
