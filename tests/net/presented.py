"""Certificates that a server can present: valid ones, expired ones, those of an authority under another one."""

from __future__ import annotations

import datetime as dt
import ssl

import trustme

from net.servers import Authority


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Return a server's context."""
    return Authority.context(certificate)


def expired(ca: trustme.CA, *names: str) -> ssl.SSLContext:
    """Return the context of a certificate that ended some days ago."""
    ended = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    return context_of(ca.issue_cert(*names, not_after=ended))


def under_intermediate(ca: trustme.CA, *names: str) -> ssl.SSLContext:
    """Return the context of a certificate of an authority under another one: a chain of two is presented."""
    return context_of(ca.create_child_ca().issue_cert(*names))
