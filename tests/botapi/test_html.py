"""The HTML reader: what a person sees, and what is refused."""

from __future__ import annotations

import pytest

from tests.botapi.entities import Entity, Formatted
from tests.botapi.html import parse_html
from tests.botapi.refusal import Refusal


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("rien de spécial > ici", "rien de spécial > ici", ()),
        ("1 &lt; 2 &amp;&amp; &quot;3&quot; &gt; 2 &#39;&#x1F600;", "1 < 2 && \"3\" > 2 '😀", ()),
        ("😀 <b>gras</b>", "😀 gras", (Entity("bold", 3, 4),)),
        ("<strong>a</strong><EM>b</EM>", "ab", (Entity("bold", 0, 1), Entity("italic", 1, 1))),
        ("<ins>a</ins><s>b</s>", "ab", (Entity("underline", 0, 1), Entity("strikethrough", 1, 1))),
        ('<span class="tg-spoiler">a</span>', "a", (Entity("spoiler", 0, 1),)),
        (
            '<a href="https://exemple.fr/?a=1&amp;b=2#:~:text=%C3%A9t%C3%A9">lien</a>',
            "lien",
            (Entity("text_link", 0, 4, "https://exemple.fr/?a=1&b=2#:~:text=%C3%A9t%C3%A9"),),
        ),
        (
            '<b>un <a href="https://exemple.fr/">deux</a></b>',
            "un deux",
            (Entity("bold", 0, 7), Entity("text_link", 3, 4, "https://exemple.fr/")),
        ),
        (
            '<pre><code class="language-sql">SELECT 1</code></pre>',
            "SELECT 1",
            (Entity("pre", 0, 8, "sql"),),
        ),
        ("<blockquote expandable>a <b>b</b></blockquote>", "a b", (
            Entity("expandable_blockquote", 0, 3), Entity("bold", 2, 1))),
        ("\n <i> a </i>\n", "a", (Entity("italic", 0, 1),)),
        ("<b></b>vide", "vide", ()),
    ],
)  # fmt: skip
def test_reads_what_a_person_sees(html: str, text: str, entities: tuple[Entity, ...]) -> None:
    assert parse_html(html) == Formatted(text, entities)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("été <p>a</p>", 'Unsupported start tag "p" at byte offset 6'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        (
            "<b>a</i>",
            'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ("<b><i>a</b></i>", 'expected "</i>", found "</b>"'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("a & b", 'Unescaped "&" at byte offset 2'),
        ("a&nbsp;b", 'Unsupported entity "&nbsp;" at byte offset 1'),
        ("&#xD83D;", "invalid Unicode characters"),
        ("<span>a</span>", 'must have class "tg-spoiler"'),
        ('<b class="x">a</b>', 'Unsupported attribute "class" of the tag "b"'),
        ("<a href>a</a>", "Expected equal sign"),
        ('<a href="https://exemple.fr', "Unclosed start tag"),
        ('<a href="javascript:alert(1)">a</a>', "Unsupported URL protocol"),
        ('<a href="https://localhost/">a</a>', "Wrong HTTP URL"),
        ('<a href="https://exemple.fr/?a&b">a</a>', "Unescaped"),
        ('<a href="https://exemple.fr/un mot">a</a>', "percent-encoded"),
        (
            "<blockquote>a<blockquote>b</blockquote></blockquote>",
            "Nested blockquote",
        ),
        ("<b><code>a</code></b>", "code inside bold"),
        ("<code><b>a</b></code>", "bold inside code"),
        (
            '<a href="https://a.fr/">a<a href="https://b.fr/">b</a></a>',
            "text_link inside text_link",
        ),
        ('<tg-emoji emoji-id="x">😀</tg-emoji>', "Invalid custom emoji identifier"),
        ("<b>x</b> " * 101, "more than 100 entities"),
    ],
)
def test_refuses_what_would_not_show_as_written(html: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_html(html)
    assert refused.value.status == 400
    assert refused.value.description.startswith("Bad Request: can't parse entities: ")
    assert reason in refused.value.description
