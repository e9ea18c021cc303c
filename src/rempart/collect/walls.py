"""What stands between a visitor and a page: a login, a captcha, a question of age. It is told, and never passed."""

from __future__ import annotations

import re
from typing import Final

from rempart.collect.document import Document
from rempart.model.collected import Wall

#: Scripts and elements of services that ask whether one is human, where there is nothing else on the page.
_CAPTCHA: Final = (
    ".cf-turnstile, .g-recaptcha, .h-captcha, #challenge-form, #cf-challenge-running, #challenge-error-text, "
    "script[src*='challenge-platform'], script[src*='captcha'], iframe[src*='captcha'], #anubis_challenge, "
    "#px-captcha, script[src*='/.within.website/']"
)
_LOGIN: Final = "input[type=password]"
_LOGIN_ADDRESS: Final = re.compile(r"/(?:login|log-in|signin|sign-in|register|ucp\.php)(?:[/?]|$)")
_AGE: Final = re.compile(
    r"(?:are you|you (?:must|have to) be|i am|i'm|êtes-vous|avez-vous|j'ai|avoir|over|plus de)\s.{0,40}\b(?:18|21)\b",
    re.IGNORECASE,
)
_AGE_ELEMENTS: Final = (
    "[id*=age-gate], [class*=age-gate], [id*=agegate], [class*=agegate], [id*=age-verif], [class*=age-verif]"
)
#: Characters of a page that only asks something; one that also shows something has more.
_QUESTION_MOST: Final = 1_500
_LOGIN_STATUSES: Final = frozenset({401, 403})
#: Refused, or asked to prove something first (captchas come with the two last).
_REFUSED: Final = frozenset({401, 403, 429, 503})


def wall_of(page: Document) -> Wall:
    """Tell what a page asks first; only of one on which nothing else was found.

    Many pages have a form to log in beside what they show: it is a wall where there is little else, or the host says
    that it refuses.
    """
    body = page.tree.body
    text = body.text(separator=" ") if body is not None else ""
    is_bare = len(text) < _QUESTION_MOST or page.status in _REFUSED
    if is_bare and page.tree.css_first(_CAPTCHA) is not None:
        return Wall.CAPTCHA
    if _LOGIN_ADDRESS.search(page.addresses.page) or page.status in _LOGIN_STATUSES:
        return Wall.LOGIN
    if is_bare and page.tree.css_first(_LOGIN) is not None:
        return Wall.LOGIN
    if page.tree.css_first(_AGE_ELEMENTS) is not None or (is_bare and _AGE.search(text)):
        return Wall.AGE
    return Wall.NONE
