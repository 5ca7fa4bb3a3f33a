"""Articles with contradictory figures: « 84 morts » in one, « 86 morts » in another."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Citation
from bot.answering.extractive import Relation, relation
from bot.archive.differences import figures_differ
from bot.archive.lede import is_quotable, is_self_contained, lede
from bot.digests.stories import Opening
from index.article import Article
from index.ingestion.passages import cut

_COMPARED_ARTICLES = 4  # maximum number of other articles of a story to search


def find_other_figure(
    openings: Sequence[Opening], article: Article, texts: Sequence[str]
) -> Citation | None:
    """Return the first self-contained sentence of another article on the event whose figure
    differs from the texts', all in one language."""
    others = [
        opening
        for opening in openings[: 1 + _COMPARED_ARTICLES]
        if opening.article.id != article.id
    ]
    for other in others:
        language = other.article.language
        for citation in lede(other.article, other.passage):
            text = citation.quote
            is_usable = text not in texts and is_self_contained(text, language)
            if is_usable and figures_differ(texts, text, language):
                return citation
    return None


def find_later_figure(article: Article, quotes: Sequence[Citation]) -> Citation | None:
    """Return the first sentence that repeats a quote of an earlier article with another figure."""
    language = article.language
    earlier = [citation.quote for citation in quotes if citation.article.id != article.id]
    for passage in cut(article):
        for sentence in passage.sentences:
            text = sentence.text
            if (
                is_quotable(sentence, article)
                and is_self_contained(text, language)
                and any(
                    relation(text, quote, language) is Relation.DIFFERS
                    and figures_differ([quote], text, language)
                    for quote in earlier
                )
            ):
                return Citation.of(1, sentence, passage, article)
    return None
