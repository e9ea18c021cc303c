"""Pages of forums made from a seed, as large as real ones: nobody's words, the markup of each engine.

A page has what surrounds the posts in a real one: a head with styles and scripts, a navigation, profiles, a footer.
"""

from __future__ import annotations

import random
from typing import Final

from rempart.collect import FetchedPage

_WORDS: Final = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore".split()
)
_MENU: Final = "".join(
    f'<li><div class="p-navEl" data-has-children="true"><a href="/m/{k}/" class="p-navEl-link" data-nav-id="n{k}">Entry {k}'
    f'</a><div class="menu menu--structural" data-menu="menu" aria-hidden="true"><div class="menu-content">'
    f'<a href="/m/{k}/a" class="menu-linkRow u-indentDepth0">One</a><a href="/m/{k}/b" class="menu-linkRow">Two</a></div>'
    "</div></div></li>"
    for k in range(25)
)
_SCRIPT: Final = "<script>" + 'var x = {a: 1, b: [2, 3], c: "text"}; ' * 150 + "</script>"
_HEAD: Final = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta property="og:title" content="T">'
    + "".join(f'<link rel="stylesheet" href="/css.php?{k}">' for k in range(12))
    + _SCRIPT
)


def _text(generator: random.Random) -> str:
    lines = [" ".join(generator.choices(_WORDS, k=generator.randint(5, 40))) for _ in range(generator.randint(1, 5))]
    return "<br>\n".join(lines)


def xenforo_thread(
    seed: int, posts: int = 20, *, thread: int = 5, page: int = 1, pages: int = 7, pictures: int | None = None
) -> FetchedPage:
    """Make one page of a thread of XenForo 2.

    Args:
        seed: Its words; numbers of its posts and files begin with it.
        posts: How many it has.
        thread: The thread's number.
        page: Which page of it.
        pages: How many it has.
        pictures: How many of the first posts show one; None is one or two in most posts.
    """
    generator = random.Random(seed)
    made = []
    for k in range(posts):
        number = seed * 100 + k
        quote = (
            f'<blockquote class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote" data-source="post: {number}">'
            f'<div class="bbCodeBlock-title"><a href="/goto/post?id={number}">x said:</a></div><div class="bbCodeBlock-content">'
            f'<div class="bbCodeBlock-expandContent">{_text(generator)}</div></div></blockquote>'
            if k % 3 == 0
            else ""
        )
        images = "".join(
            f'<a href="/attachments/i-jpg.{number}{i}/" target="_blank" class="js-lbImage"><img src="/data/attachments/1/'
            f'{number}{i}-ab.jpg" class="bbImage" style="width: 200px" alt="i.jpg" title="i.jpg" width="200" height="150"></a>'
            for i in range(k % 3 if pictures is None else k < pictures)
        )
        profile = "".join(
            f'<dl class="pairs pairs--justified"><dt><span data-xf-init="tooltip" title="{name}">{name}</span></dt>'
            f"<dd>{generator.randint(1, 9999)}</dd></dl>"
            for name in ("Joined", "Messages", "Reaction", "Points", "Location")
        )
        made.append(
            f'<article class="message message--post js-post js-inlineModContainer" data-author="u{k}" data-content="post-{number}"'
            f' id="js-post-{number}"><span class="u-anchorTarget" id="post-{number}"></span><div class="message-inner">'
            f'<div class="message-cell message-cell--user"><section class="message-user"><div class="message-avatar">'
            f'<a href="/members/u.{k}/" class="avatar avatar--m" data-user-id="{k}"><img src="/data/avatars/m/0/{k}.jpg"'
            f' class="avatar-u{k}-m" width="96" height="96"></a></div><h4 class="message-name"><a href="/members/u.{k}/"'
            f' class="username" data-user-id="{k}" itemprop="name"><span class="username--style2">u{k}</span></a></h4>'
            f'<div class="message-userExtras">{profile}</div></section></div><div class="message-cell message-cell--main">'
            f'<header class="message-attribution"><ul><li class="u-concealed"><a href="/threads/t.{thread}/post-{number}"><time'
            f' class="u-dt" dir="auto" datetime="2026-11-20T10:00:00+0100" data-timestamp="1763629200">Friday</time></a></li>'
            f'</ul><ul class="message-attribution-opposite"><li><a href="/threads/t.{thread}/post-{number}">#{k}</a></li></ul></header>'
            f'<div class="message-content"><div class="message-userContent lbContainer" data-lb-id="post-{number}"><article'
            f' class="message-body js-selectToQuote"><div itemprop="text"><div class="bbWrapper">{quote}{_text(generator)}'
            f'{images} <a href="https://host.example/a/{number}?utm_source=f" class="link link--external">l</a></div></div>'
            f'<div class="js-selectToQuoteEnd">&nbsp;</div></article></div></div><footer class="message-footer"><div'
            f' class="message-actionBar actionBar"><div class="actionBar-set"><a href="/posts/{number}/react?reaction_id=1"'
            ' class="actionBar-action">Like</a><a href="#" class="actionBar-action">Quote</a></div></div></footer></div></div>'
            "</article>"
        )
    numbers = sorted({1, 2, 3, page - 1, page, page + 1, pages - 2, pages - 1, pages} & set(range(1, pages + 1)))
    links = "".join(f'<li class="pageNav-page"><a href="/threads/t.{thread}/page-{k}">{k}</a></li>' for k in numbers)
    following = (
        f'<a href="/threads/t.{thread}/page-{page + 1}" class="pageNav-jump pageNav-jump--next">Next</a>'
        if page < pages
        else ""
    )
    body = (
        f'<!DOCTYPE html><html id="XF" data-app="public" data-template="thread_view" data-content-key="thread-{thread}"'
        f' data-cookie-prefix="xf_"><head><title>T</title>{_HEAD}</head><body><nav class="p-nav"><ul>{_MENU}</ul></nav>'
        f'<h1 class="p-title-value">T</h1><div class="pageNav"><ul class="pageNav-main">{links}</ul>'
        f"{following}</div>{''.join(made)}<footer"
        f' class="p-footer">{_MENU}{_SCRIPT}</footer></body></html>'
    )
    return FetchedPage(
        url=f"https://f.example/threads/t.{thread}/{f'page-{page}' if page > 1 else ''}",
        body=body.encode(),
        media_type="text/html",
        charset="utf-8",
    )


def phpbb_topic(seed: int, posts: int = 20) -> FetchedPage:
    """Make one page of a topic of phpBB 3."""
    generator = random.Random(seed)
    made = []
    for k in range(posts):
        number = seed * 100 + k
        quote = f"<blockquote><div><cite>x wrote:</cite>{_text(generator)}</div></blockquote>" if k % 3 == 0 else ""
        icons = "".join(
            f'<li><a href="./posting.php?m={i}" class="button"><i></i><span>x</span></a></li>' for i in range(4)
        )
        made.append(
            f'<div id="p{number}" class="post has-profile bg2"><div class="inner"><dl class="postprofile" id="profile{number}">'
            f'<dt class="no-profile-rank"><div class="avatar-container"><a href="./memberlist.php?mode=viewprofile&amp;u={k}"'
            f' class="avatar"><img class="avatar" src="./download/file.php?avatar={k}.jpg" width="90" height="90"></a></div>'
            f'<a href="./memberlist.php?mode=viewprofile&amp;u={k}" class="username">u{k}</a></dt><dd class="profile-posts">'
            f"<strong>Posts:</strong> <a href='./search.php?author_id={k}'>{number}</a></dd><dd class='profile-joined'>"
            f'<strong>Joined:</strong> 2020</dd></dl><div class="postbody"><div id="post_content{number}"><h3><a'
            f' href="./viewtopic.php?p={number}#p{number}">Re: T</a></h3><ul class="post-buttons">{icons}</ul><p class="author">'
            f'<a class="unread" href="./viewtopic.php?p={number}#p{number}" title="Post"><i></i></a><span>by <strong><a'
            f' href="./memberlist.php?mode=viewprofile&amp;u={k}" class="username">u{k}</a></strong> &raquo; </span><time'
            f' datetime="2026-11-21T18:30:00+00:00">Sat</time></p><div class="content">{quote}{_text(generator)} <a'
            f' href="https://host.example/{number}" class="postlink">l</a></div><dl class="attachbox"><dt>A</dt><dd><dl'
            f' class="file"><dt class="attach-image"><img src="./download/file.php?id={number}&amp;mode=view" class="postimage"'
            f' alt="i.jpg"></dt><dd>i.jpg (1.5 MiB) Viewed 3 times</dd></dl></dd></dl><div id="sig{number}" class="signature">'
            f"{_text(generator)}</div></div></div></div></div>"
        )
    pages = "".join(
        f'<li><a class="button" href="./viewtopic.php?t=5&amp;start={20 * k}">{k + 1}</a></li>' for k in range(7)
    )
    body = (
        f'<!DOCTYPE html><html><head><title>T</title>{_HEAD}<link href="./styles/prosilver/theme/s.css" rel="stylesheet">'
        f'</head><body id="phpbb" class="nojs section-viewtopic ltr"><ul>{_MENU}</ul><h2 class="topic-title"><a href="#">T</a>'
        f'</h2><div class="pagination"><ul>{pages}<li class="arrow next"><a href="./viewtopic.php?t=5&amp;start=20" rel="next">'
        f"n</a></li></ul></div>{''.join(made)}<footer>{_MENU}{_SCRIPT}</footer></body></html>"
    )
    return FetchedPage(
        url="https://b.example/viewtopic.php?t=5", body=body.encode(), media_type="text/html", charset="utf-8"
    )


def gallery(seed: int, pictures: int = 120) -> FetchedPage:
    """Make a page of no engine, with many pictures and links."""
    generator = random.Random(seed)
    items = "".join(
        f'<figure class="item"><a href="/view/{seed}-{k}" class="thumb"><img src="data:image/gif;base64,R0lGODlhAQAB" data-src='
        f'"/s/{k}.jpg" srcset="/s/{k}-320.jpg 320w, /s/{k}-1920.jpg 1920w" alt="x"></a><figcaption>{_text(generator)}'
        "</figcaption></figure>"
        for k in range(pictures)
    )
    body = (
        f"<!DOCTYPE html><html><head><title>T</title>{_HEAD}</head><body><ul>{_MENU}</ul>{items}{_SCRIPT}</body></html>"
    )
    return FetchedPage(url=f"https://g.example/{seed}", body=body.encode(), media_type="text/html", charset="utf-8")
