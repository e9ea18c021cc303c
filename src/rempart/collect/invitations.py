"""What is open to invited people only, or would have to be joined: it is recognised so that it is left alone."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from rempart.collect.addresses import canonical

#: Hosts that hold invitations and nothing else.
_HOSTS: Final = frozenset(
    "discord.gg discord.me dsc.gg chat.whatsapp.com signal.group join.slack.com invite.viber.com join.skype.com "
    "kik.me groupme.com".split()
)
_CLOSED: Final = re.compile(r"/(?:[+ ]|(?:joinchat|addlist|boost|c)(?:/|$))", re.IGNORECASE)
#: On these hosts, paths that lead into a closed room or are an invitation to one.
_PATHS: Final = (
    (re.compile(r"(?:t|telegram)\.(?:me|dog)"), _CLOSED),
    (re.compile(r"(?:\w+\.)?discord(?:app)?\.com"), re.compile(r"/(?:invite|channels)(?:/|$)", re.IGNORECASE)),
    (re.compile(r"guilded\.gg"), re.compile(r"/i/", re.IGNORECASE)),
    (re.compile(r"m\.me"), re.compile(r"/j/", re.IGNORECASE)),
    (re.compile(r"line\.me"), re.compile(r"/(?:r/)?ti/g", re.IGNORECASE)),
    (re.compile(r"[\w-]+\.slack\.com"), re.compile(r"/(?:join|shared_invite)(?:/|$)", re.IGNORECASE)),
    # Discourse: /invites/KEY; Mastodon and others: /invite/CODE.
    (re.compile(r".*"), re.compile(r"/(?:\w+/)?(?:invites?|invitations?)/[\w%-]{4,}/?$", re.IGNORECASE)),
)
_PARAMETERS: Final = frozenset("invite invite_code invitecode invitation invitation_code invite_key".split())
_PARAMETERS_MOST: Final = 200
#: Schemes of programs that would join something, or look it up among those who share it.
_JOINING: Final = frozenset("tg discord whatsapp signal sgnl magnet ipfs ipns ed2k".split())
_WEB: Final = re.compile(r"https?:", re.IGNORECASE)
_BARE: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[:/?#]|$)", re.IGNORECASE)


def invitation_in(text: str) -> str:
    """Tell why an address leads to something that is joined.

    Args:
        text: An address; without its beginning, it is read as one of the web.

    Returns:
        Why, in words; empty if it does not.
    """
    text = text.strip()
    scheme, colon, _ = text.partition(":")
    if colon and scheme.strip().lower() in _JOINING:
        return f"a {scheme.strip().lower()} address is joined, or looked up among those who share it"
    if not _WEB.match(text):
        text = f"https://{text}" if _BARE.match(text) else ""
    url = canonical(text)
    if not url:
        return ""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), unquote(parts.path)
    if host in _HOSTS and (path != "/" or "#" in text or parts.query):
        return "it is an invitation"
    if any(hosts.fullmatch(host) and paths.match(path) for hosts, paths in _PATHS):
        return "it is an invitation, or open to members only"
    given = parse_qsl(parts.query, keep_blank_values=True) if parts.query.count("&") < _PARAMETERS_MOST else []
    if any(name.lower() in _PARAMETERS for name, _ in given):
        return "it carries an invitation"
    return ""
