"""Five hundred texts that somebody might type, paste or send so that a program stumbles or opens what they name."""

from __future__ import annotations

from collections.abc import Iterator

BAIT = "hfbait"
"""Stands in every path and address that a text names: nothing of that name may ever be opened."""
LONG = "She said: „nicht schon wieder“ – Łódź <b>&amp; 5 < 6</b> " * 20_000
"""More than a million letters."""

_HTML = (
    '<img src="/tmp/{b}-{n}.png">',
    "<img src='file:///tmp/{b}-{n}.png'>",
    '<img src="//10.255.255.1/{b}/{n}.png">',
    '<img src="\\\\10.255.255.1\\{b}\\{n}.png">',
    '<img src="http://10.255.255.1/{b}/{n}.png">',
    '<qt><img src="/tmp/{b}-{n}.png"></qt>',
    '<table background="/tmp/{b}-{n}.png"><tr><td>x</td></tr></table>',
    '<body background="/tmp/{b}-{n}.png">',
    '<p style="background-image: url(/tmp/{b}-{n}.png)">x</p>',
    '<a href="file:///tmp/{b}-{n}">her sister</a>',
    '<link rel="stylesheet" href="/tmp/{b}-{n}.css">',
    '<style>@import "/tmp/{b}-{n}.css";</style>',
    '<iframe src="/tmp/{b}-{n}"></iframe>',
    '<object data="/tmp/{b}-{n}"></object>',
    '<svg><image href="/tmp/{b}-{n}.png"/></svg>',
    "<script>open('/tmp/{b}-{n}')</script>",
    "<b>bold</b><br><font color=red>red</font>",
    "<!-- <img src=/tmp/{b}-{n}.png> --><h1>",
    "&lt;img src=/tmp/{b}-{n}.png&gt; &#60;b&#62; &nbsp;",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///tmp/{b}-{n}">]><x>&e;</x>',
)
_PAPER = (
    '<para><img src="/tmp/{b}-{n}.png" width="10" height="10"/></para>',
    "<font color=\"__import__('os').system('touch /tmp/{b}-{n}')\">x</font>",
    '<font face="/tmp/{b}-{n}.ttf">x</font>',
    "5 < 6 & <b>",
    "<seq id='x'/><onDraw name='x'/><unichar code='1'/>",
    '<a name="x"/><link href="file:///tmp/{b}-{n}">x</link>',
    "</para></b></font>",
    "&amp; &lt &notanentity; &#x110000;",
)
_FORMULAS = (
    "=cmd|'/c calc /tmp/{b}-{n}'!A0",
    '=HYPERLINK("file:///tmp/{b}-{n}","x")',
    '=WEBSERVICE("http://10.255.255.1/{b}")',
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
)
_PATHS = (
    "/tmp/{b}-{n}.png",
    "\\\\10.255.255.1\\{b}\\{n}.png",
    "//10.255.255.1/{b}/{n}.png",
    "file:///tmp/{b}-{n}",
    "smb://10.255.255.1/{b}",
    "qrc:/{b}",
    "../../../tmp/{b}-{n}",
    "~/{b}-{n}",
    "C:\\{b}\\{n}.txt",
    "con",
    "x/../{b}",
    "$(touch /tmp/{b}-{n})",
    "`touch /tmp/{b}-{n}`",
    "; touch /tmp/{b}-{n} #",
    "| cat /tmp/{b}-{n}",
    "-rf /tmp/{b}-{n}",
)
_WORDS_OF_SEARCHES = (
    '"',
    '"unfinished',
    "AND",
    "OR NOT",
    "NEAR(a b, 3)",
    "a* b*",
    "^first",
    "name:x {a b}: c",
    "((((",
    "(a+)+$",
    ".*",
    "[",
    "%",
    "_",
    "\\",
    "'",
    "''; --",
)
_SQL = (
    "'; DROP TABLE entry; --",
    "' OR '1'='1",
    "x'; ATTACH '/tmp/{b}-{n}' AS a; --",
    "1); SELECT load_extension('/tmp/{b}-{n}'); --",
    "') UNION SELECT key FROM secret --",
    "\\'; COPY entry TO '/tmp/{b}-{n}'; --",
    "$$; SELECT pg_read_file('/tmp/{b}-{n}'); $$",
    "?, :name, @p, $1",
)
_FORMATS = (
    "%s%s%s%n%x",
    "%(name)s",
    "%1$s %2 %L1 %n",
    "{{}}",
    "{{0}} {{name}} {{x.__class__.__mro__}}",
    "{{",
    "}}",
    "${{HOME}} $HOME %HOME%",
    "\\x00\\u0000\\N{{BEL}}",
    "&Yes &&No &",
    "null",
    "[object Object]",
    "__import__('os').system('touch /tmp/{b}-{n}')",
    '{{"op": "create", "record": "x"}}',
    "[]",
    "-0",
    "1e400",
    "NaN",
)
_SIGNS = (
    "\u202eright to left override\u202c",
    "\u2066isolated\u2069 \u2067other way\u2069 \u2068first\u2069",
    "\u202a\u202b\u202c\u202d\u202e",
    "safe\u202egnp.exe",
    "שלום עולם",
    "مرحبا بالعالم",
    "ሰላም ልዑል",
    "Ж\u0301и\u0308вко",
    "e" + "\u0301" * 60,
    "Z\u0351\u036b\u0343\u032a\u0302\u036b\u033dA\u0300\u0301\u0302L",
    "\u200b\u200c\u200d\ufeff\u2060",
    "\u00a0\u2003\u3000",
    "line\u2028separator\u2029paragraph",
    "🖊️👩🏽\u200d🚒🏴\U000e0067\U000e0062\U000e007f",
    "𝕳𝖔𝖑𝖉𝖋𝖆𝖘𝖙 ﷽",
    "\ufffe\uffff\U0010ffff",
    "\ue000\uf8ff",
    "a\x00b",
    "\x00",
    "half \ud83d sign",
    "\udc00\ud800",
    "\x1b[31mred\x1b]0;title\x07",
    "\x07\x08\x0b\x0c\x7f\x80\x9f",
    "\r\n\r\n\t\t",
    "x" * 5000,
    "ß ſ İ ı ǅ ﬃ Ⅷ ½",
    "   ",
    "\u0e01\u0e33" * 40,
    "a\n" * 200,
)
_ALL = (*_HTML, *_PAPER, *_FORMULAS, *_PATHS, *_WORDS_OF_SEARCHES, *_SQL, *_FORMATS)
_ABOUT = ("{}", "Mira {} Oake", "“{}”\n{}", "{}\u202e", "Keira{}", "{}{}{}", "<b>{}</b>", "&{};")


def _made() -> Iterator[str]:
    for about in _ABOUT:
        for text in (*(one.replace("{b}", BAIT).replace("{{", "{").replace("}}", "}") for one in _ALL), *_SIGNS):
            yield about.replace("{}", text)


def texts(count: int = 500) -> list[str]:
    """So many different texts, the same ones each time; every path in them is one of its own."""
    found: dict[str, None] = {}
    for made in _made():
        found.setdefault(made.replace("{n}", str(len(found))))
        if len(found) == count:
            return list(found)
    raise AssertionError(f"only {len(found)} texts")


def clean(text: str) -> str:
    """What the notebook keeps of a text: what nothing can hold is left out."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
