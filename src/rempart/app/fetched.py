"""What was fetched, on its way into the sandbox: as it is, without a copy and without a file."""

from __future__ import annotations

from rempart.model import MediaMemory, Place
from rempart.model.web import Address, FetchedMedia


def media_of(fetched: FetchedMedia, address: Address, place: Place = ()) -> MediaMemory:
    """Make an item of fetched media; whoever calls closes ``fetched.memory``, once the sandbox has answered.

    Args:
        fetched: What came.
        address: What was asked for: the gate judges it again with all that led to it.
        place: Where the item stands in the order of its pile.
    """
    seen = (*address.names_to_check(), *(hop.url for hop in fetched.hops), fetched.url)
    return MediaMemory(memory=fetched.memory, label=fetched.url, names=tuple(dict.fromkeys(seen)), place=place)
