"""The HTML reader: what a person sees, and what is refused."""

from __future__ import annotations

import pytest

from tests.botapi.entities import Entity, Formatted
from tests.botapi.html import parse_html
from tests.botapi.refusal import Refusal

ADDRESS = "https://exemple.fr/?a=1&b='2'#:~:text=%C3%A9t%C3%A9"
LINK = '<a href="https://exemple.fr/?a=1&amp;b=&#x27;2&#x27;#:~:text=%C3%A9t%C3%A9">lien</a>'


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("rien de spécial > ici", "rien de spécial > ici", ()),
        ("😀 <b>gras</b>", "😀 gras", (Entity("bold", 3, 4),)),
        (LINK, "lien", (Entity("text_link", 0, 4, ADDRESS),)),
        (
            "<blockquote expandable>1 &lt; <b>2</b></blockquote>",
            "1 < 2",
            (Entity("expandable_blockquote", 0, 5), Entity("bold", 4, 1)),
        ),
        ("\n <i> a </i>\n", "a", (Entity("italic", 0, 1),)),
    ],
)
def test_reads_what_a_person_sees(html: str, text: str, entities: tuple[Entity, ...]) -> None:
    assert parse_html(html) == Formatted(text, entities)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("été <p>a</p>", 'Unsupported start tag "p"'),
        ("a <b", 'Unescaped "<" at 2'),
        ("a</b>", "Unexpected end tag"),
        ("<b>a", 'corresponding to start tag "b"'),
        ("<b><i>a</b></i>", 'expected "</i>", found "</b>"'),
        ("a & b", 'Unescaped "&" at 2'),
        ("a&nbsp;b", 'Unescaped "&"'),
        ('<b class="x">a</b>', "Unsupported attributes"),
        ('<a href="https://localhost/">a</a>', "Wrong HTTP URL"),
        ('<a href="https://exemple.fr/un mot">a</a>', "percent-encoded"),
        ("<b><code>a</code></b>", "code inside bold"),
        (f"{LINK[:-4]}{LINK}</a>", "text_link inside text_link"),
        ("<b>x</b> " * 101, "more than 100 entities"),
    ],
)
def test_refuses_what_would_not_show_as_written(html: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_html(html)
    assert refused.value.status == 400
    assert refused.value.description.startswith("Bad Request: can't parse entities: ")
    assert reason in refused.value.description
