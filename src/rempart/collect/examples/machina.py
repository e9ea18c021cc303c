"""Pages of django-machina 1.3, made by hand from its own templates."""

from __future__ import annotations

from typing import Final

from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.model.collected import Engine, MediaReference, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_ROOT: Final = "https://talk.example"
_TOPIC_URL: Final = f"{_ROOT}/forum/photos-2/topic/calendar-2027-5/"
_HEAD: Final = """<html><head><title>Forum &mdash; {title}</title>
<link rel="stylesheet" href="/static/css/machina.board_theme.min.css"></head><body><div class="my-5 container"
 id="main_container"><nav aria-label="breadcrumb"><ol class="breadcrumb"><li class="breadcrumb-item"><a href="/">Forum
 index</a></li><li class="breadcrumb-item"><a href="/forum/photos-2/">Photos</a></li>{crumb}</ol></nav>"""

_TOPIC: Final = (
    _HEAD.format(
        title="Calendar 2027", crumb=f'<li class="breadcrumb-item"><a href="{_TOPIC_URL}">Calendar 2027</a></li>'
    )
    + """<h1>Calendar 2027</h1><ul class="m-0 pagination pagination-sm"><li class="page-item disabled"><a href=""
 class="page-link">&laquo;</a></li><li class="page-item active"><a href="?page=1" class="page-link">1</a></li><li
 class="page-item"><a href="?page=2" class="page-link">2</a></li><li class="page-item disabled"><a href="#"
 class="page-link">...</a></li><li class="page-item"><a href="?page=7" class="page-link">7</a></li><li
 class="page-item "><a href="?page=2" class="page-link">&raquo;</a></li></ul>
<div id="31" class="my-3 card post"><div class="card-body"><div class="row"><div class="col-md-10 post-content-wrapper">
<h4 class="m-0 subject">Calendar 2027 &nbsp;<a href="/forum/photos-2/topic/calendar-2027-5/?post=31#31">&#182;</a></h4>
<p><small class="text-muted">By: <a href="/member/profile/4/">somebody</a> on Nov. 22, 2026, 11:07 a.m.</small></p>
<div class="post-content"><blockquote><p>quoted words</p></blockquote><p>my words</p>
<p><a href="https://host.example/x.jpg">x</a></p></div><div class="row attachments"><div class="col-md-12 attachment">
<a href="/attachment/9/"><i class="fa fa-file"></i>&nbsp;page (7).jpg (12.0&nbsp;KB)</a></div></div></div></div></div></div>
</div></body></html>"""
)

_FORUM: Final = (
    _HEAD.format(title="Photos", crumb="")
    + """<h1>Photos</h1><div class="forum-name"><a href="/forum/archive-3/" class="forum-name-link">Archive</a></div>
<div class="card topiclist"><div class="row"><div class="topic-name"><a href="/forum/photos-2/topic/calendar-2027-5/"
 class="topic-name-link">Calendar 2027</a></div><div class="topic-last-post">By: <a href="/member/profile/4/">x</a>
&nbsp;<a href="/forum/photos-2/topic/calendar-2027-5/?post=66#66"><i></i></a><br><small>Nov. 22, 2026</small></div></div>
</div></div></body></html>"""
)

_SIGNS: Final = ("style machina.board_theme", "elements of its templates")

PAGES: Final = (
    ExamplePage(
        name="django-machina, a topic",
        page=FetchedPage(url=f"{_TOPIC_URL}?post=31#31", body=_TOPIC.encode(), media_type="text/html", charset="utf-8"),
        expected=ParsedPage(
            engine=Engine.MACHINA,
            kind=PageKind.THREAD,
            evidence=_SIGNS,
            canonical_url=_TOPIC_URL,
            engine_id="5",
            title="Calendar 2027",
            section="Photos",
            next_url=f"{_TOPIC_URL}?page=2",
            last_url=f"{_TOPIC_URL}?page=7",
            posts=(
                ParsedPost(
                    engine_id="31",
                    author_key="4",
                    text="my words\nx",
                    media=(
                        MediaReference(kind=ReferenceKind.IMAGE, url="https://host.example/x.jpg"),
                        MediaReference(
                            kind=ReferenceKind.ATTACHMENT,
                            url=f"{_ROOT}/attachment/9/",
                            engine_id="9",
                            name="page (7).jpg",
                            size_bytes=12288,
                        ),
                    ),
                ),
            ),
        ),
    ),
    ExamplePage(
        name="django-machina, a forum",
        page=FetchedPage(url=f"{_ROOT}/forum/photos-2/", body=_FORUM.encode(), media_type="text/html"),
        expected=ParsedPage(
            engine=Engine.MACHINA,
            kind=PageKind.FORUM,
            evidence=_SIGNS,
            canonical_url=f"{_ROOT}/forum/photos-2/",
            engine_id="2",
            title="Photos",
            section="Forum index",
            links=(
                PageLink(kind=PageKind.FORUM, url=f"{_ROOT}/forum/archive-3/", engine_id="3", title="Archive"),
                PageLink(kind=PageKind.THREAD, url=_TOPIC_URL, engine_id="5", title="Calendar 2027", last_post_id="66"),
            ),
        ),
    ),
)
