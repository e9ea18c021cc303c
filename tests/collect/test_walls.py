"""What a page asks first is told; nothing is passed."""

from __future__ import annotations

import pytest

from rempart.collect.document import Document
from rempart.collect.walls import wall_of
from rempart.model.collected import Wall

FORM = '<form><input type="password"></form>'


@pytest.mark.parametrize(
    "body, status, wall",
    [
        (FORM, 200, Wall.LOGIN),
        ("forbidden", 403, Wall.LOGIN),
        ('<div class="h-captcha"></div>', 200, Wall.CAPTCHA),
        ('<script src="/cdn-cgi/challenge-platform/x.js"></script>', 503, Wall.CAPTCHA),
        ('<div id="age-gate-modal">enter</div>' + "word " * 900, 200, Wall.AGE),
        ("Are you over 18?", 200, Wall.AGE),
        ("Avez-vous plus de 18 ans ?", 200, Wall.AGE),
        (FORM + "word " * 900, 200, Wall.NONE),
        ("word " * 900 + '<script src="/recaptcha.js"></script>', 200, Wall.NONE),
        ("a page about 18 kittens", 200, Wall.NONE),
    ],
)
def test_a_wall(body: str, status: int, wall: Wall) -> None:
    """A form beside what is shown is none."""
    assert wall_of(Document(f"<html><body>{body}", url="https://f.example/x", status=status)) is wall


def test_being_sent_to_a_login_is_a_wall() -> None:
    """Also where a script would draw the form."""
    assert wall_of(Document("<html>", url="https://f.example/login/?next=x")) is Wall.LOGIN
