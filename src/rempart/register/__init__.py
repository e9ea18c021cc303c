"""Rights: who may register what, who may see what was found, and what a person was told before she agreed.

>>> from rempart.model.asset import Depicts, GroundKind, Right, Sensitivity
>>> from rempart.register import require_right
>>> right = Right(depicts=Depicts.SELF, ground=GroundKind.OWN_WORK, adults_when_taken=True)
>>> require_right(right, Sensitivity.INTIMATE)
>>> require_right(Right(depicts=Depicts.SELF), Sensitivity.PREMIUM)
Traceback (most recent call last):
    ...
rempart.errors.RefusedError: nobody stated that everyone shown was 18 or older when the picture was taken
"""

from rempart.register.consent_texts import CONSENT_TEXTS, ConsentText
from rempart.register.exchange import (
    Outgoing,
    Statement,
    label_of,
    label_of_removal,
    render_feed,
    sign_feed,
    verify_feed,
)
from rempart.register.exchange_codes import QUALITY_MIN, weakness_of
from rempart.register.exchange_formats import parse_feed, recognise
from rempart.register.rights import (
    UNVALIDATED_ASSETS_MAX,
    merge_rights,
    require_right,
    too_many_unvalidated,
)
from rempart.register.visibility import Visibility, is_accepted, visibility, visible_among

__all__ = [
    "CONSENT_TEXTS",
    "QUALITY_MIN",
    "UNVALIDATED_ASSETS_MAX",
    "ConsentText",
    "Outgoing",
    "Statement",
    "Visibility",
    "is_accepted",
    "label_of",
    "label_of_removal",
    "merge_rights",
    "parse_feed",
    "recognise",
    "render_feed",
    "require_right",
    "sign_feed",
    "too_many_unvalidated",
    "verify_feed",
    "visibility",
    "visible_among",
    "weakness_of",
]
