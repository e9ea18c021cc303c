"""Pages of XenForo 2, made by hand from its documented markup."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import (
    Engine,
    MediaReference,
    PageKind,
    PageLink,
    ParsedPage,
    ParsedPost,
    ReferenceKind,
    Wall,
)

_ROOT: Final = "https://forum.example"
_HEAD: Final = """<!DOCTYPE html><html id="XF" lang="en-US" data-app="public" data-template="{template}"
 data-container-key="node-42" data-content-key="{key}" data-logged-in="false" data-cookie-prefix="xf_"><head>
<meta charset="utf-8"><title>{title} | Forum</title><link rel="canonical" href="{canonical}"></head><body>
<ul class="p-breadcrumbs"><li itemprop="itemListElement"><a href="/" itemprop="item"><span itemprop="name">Home</span>
</a></li><li itemprop="itemListElement"><a href="/forums/demandes.42/" itemprop="item"><span itemprop="name">Demandes
</span></a></li></ul><div class="p-title"><h1 class="p-title-value">{title}</h1></div>"""

_THREAD: Final = (
    _HEAD.format(
        template="thread_view",
        key="thread-1234",
        title="Calendar 2027",
        canonical=f"{_ROOT}/threads/calendar-2027.1234/page-2",
    )
    + """
<nav class="pageNavWrapper"><div class="pageNav"><a href="/threads/calendar-2027.1234/" class="pageNav-jump
 pageNav-jump--prev">Prev</a><ul class="pageNav-main"><li class="pageNav-page"><a href="/threads/calendar-2027.1234/">1
</a></li><li class="pageNav-page pageNav-page--current"><a href="/threads/calendar-2027.1234/page-2">2</a></li>
<li class="pageNav-page"><a href="/threads/calendar-2027.1234/page-7">7</a></li></ul>
<a href="/threads/calendar-2027.1234/page-3" class="pageNav-jump pageNav-jump--next">Next</a></div></nav>
<article class="message message--post js-post" data-author="guest one" data-content="post-501" id="js-post-501">
<div class="message-user"><h4 class="message-name"><a href="/members/one.77/" class="username" data-user-id="77">one</a>
</h4><img src="/data/avatars/m/0/77.jpg" class="avatar-u77"></div>
<header><time class="u-dt" datetime="2026-11-20T10:00:00+0100" data-timestamp="1763629200">Friday</time></header>
<div class="message-body js-selectToQuote"><div class="bbWrapper">
<blockquote class="bbCodeBlock bbCodeBlock--quote" data-source="post: 400"><div>two said: <img src="/quoted.jpg"
 class="bbImage"> an old leak</div></blockquote>Here it is:<br>
<a href="/attachments/page-7-jpg.90/" target="_blank" class="js-lbImage"><img src="/data/attachments/0/90-ab12.jpg"
 class="bbImage" alt="page-7.jpg"></a><div class="bbImageWrapper js-lbImage" title="far.png"
 data-src="https://images.example/far.png"><img src="/proxy.php?image=https%3A%2F%2Fimages.example%2Ffar.png&amp;hash=1"
 data-url="https://images.example/far.png" class="bbImage" alt="far.png"></div>
<a href="/goto/link-confirmation?url=aHR0cHM6Ly9ob3N0LmV4YW1wbGUvYS9BYkMx&amp;s=9f" class="link">album</a>
<span data-s9e-mediaembed="gifs"><iframe data-s9e-mediaembed-iframe='["allowfullscreen","","src","//video.example/e/5"]'>
</iframe></span> magnet:?xt=urn:btih:C12FE1C06BBA254A9DC9F519B335AA7C1367A88A&amp;dn=pack</div></div>
<section class="message-attachments"><ul class="attachmentList"><li class="file file--linked"><a class="file-preview"
 href="/attachments/page-7-jpg.90/"><img src="/data/attachments/0/90-ab12.jpg"></a><div class="file-content"><div
 class="file-info"><span class="file-name" title="page-7.jpg">page-7.jpg</span><div class="file-meta">340.5 KB &middot;
 Views: 12</div></div></div></li></ul></section><aside class="message-signature"><div>my signature</div></aside></article>
<article class="message message--post js-post" data-author="gone" data-content="post-502"><div class="message-body">
<div class="bbWrapper">thanks <img src="/smilies/smile.png" class="smilie" alt=":)"></div></div></article></body></html>"""
)

_FORUM: Final = (
    _HEAD.format(template="forum_view", key="forum-42", title="Demandes", canonical=f"{_ROOT}/forums/demandes.42/")
    + """
<div class="node node--forum"><div class="node-body"><h3 class="node-title"><a href="/forums/vieux.43/">Vieux</a></h3>
<div class="node-extra"><time class="node-extra-date u-dt" datetime="2026-11-01T00:00:00+0000">Nov 1</time></div></div>
</div><div class="structItem structItem--thread js-inlineModContainer js-threadListItem-1234" data-author="one">
<div class="structItem-cell structItem-cell--main"><div class="structItem-title"><a
 href="/threads/calendar-2027.1234/" data-tp-primary="on" data-xf-init="preview-tooltip">Calendar 2027</a></div></div>
<div class="structItem-cell structItem-cell--latest"><a href="/threads/calendar-2027.1234/latest"><time
 class="structItem-latestDate u-dt" datetime="2026-11-22T11:07:00+0000" data-time="1795345620">now</time></a></div></div>
</body></html>"""
)

_LOGIN: Final = (
    _HEAD.format(template="login", key="", title="Log in", canonical=f"{_ROOT}/login/")
    + """
<div class="blockMessage">You must be logged-in to do that.</div><form action="/login/login" method="post">
<input name="login"><input type="password" name="password"><button>Log in</button></form></body></html>"""
)

PAGES: Final = (
    ExamplePage(
        name="XenForo, a thread",
        page=FetchedPage(
            url=f"{_ROOT}/threads/calendar-2027.1234/page-2?s=9#post-501",
            body=_THREAD.encode(),
            media_type="text/html",
            charset="utf-8",
        ),
        expected=ParsedPage(
            engine=Engine.XENFORO,
            kind=PageKind.THREAD,
            evidence=('html id="XF"', "html data-cookie-prefix"),
            canonical_url=f"{_ROOT}/threads/calendar-2027.1234/page-2",
            engine_id="1234",
            title="Calendar 2027",
            section="Demandes",
            next_url=f"{_ROOT}/threads/calendar-2027.1234/page-3",
            last_url=f"{_ROOT}/threads/calendar-2027.1234/page-7",
            posts=(
                ParsedPost(
                    engine_id="501",
                    author_key="77",
                    posted_at=dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC),
                    text="Here it is:\nalbum magnet:?xt=urn:btih:C12FE1C06BBA254A9DC9F519B335AA7C1367A88A&dn=pack",
                    media=(
                        MediaReference(
                            kind=ReferenceKind.ATTACHMENT,
                            url=f"{_ROOT}/attachments/page-7-jpg.90/",
                            engine_id="90",
                            name="page-7.jpg",
                            size_bytes=348672,
                        ),
                        MediaReference(kind=ReferenceKind.IMAGE, url="https://images.example/far.png", name="far.png"),
                        MediaReference(kind=ReferenceKind.LINK, url="https://host.example/a/AbC1"),
                        MediaReference(kind=ReferenceKind.LINK, url="https://video.example/e/5"),
                        MediaReference(
                            kind=ReferenceKind.MAGNET,
                            url="magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a",
                            engine_id="c12fe1c06bba254a9dc9f519b335aa7c1367a88a",
                            name="pack",
                        ),
                    ),
                ),
                ParsedPost(engine_id="502", text="thanks"),
            ),
        ),
    ),
    ExamplePage(
        name="XenForo, a forum",
        page=FetchedPage(url=f"{_ROOT}/forums/demandes.42/", body=_FORUM.encode(), media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.XENFORO,
            kind=PageKind.FORUM,
            evidence=('html id="XF"', "html data-cookie-prefix"),
            canonical_url=f"{_ROOT}/forums/demandes.42/",
            engine_id="42",
            title="Demandes",
            section="Home",
            links=(
                PageLink(
                    kind=PageKind.FORUM,
                    url=f"{_ROOT}/forums/vieux.43/",
                    engine_id="43",
                    title="Vieux",
                    changed_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
                ),
                PageLink(
                    kind=PageKind.THREAD,
                    url=f"{_ROOT}/threads/calendar-2027.1234/",
                    engine_id="1234",
                    title="Calendar 2027",
                    changed_at=dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="XenForo, a login wall",
        page=FetchedPage(url=f"{_ROOT}/threads/x.5/", body=_LOGIN.encode(), media_type="text/html", status=403),
        expected=ParsedPage(
            engine=Engine.XENFORO,
            kind=PageKind.LOGIN_WALL,
            evidence=('html id="XF"', "html data-cookie-prefix"),
            canonical_url=f"{_ROOT}/login/",
            title="Log in",
            section="Home",
            wall=Wall.LOGIN,
        ),
    ),
)
