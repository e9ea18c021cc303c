"""Pages of phpBB 3.3, made by hand from the templates of its default style."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import Engine, MediaReference, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_ROOT: Final = "https://board.example/phpbb"
_HEAD: Final = """<!DOCTYPE html><html dir="ltr" lang="en-gb"><head><meta charset="utf-8"><title>Board - {title}</title>
<link rel="canonical" href="{canonical}"><link href="./styles/prosilver/theme/stylesheet.css" rel="stylesheet"></head>
<body id="phpbb" class="nojs notouch section-{section} ltr"><ul id="nav-breadcrumbs" class="nav-breadcrumbs linklist">
<li class="breadcrumbs"><span class="crumb"><a href="./index.php?sid=0a"><span itemprop="name">Board index</span></a>
</span><span class="crumb" data-forum-id="3"><a href="./viewforum.php?f=3&amp;sid=0a"><span itemprop="name">Photos
</span></a></span></li></ul>"""

_TOPIC: Final = (
    _HEAD.format(title="Set 12", canonical=f"{_ROOT}/viewtopic.php?t=88", section="viewtopic")
    + """<h2 class="topic-title"><a href="./viewtopic.php?t=88&amp;sid=0a">Set 12</a></h2>
<div class="action-bar bar-top"><div class="pagination">41 posts<ul>
<li class="dropdown-container dropdown-page-jump page-jump"><a class="dropdown-trigger" href="#">Page 1 of 3</a></li>
<li class="active"><span>1</span></li><li><a class="button" href="./viewtopic.php?t=88&amp;sid=0a&amp;start=20">2</a>
</li><li><a class="button" href="./viewtopic.php?t=88&amp;sid=0a&amp;start=40">3</a></li><li class="arrow next">
<a class="button" href="./viewtopic.php?t=88&amp;sid=0a&amp;start=20" rel="next"><span>Next</span></a></li></ul></div></div>
<div id="p910" class="post has-profile bg2"><div class="inner"><dl class="postprofile" id="profile910"><dt><a
 href="./memberlist.php?mode=viewprofile&amp;u=48&amp;sid=0a" class="username">somebody</a></dt></dl>
<div class="postbody"><div id="post_content910"><h3 class="first"><a href="./viewtopic.php?p=910#p910">Set 12</a></h3>
<p class="author"><a href="./viewtopic.php?p=910#p910"><span class="responsive-hide">by <strong><a
 href="./memberlist.php?mode=viewprofile&amp;u=48&amp;sid=0a" class="username">somebody</a></strong> &raquo; </span>
<time datetime="2026-11-21T18:30:00+00:00">Sat Nov 21, 2026 6:30 pm</time></p>
<div class="content"><blockquote><div><cite>another wrote:</cite>the old text <a href="https://q.example/q">q</a></div>
</blockquote>the new <strong>te</strong>xt <a href="https://files.example/d/xY?utm_source=board" class="postlink">there</a>
<div class="inline-attachment"><dl class="file"><dt class="attach-image"><img
 src="./download/file.php?id=12&amp;sid=0a&amp;mode=view" class="postimage" alt="twelve.jpg"></dt><dd>twelve.jpg (1.5 MiB)
 Viewed 3 times</dd></dl></div></div><dl class="attachbox"><dt>Attachments</dt><dd><dl class="file"><dt><a
 class="postlink" href="./download/file.php?id=13&amp;sid=0a">set.zip</a></dt><dd>(20 KiB) Downloaded 2 times</dd></dl></dd>
</dl><div id="sig910" class="signature">a signature</div></div></div></div></div></body></html>"""
)

_FORUM: Final = (
    _HEAD.format(title="Photos", canonical=f"{_ROOT}/viewforum.php?f=3", section="viewforum")
    + """<h2 class="forum-title"><a href="./viewforum.php?f=3">Photos</a></h2><ul class="topiclist forums">
<li class="row"><dl class="row-item"><dt><div class="list-inner"><a href="./viewforum.php?f=9&amp;sid=0a"
 class="forumtitle">Archive</a></div></dt></dl></li></ul><ul class="topiclist topics"><li class="row bg1"><dl
 class="row-item topic_read"><dt><div class="list-inner"><a href="./viewtopic.php?t=88&amp;sid=0a" class="topictitle">Set
 12</a></div></dt><dd class="lastpost"><span>by <a href="./memberlist.php?mode=viewprofile&amp;u=48" class="username">
somebody</a> <a href="./viewtopic.php?p=950&amp;sid=0a#p950" title="Go to last post">x</a><br><time
 datetime="2026-11-22T08:00:00+00:00">Sun</time></span></dd></dl></li></ul></body></html>"""
)

_SIGNS: Final = ('body id="phpbb"', "body class section-view…", "style prosilver")

PAGES: Final = (
    ExamplePage(
        name="phpBB, a topic",
        page=FetchedPage(
            url=f"{_ROOT}/viewtopic.php?p=910&sid=0a#p910",
            body=_TOPIC.encode(),
            media_type="text/html",
            charset="UTF-8",
        ),
        expected=ParsedPage(
            engine=Engine.PHPBB,
            kind=PageKind.THREAD,
            evidence=_SIGNS,
            canonical_url=f"{_ROOT}/viewtopic.php?t=88",
            engine_id="88",
            title="Set 12",
            section="Photos",
            next_url=f"{_ROOT}/viewtopic.php?t=88&start=20",
            last_url=f"{_ROOT}/viewtopic.php?t=88&start=40",
            posts=(
                ParsedPost(
                    engine_id="910",
                    author_key="48",
                    posted_at=dt.datetime(2026, 11, 21, 18, 30, tzinfo=dt.UTC),
                    text="the new text there",
                    media=(
                        MediaReference(
                            kind=ReferenceKind.ATTACHMENT,
                            url=f"{_ROOT}/download/file.php?id=12&mode=view",
                            engine_id="12",
                            name="twelve.jpg",
                            size_bytes=1572864,
                        ),
                        MediaReference(
                            kind=ReferenceKind.ATTACHMENT,
                            url=f"{_ROOT}/download/file.php?id=13",
                            engine_id="13",
                            name="set.zip",
                            size_bytes=20480,
                        ),
                        MediaReference(kind=ReferenceKind.LINK, url="https://files.example/d/xY"),
                    ),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="phpBB, a forum",
        page=FetchedPage(url=f"{_ROOT}/viewforum.php?f=3", body=_FORUM.encode(), media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.PHPBB,
            kind=PageKind.FORUM,
            evidence=_SIGNS,
            canonical_url=f"{_ROOT}/viewforum.php?f=3",
            engine_id="3",
            title="Photos",
            section="Board index",
            links=(
                PageLink(kind=PageKind.FORUM, url=f"{_ROOT}/viewforum.php?f=9", engine_id="9", title="Archive"),
                PageLink(
                    kind=PageKind.THREAD,
                    url=f"{_ROOT}/viewtopic.php?t=88",
                    engine_id="88",
                    title="Set 12",
                    last_post_id="950",
                    changed_at=dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC),
                ),
            ),
        ),
    ),
)
