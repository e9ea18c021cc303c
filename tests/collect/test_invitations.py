"""What is joined rather than looked at is recognised, however it is written; what only looks like it is not."""

from __future__ import annotations

import pytest

from rempart.collect.invitations import invitation_in


@pytest.mark.parametrize(
    "text",
    [
        "https://t.me/+AbCd",
        "https://t.me/%2BAbCd",
        "https://T.ME/joinchat/AbCd",
        "https://telegram.dog/joinchat/AbCd",
        "https://t.me/c/1234/5",
        "https://t.me/addlist/AbCd",
        "t.me/+AbCd",
        "tg://join?invite=AbCd",
        "TG:join?invite=AbCd",
        "https://discord.gg/abcd",
        "https://www.discord.gg/abcd",
        "discord.gg/abcd",
        "https://discord.com/invite/abcd",
        "https://canary.discord.com/channels/1/2",
        "https://chat.whatsapp.com/AbCd",
        "https://signal.group/#AbCd",
        "https://team.slack.com/join/shared_invite/zt-x",
        "https://forum.example/invites/AbCd",
        "https://mastodon.example/invite/AbCd",
        "https://forum.example/register?Invite=AbCd",
        "https://forum.example/register?a=1&invite_code=",
        "magnet:?xt=urn:btih:" + "0" * 40,
        "ipfs://bafybeib",
        " https://t.me/\t+AbCd",
    ],
)
def test_an_invitation_is_recognised(text: str) -> None:
    """However it is written, and with nothing asked of anybody."""
    assert invitation_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://forum.example/forums/invites.12/",
        "https://forum.example/invites/",
        "https://t.me/name_x/12",
        "https://t.me/cats_x/12",
        "https://discord.gg/",
        "https://discord.com/blog",
        "https://forum.example/?q=invite",
        "https://forum.example/?" + "&".join(["invite=x"] * 300),
        "calendar 2027",
        "",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    """A section that is called so, a public message, more parameters than anybody reads."""
    assert not invitation_in(text)
