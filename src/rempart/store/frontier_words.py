"""What is sealed of something to ask for: one text, of which the key and the host can be taken out again."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from rempart.model.frontier import NewFrontier
from rempart.model.web import Validators


def what_of(new: NewFrontier) -> str:
    """Return key, address, page and post as one text."""
    return json.dumps([new.key, new.url, new.page_url, new.post], ensure_ascii=False, separators=(",", ":"))


def what_in(text: str) -> tuple[str, str, str, str]:
    """Take key, address, page and post out of it."""
    key, url, page_url, post = json.loads(text)
    return key, url, page_url, post


def key_in(text: str) -> str:
    """Take the key out of it."""
    return what_in(text)[0]


def host_in(text: str) -> str:
    """Take the host of its address out of it."""
    return host_of(what_in(text)[1])


def host_of(url: str) -> str:
    """Return the host of an address, in small letters; empty if it has none, as a file of this machine."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""  # it is refused when it is asked for, with a reason


def context_of_words(new: NewFrontier) -> str:
    """Return the words that led to it as one text."""
    return json.dumps(new.context, ensure_ascii=False)


def context_in(text: str) -> tuple[str, ...]:
    """Take the words out of it."""
    return tuple(json.loads(text)) if text else ()


def validators_of(validators: Validators) -> str:
    """Return what a page said of its version as one text; empty if it said nothing."""
    if not (validators.etag or validators.last_modified):
        return ""
    return json.dumps([validators.etag, validators.last_modified])


def validators_in(text: str) -> Validators:
    """Take what a page said of its version out of it."""
    if not text:
        return Validators()
    etag, last_modified = json.loads(text)
    return Validators(etag=etag, last_modified=last_modified)
