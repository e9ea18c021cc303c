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
from rempart.register.rights import (
    UNVALIDATED_ASSETS_MAX,
    merge_rights,
    require_right,
    too_many_unvalidated,
)
from rempart.register.visibility import Visibility, visibility, visible_among

__all__ = [
    "CONSENT_TEXTS",
    "UNVALIDATED_ASSETS_MAX",
    "ConsentText",
    "Visibility",
    "merge_rights",
    "require_right",
    "too_many_unvalidated",
    "visibility",
    "visible_among",
]
