"""A draft, read like any file from outside, and what the articles have near its sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.answer import Citation, ShownQuote
from bot.answering.claim import claim_spans, near_sentences
from bot.archive.differences import Comparison, Difference, compare_sentences
from index.article import Article
from index.errors import ReadError
from index.findings import Findings
from index.formats.base import Source
from index.formats.process import read_apart
from index.formats.signature import HEAD_BYTES
from index.formats.table import suffix_for

FILE_BYTES = 4 * 2**20
MAX_PAGES = 20
PAGE_CHARACTERS = 3_000
SUFFIXES = (".docx", ".md", ".txt")
_READING_SECONDS = 30.0  # CPU time
_PASSAGES = 5  # searched for each sentence
_CANDIDATES = 6  # sentences compared
_MAX_QUOTES = 3
_SCORE_MARGIN = 0.05  # behind the nearest; farther ones are shown only if they differ

Search = Callable[[str, int], Findings]


@dataclass(frozen=True, slots=True)
class DraftText:
    """A text, as its parser gives it, and the offsets of its sentences that state something."""

    article: Article
    spans: tuple[tuple[int, int], ...]

    @property
    def pages(self) -> int:
        return -(-len(self.article.text) // PAGE_CHARACTERS)


@dataclass(frozen=True, slots=True)
class NearQuote:
    """A sentence near one of a draft, and what the two tell differently."""

    citation: Citation
    differences: tuple[Difference, ...]

    @property
    def shown(self) -> ShownQuote:
        """The quote for display, with the first words that differ as its highlight."""
        first = self.differences[0].other if self.differences else None
        return ShownQuote(self.citation, first, self.citation.lead)


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """The sentence at `start:end` of a draft, and the nearest of the articles; `is_verbatim` if
    it is one of theirs."""

    start: int
    end: int
    text: str
    quotes: tuple[NearQuote, ...]
    is_verbatim: bool = False

    @property
    def differs(self) -> bool:
        return any(quote.differences for quote in self.quotes)

    def differing_words(self, quote: NearQuote) -> list[tuple[str, str]]:
        """The differing words of this sentence and of a quote."""
        return [
            (self.text[slice(*pair.own)], quote.citation.quote[slice(*pair.other)])
            for pair in quote.differences
        ]


def read_draft(content: bytes, name: str) -> DraftText:
    """Parse a draft in the process that reads files from outside. Raises ReadError."""
    if not content.strip():
        raise ReadError("article-no-text")
    suffix = suffix_for(content[:HEAD_BYTES], name)
    if suffix not in SUFFIXES:
        raise ReadError("draft-format", suffixes=SUFFIXES)
    if len(content) > FILE_BYTES:
        raise ReadError("draft-too-large", size=len(content), limit=FILE_BYTES)
    with TemporaryDirectory() as folder:
        path = Path(folder, f"draft{suffix}")
        path.write_bytes(content)
        try:
            items = [*read_apart(Source(path, "draft", "draft"), seconds=_READING_SECONDS)]
        except ReadError as error:
            raise ReadError(error.problem) from error
    article = next((item for item in items if isinstance(item, Article)), None)
    if article is None:
        raise ReadError("article-no-text")
    headings = [range(part.heading_start, part.heading_end) for part in article.sections]
    draft = DraftText(
        article,
        tuple(
            (start, end)
            for start, end in claim_spans(article.text[: MAX_PAGES * PAGE_CHARACTERS + 1])
            if not any(start in heading for heading in headings)
        ),
    )
    if draft.pages > MAX_PAGES:
        raise ReadError("draft-too-long", pages=draft.pages, limit=MAX_PAGES)
    return draft


def check_sentence(draft: DraftText, span: tuple[int, int], search: Search) -> CheckedSentence:
    """Quote the sentences nearest to one of a draft, and those that differ from it. CPU work.

    What an article also says as the draft does is not shown as a difference. Raises IndexingError.
    """
    start, end = span
    text = draft.article.text[start:end]
    findings = search(" ".join(text.split()), _PASSAGES)
    quotes: list[NearQuote] = []
    best = 0.0
    settled: set[tuple[str, tuple[int, int]]] = set()
    for near in islice(near_sentences(text, findings), _CANDIDATES):
        best = best or near.score
        article, comparison = near.citation.article, Comparison()
        if article.language == draft.article.language:
            quote = near.citation.quote
            comparison = compare_sentences(text, quote, article.language, article.published)
        settled |= {(article.id, place) for place in comparison.shared}
        differences = [
            difference
            for difference in comparison.differences
            if (article.id, difference.own) not in settled
        ]
        settled |= {(article.id, difference.own) for difference in differences}
        if differences or near.score >= best - _SCORE_MARGIN:
            citation = replace(near.citation, number=len(quotes) + 1)
            quotes.append(NearQuote(citation, tuple(differences)))
        if near.is_verbatim:
            return CheckedSentence(start, end, text, tuple(quotes), is_verbatim=True)
        if len(quotes) == _MAX_QUOTES:
            break
    return CheckedSentence(start, end, text, tuple(quotes))
