"""Pages in between: the address inside is read, whatever it is wrapped in."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.plain import plainly_leads_away
from rempart.collect import canonical
from rempart.collect.wrappers import unwrapped

MEANT = "https://host.example/f/9?x=1"
CODED = base64.b64encode(MEANT.encode()).decode()


@pytest.mark.parametrize(
    "url",
    [
        f"https://f.example/goto/link-confirmation?url={CODED}&s=9",
        f"https://f.example/redirect/?to={CODED.rstrip('=')}",
        f"https://f.example/redirect/?to={base64.urlsafe_b64encode(MEANT.encode()).decode()}",
        "https://f.example/out.php?u=https%3A%2F%2Fhost.example%2Ff%2F9%3Fx%3D1%23top",
        "https://hider.example/?https://host.example/f/9?x=1",
        f"https://f.example/away/{CODED.rstrip('=')}",
        "https://a.example/go?url=https%3A%2F%2Fb.example%2Fredirect%2F%3Fto%3D" + CODED.replace("=", "%253D"),
    ],
)
def test_the_address_inside(url: str) -> None:
    """In parameters, in base 64 of either alphabet, as the whole query, as the end of the path, twice."""
    assert unwrapped(canonical(url)) == MEANT


@pytest.mark.parametrize(
    "url",
    [
        "https://f.example/search?q=https%3A%2F%2Fhost.example%2F",
        "https://f.example/goto/link-confirmation?url=bm90IGFuIGFkZHJlc3M",
        "https://f.example/redirect/?to=amF2YXNjcmlwdDphbGVydCgxKQ",
        "https://f.example/redirect/?to=javascript:alert(1)",
        "https://f.example/go",
        f"https://go/{CODED}",
        f"https://out/?url={CODED}",
        "https://f.example/",
    ],
)
def test_nothing_is_inside(url: str) -> None:
    """A search for an address leads to no address, a script is none, a host may be called as it likes."""
    assert unwrapped(url) == url


@given(st.text(max_size=80))
def test_what_comes_out_is_canonical(text: str) -> None:
    """Whatever went in."""
    coded = base64.b64encode(f"https://{text}".encode("utf-8", "replace")).decode()
    found = unwrapped(canonical(f"https://f.example/redirect/?to={coded}"))

    assert canonical(found) == found


@given(
    st.lists(
        st.sampled_from(
            [
                "go",
                "goto",
                "link-confirmation",
                "Redirect",
                "proxy.php",
                ".php",
                ".html",
                "/",
                "//",
                "x",
                "safe-link",
                "l",
            ]
        ),
        max_size=6,
    )
)
def test_a_path_leads_away_as_the_expression_says(parts: list[str]) -> None:
    """The look into a set of words gives what the plain expression gives."""
    path = "".join(parts)
    inner = "https://host.example/f"
    is_wrapped = unwrapped(f"https://f.example/{path}?url={inner}") == inner

    assert is_wrapped == plainly_leads_away(path)
