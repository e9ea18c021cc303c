"""C2PA manifests: sign what is the owner's, and read in a sandbox what others sent. An extra: ``rempart[provenance]``.

Signing asks nothing of the network and puts no thumbnail into the picture::

    chain = make_chain(secret, organisation="Studio", made_at=now)
    signed = sign(picture, MediaFormat.JPEG, chain, bindings=[SoftBinding(algorithm=..., value=...)])

Reading is a task of ``hazmat`` (``rempart.provenance.reading:run``): a C2PA reader fetches addresses that a hostile
file names, unless it is told not to and cannot.
"""

from rempart.provenance.certificates import Profile, SigningChain, is_ending, load_chain, make_chain, renew_leaf
from rempart.provenance.record import TASK_NAME, parse
from rempart.provenance.signing import SignedPicture, sign

__all__ = [
    "TASK_NAME",
    "Profile",
    "SignedPicture",
    "SigningChain",
    "is_ending",
    "load_chain",
    "make_chain",
    "parse",
    "renew_leaf",
    "sign",
]
