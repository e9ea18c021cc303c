"""How much of one page is read. Beyond it the page is cut, and says so, or is refused before it is parsed."""

from __future__ import annotations

from typing import Final

#: Of a page. A thread of 50 long posts has 0.5 MB; a sitemap may have 50 MB (sitemaps.org), and is then refused.
PAGE_BYTES_MOST: Final = 8 * 1024 * 1024
#: Opening and closing brackets of markup: what the native parser makes a node of. Counted before it sees the page.
TAGS_MOST: Final = 400_000
#: Elements that are open at once: the parser's time grows with the square of it (0.5 s here; browsers stop at 512).
OPEN_MOST: Final = 25_000
#: Nodes that are walked over: a page that expands in the parser (formatting that is opened again in each paragraph).
NODES_MOST: Final = 1_000_000
#: Elements around a word. Browsers stop at 512; what is deeper is read as if it were not.
DEPTH_MOST: Final = 512
#: Objects and lists around a value of a JSON answer.
JSON_DEPTH_MOST: Final = 64
#: Engines show 10 to 100 posts on a page; the JSON of Discourse up to 1,000.
POSTS_MOST: Final = 1_000
#: Of a page, those of its posts included.
MEDIA_MOST: Final = 5_000
#: Pages to go on with. A sitemap has up to 50,000 (sitemaps.org).
LINKS_MOST: Final = 50_000
#: Characters of one post, and of all.
POST_TEXT_MOST: Final = 100_000
PAGE_TEXT_MOST: Final = 2_000_000
#: Characters of what is no text of a post, and is judged all the same.
WORDS_MOST: Final = 2_000_000
#: Characters of a title, a section, a file's name.
TITLE_MOST: Final = 300
#: Characters of what an engine calls something.
ID_MOST: Final = 100
#: Characters of an address, as :mod:`rempart.net.urls` has it: longer ones are never asked.
URL_MOST: Final = 8_192
#: Results of one page of a search: SearXNG gives some 30, Brave 20 at most. Characters of what is quoted of each.
RESULTS_MOST: Final = 100
RESULT_TEXT_MOST: Final = 1_000
#: Signs by which an engine was recognised, and characters of one.
EVIDENCE_MOST: Final = 8
SIGN_MOST: Final = 80
