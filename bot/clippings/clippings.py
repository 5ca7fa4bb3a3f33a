"""Kept quotes as they are now: against their articles, beside each other, and as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from bot.answer import Citation, ShownQuote, Statement
from bot.archive.differences import SHARED_WORDS, compare_sentences
from bot.clippings.clipping_records import ClippingRecord
from bot.clippings.texts import ClippingPhrases
from bot.conversation.passage_refs import FindArticle
from bot.conversation.recall import recall_citations
from bot.export import EXPORT_FORMATS
from bot.export.document import ExportDocument, ExportLine, Footnote, LinkOf, one_line, reference
from bot.locale.answers import Phrases
from bot.locale.catalogue import Language
from bot.web.citation_formats import CitationFormats
from index.text.language import terms

# Of a bibliography, each with its media type.
_BIBLIOGRAPHIES: Mapping[str, tuple[str, Callable[[CitationFormats], str]]] = {
    "ris": ("application/x-research-info-systems", lambda formats: formats.ris),
    "bib": ("application/x-bibtex", lambda formats: formats.bibtex),
}
SUFFIXES = ("docx", "odt", "md", *_BIBLIOGRAPHIES)


@dataclass(frozen=True, slots=True)
class OtherWords:
    """Words of a clipping, and those that the clipping `number` has in their place."""

    number: int
    own: str
    other: str


@dataclass(frozen=True, slots=True)
class Clipping:
    """A kept quote: `citation` is None if its article is withdrawn. `state` is "" while the article
    has the quote, else "changed" or "withdrawn"."""

    id: int
    number: int
    citation: Citation | None
    state: Literal["", "changed", "withdrawn"]
    note: str
    told: str
    differences: tuple[OtherWords, ...] = ()

    @property
    def shown(self) -> ShownQuote | None:
        citation = self.citation
        return ShownQuote(citation, lead=citation.lead) if citation else None


def load_clippings(records: Sequence[ClippingRecord], find: FindArticle) -> list[Clipping]:
    """Compare clippings with the current articles and with each other. CPU work."""
    current = {
        citation.number: (citation, has_changed)
        for citation, has_changed in recall_citations([own.citation for own in records], find)
    }
    others = _find_differences([citation for citation, _ in current.values()])
    clippings = []
    for number, record in enumerate(records, 1):
        citation, has_changed = current.get(number, (None, False))
        state: Literal["", "changed", "withdrawn"] = "changed" if has_changed else ""
        if citation is None:
            state = "withdrawn"
        own = tuple(others.get(number, ()))
        clippings.append(
            Clipping(record.id, number, citation, state, record.note, record.told, own)
        )
    return clippings


def news_of(clippings: Sequence[Clipping]) -> dict[int, str]:
    """The states of the clippings, by their ids, that their owner was not told."""
    return {own.id: own.state for own in clippings if own.state != own.told}


def _find_differences(citations: Sequence[Citation]) -> Mapping[int, list[OtherWords]]:
    words = {own.number: set(terms(own.quote, own.article.language)) for own in citations}
    found: dict[int, list[OtherWords]] = {}
    for one, other in combinations(citations, 2):
        mine, theirs = words[one.number], words[other.number]
        is_far = len(mine & theirs) < SHARED_WORDS / 2 * min(len(mine), len(theirs))
        if is_far or one.article.language != other.article.language:
            continue
        language, published = one.article.language, other.article.published
        for pair in compare_sentences(one.quote, other.quote, language, published).differences:
            own, their = one.quote[slice(*pair.own)], other.quote[slice(*pair.other)]
            found.setdefault(one.number, []).append(OtherWords(other.number, own, their))
            found.setdefault(other.number, []).append(OtherWords(one.number, their, own))
    return found


def write_clippings(
    clippings: Sequence[Clipping], suffix: str, language: Language, link_of: LinkOf, base: str
) -> tuple[bytes, str]:
    """Write the quotes that are not withdrawn, with their notes, or a bibliography of their
    articles; return the content and its media type. CPU work."""
    phrases = Phrases.of(language)
    citations = {own.number: own.citation for own in clippings if own.citation is not None}
    if suffix in _BIBLIOGRAPHIES:
        media_type, write = _BIBLIOGRAPHIES[suffix]
        first = {own.article.id: own for own in reversed(citations.values())}
        entries = (write(CitationFormats(own, phrases, base)) for own in reversed(first.values()))
        return "\n\n".join(entries).encode() + b"\n", f"{media_type}; charset=utf-8"
    texts, lines = ClippingPhrases.of(language), list[ExportLine]()
    for clipping in clippings:
        if citation := clipping.citation:
            source = reference(citation.article, phrases)
            text = phrases.quote(one_line(citation.quote))
            note = Footnote(citation.article, source, link_of(citation))
            lines.append(ExportLine(Statement(text, (citation.number,)), text, (note,)))
        if clipping.note:
            text = one_line(clipping.note)
            lines.append(ExportLine(Statement(text, (), label=texts.note_label), text, ()))
    form = EXPORT_FORMATS[suffix]
    document = ExportDocument(texts.title, "", language, (tuple(lines),) if lines else ())
    return form.write(document), form.media_type
