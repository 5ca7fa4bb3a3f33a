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
        ("😀 <b>gras</b>", "😀 gras", (Entity("bold", 3, 4),)),
        ("<ins>a</ins><s>b</s>", "ab", (Entity("underline", 0, 1), Entity("strikethrough", 1, 1))),
        (
            '<a href="https://exemple.fr/?a=1&amp;b=2#:~:text=%C3%A9t%C3%A9">lien</a>',
            "lien",
            (Entity("text_link", 0, 4, "https://exemple.fr/?a=1&b=2#:~:text=%C3%A9t%C3%A9"),),
        ),
        (
            '<pre><code class="language-sql">SELECT 1</code></pre>',
            "SELECT 1",
            (Entity("pre", 0, 8, "sql"),),
        ),
        ("\n <i> a </i>\n", "a", (Entity("italic", 0, 1),)),
    ],
)  # fmt: skip
def test_reads_what_a_person_sees(html: str, text: str, entities: tuple[Entity, ...]) -> None:
    assert parse_html(html) == Formatted(text, entities)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("été <p>a</p>", 'Unsupported start tag "p" at byte offset 6'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>a</b></i>", 'expected "</i>", found "</b>"'),
        ("a & b", 'Unescaped "&" at byte offset 2'),
        ("&#xD83D;", "invalid Unicode characters"),
        ('<b class="x">a</b>', 'Unsupported attribute "class" of the tag "b"'),
        ('<a href="https://exemple.fr', "Unclosed start tag"),
        ('<a href="https://localhost/">a</a>', "Wrong HTTP URL"),
        ('<a href="https://exemple.fr/un mot">a</a>', "percent-encoded"),
        ("<b><code>a</code></b>", "code inside bold"),
        (
            '<a href="https://a.fr/">a<a href="https://b.fr/">b</a></a>',
            "text_link inside text_link",
        ),
        ("<b>x</b> " * 101, "more than 100 entities"),
    ],
)
def test_refuses_what_would_not_show_as_written(html: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_html(html)
    assert refused.value.status == 400
    assert refused.value.description.startswith("Bad Request: can't parse entities: ")
    assert reason in refused.value.description
