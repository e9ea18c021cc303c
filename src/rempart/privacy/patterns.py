r"""What a log line must not hold, as patterns: addresses, people, paths, secrets; one pass over the text finds all.

They prefer to take out too much: a version of four numbers is taken for an address. Each runs in linear time: an
unbounded repetition begins only where its run of letters begins (the look-behind says so), so that a long hostile run
is read once and not once per letter.
"""

from __future__ import annotations

import re
from typing import Final

from rempart.model.ids import IdKind

#: Ours, kept so that a line can be followed: random, so that they say nothing by themselves.
_ID: Final = rf"(?:{'|'.join((*IdKind, 'wrk', 'wk'))})_[0-9a-f]{{1,32}}(?![\w@%/+=-])"
#: Endings of files that people name.
_ENDINGS: Final = (
    "jpe?g jpe jfif png gif webp avif hei[cf]s? tiff? bmp svg dng cr[23w] nef arw psd xcf jxl ico mp4 m4v mov avi mkv "
    "webm mpe?g 3gp wmv flv mp3 m4a wav ogg opus flac aac pdf docx? xlsx? pptx? od[tsp] txt csv eml msg vcf zip rar "
    "7z tar gz warc wacz"
).replace(" ", "|")
#: Addresses of one word; most are recognised by a path, a port or www. A list of all would take out names of code.
_TOP: Final = "com|org|fr|be|ch|de|uk|eu|info|xyz|ru|su|tv|onion|i2p"
_SCHEMES: Final = "magnet|mailto|data|tel|sms|tg|signal|xmpp|skype|sip|blob|urn|bitcoin|monero"
_SECRETS: Final = (
    "pass(?:word|phrase|wd|code)?|mot de passe|phrase de passe|secret|token|jeton|api[_-]?key|authorization|cookie"
)
_URL_TAIL: Final = r'[^\s"<>]*+'
_LOCAL: Final = r"\w.!#$&*+/=?^`{|}~%-"
_WORD: Final = r"[\w.~%+()-]"

#: Group and pattern, the first that fits wins; the group's letters are what is written in brackets instead.
RULES: Final = (
    ("id", rf"(?<![\w.@%/+=-]){_ID}"),
    ("secret", r"AGE-(?:SECRET-KEY|PLUGIN)-[A-Z0-9-]*+"),
    (
        "secret1",
        rf"""(?<![a-z])(?:{_SECRETS})["']?\s?[=:]\s?(?:(?:bearer|basic)\s)?(?:'[^'\n]*+'|"[^"\n]*+"|[^\s,;]++)""",
    ),
    ("bytes", r"""(?<!\w)r?b(?:'(?:[^'\\\n]|\\.)*+(?:'|\\|$)|"(?:[^"\\\n]|\\.)*+(?:"|\\|$))"""),
    ("url", rf"[a-z][a-z0-9+.-]{{0,15}}(?::|%3a)(?:\\?/|%2f){{2}}{_URL_TAIL}"),
    ("locator", rf"(?<!\w)(?:{_SCHEMES}):(?=\S){_URL_TAIL}"),
    ("email", rf"(?<![{_LOCAL}])[{_LOCAL}]++@{_URL_TAIL}"),
    ("email1", rf"(?<![\w.+-])[\w.+-]++%40{_URL_TAIL}"),
    ("handle", r"@[\w.-]{2,}+"),
    # In quotation marks a name may have blanks.
    ("file", rf"""'[^'\n]*\.(?:{_ENDINGS})'|"[^"\n]*\.(?:{_ENDINGS})\""""),
    ("path", r"""(?<=')(?:~\w*+|[a-z]:)?[\\/][^'\n]*+(?=')|(?<=")(?:~\w*+|[a-z]:)?[\\/][^"\n]*+(?=")"""),
    ("address", rf"(?<![\w.-])(?:www\.|[a-z2-7]{{56}}\.onion){_URL_TAIL}"),
    ("address1", rf"(?<![\w.-])(?:[\w-]++\.)++[a-z]{{2,}}+(?:(?::\d{{1,5}})?/{_URL_TAIL}|:\d{{1,5}}(?!\w))"),
    ("address2", rf"(?<![\w.-])(?!rempart\.)[\w-]++(?:\.[\w-]++)*?\.(?:{_TOP})(?![\w-])"),
    # Out of them a path goes on over a few blanks where another separator follows.
    (
        "path1",
        r"""(?<![\w.<])(?:~\w*+|[a-z]:)?[\\/](?=[^\s'"])[^\s'"]*+"""
        r"""(?:(?:\ [^\s/\\'"]{1,40}){0,3}\ ?[^\s/\\'"]{0,40}[\\/][^\s'"]*+)*+""",
    ),
    (
        "path2",
        rf"(?<![\w.~%+()/-])(?!\d++/\d++(?![\w/]))(?!(?:image|video|audio|text|application)/[\w.+-]++(?!/))"
        rf"{_WORD}++(?:[/\\]{_WORD}++)++[/\\=]*+",
    ),
    ("file1", rf"(?<![\w.~%+()-]){_WORD}+\.(?:{_ENDINGS})(?!\w)"),
    ("ip", rf"(?<![\w.])(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?!\w)(?:[:/]{_URL_TAIL})?"),
    ("mac", r"(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5,}+(?![\w:-])"),
    ("ip1", r"(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"),
    (
        "ip2",
        r"(?<![\w:])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?"
        r"(?:\.\d{1,3}){0,3}(?:%\w++)?(?![\w:])",
    ),
    ("phone", r"(?<![\w.])\+\d{1,3}(?:[ .()/-]{0,2}\d){6,12}(?!\w)"),
    ("phone1", r"(?<![\w.])(?:00\d{2}[ .-]?\d|0[1-9])(?:[ .-]?\d{2}){4}(?!\w)"),
    ("phone2", r"(?<![\w.])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)"),
    # A key or a digest, in one piece or in pairs; letters joined by lines are a name of code and stay.
    ("token", r"(?<![\w+/=-])(?![a-z]{1,19}+(?:_++[a-z]{1,19}+)*+_*+(?![\w+/=-]))[a-z0-9+/=_-]{20,}+"),
    ("token1", r"(?<!\w)[0-9a-f]{2}(?:[ :][0-9a-f]{2}){7,}+(?!\w)"),
)

PATTERN: Final = re.compile("|".join(f"(?P<{name}>{rule})" for name, rule in RULES), re.IGNORECASE | re.MULTILINE)
