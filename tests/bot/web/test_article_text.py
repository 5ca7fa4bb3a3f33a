"""Articles as blocks: nothing is lost, and marks hold exactly the quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import article_text
from bot.web.article_text import Piece, QuoteSpan, TextBlock, count_parts, part_of, text_blocks
from index.article import Article, Section
from index.formats.base import Options, Source
from index.formats.conversion import read_source
from index.ingestion.passages import cut
from tests.index.samples import article

CORPUS = sorted((Path(__file__).parents[3] / "corpus").iterdir())


def squeezed(text: str) -> str:
    return "".join(text.split())


def whole(blocks: Sequence[TextBlock]) -> str:
    return squeezed("".join(block.text for block in blocks))


def pieces(blocks: Sequence[TextBlock]) -> list[Piece]:
    return [piece for block in blocks for line in block.lines for piece in line]


def marked(blocks: Sequence[TextBlock], number: int) -> str:
    return squeezed("".join(piece.text for piece in pieces(blocks) if number in piece.quotes))


def check_quotes(source: Article, quotes: Sequence[QuoteSpan]) -> None:
    blocks = text_blocks(source, quotes)
    assert whole(blocks) == squeezed(source.text)
    for quote in quotes:
        assert marked(blocks, quote.number) == squeezed(source.text[quote.start : quote.end])
    begun = [number for piece in pieces(blocks) for number in piece.begins]
    assert sorted(begun) == [quote.number for quote in quotes]
    for piece in pieces(blocks):
        assert source.text.startswith(piece.text, piece.start)


@given(
    st.text(alphabet="ab:«»;. \n\t\u00a0\u202f1é-—🙂\x0b\x1c\u2028", max_size=80),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 80)), max_size=4),
    st.lists(st.integers(0, 80), max_size=4),
)
def test_nothing_is_lost(text: str, spans: list[tuple[int, int]], headings: list[int]) -> None:
    sections = tuple(Section("x", at, at + 5) for at in sorted(headings))
    source = replace(article("a", text), sections=sections)
    quotes = [
        QuoteSpan(number, min(start, len(text)), min(start + length, len(text)))
        for number, (start, length) in enumerate(spans, 1)
        if text[start : start + length].strip()
    ]
    check_quotes(source, quotes)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_sentence_of_the_corpus_can_be_marked(path: Path) -> None:
    for source in read_source(Source(path, path.name, f"corpus/{path.name}"), Options()):
        assert isinstance(source, Article)
        sentences = [sentence for passage in cut(source) for sentence in passage.sentences]
        quotes = [
            QuoteSpan(n, sentence.start, sentence.end) for n, sentence in enumerate(sentences, 1)
        ]
        check_quotes(source, quotes)
        headings = [block.text for block in text_blocks(source) if block.kind == "heading"]
        assert headings == [section.heading for section in source.sections]


def test_lists_and_quotations_are_recognised() -> None:
    def kinds(text: str) -> list[str]:
        return [block.kind for block in text_blocks(article("a", text))]

    assert kinds("Trois sports :\n\nl’escrime ;\nle judo.") == ["paragraph", "list"]
    assert kinds("Trois sports :\nl’escrime ;\nle judo.") == ["paragraph", "list"]
    assert kinds("1. Un mètre.\n2. Un autre.") == ["numbered"]
    assert kinds("« Je pars », dit-il.\n\n« Je reste. »") == ["paragraph", "quote"]
    assert kinds("12 rue du Pont\n75000 Paris") == ["paragraph"]


@pytest.mark.parametrize("between", ["\n\n", "\n", " ", ""])
def test_a_long_article_is_read_in_parts(monkeypatch: pytest.MonkeyPatch, between: str) -> None:
    monkeypatch.setattr(article_text, "PART_CHARACTERS", 100)
    text = between.join(f"{number:03}abcdefghij" for number in range(60))
    source = article("long", text)
    parts = [text_blocks(source, part=part) for part in range(1, count_parts(source) + 1)]
    assert len(parts) == -(-len(text) // 100)
    assert "".join(map(whole, parts)) == squeezed(text)
    for start in range(0, len(text) - 30, 7):
        quote = QuoteSpan(1, start, start + 30)
        blocks = text_blocks(source, [quote], part_of(source, start))
        assert marked(blocks, 1) == squeezed(text[start : start + 30])
        assert len(whole(blocks)) <= 180
