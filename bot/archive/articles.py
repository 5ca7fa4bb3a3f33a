"""Lists and counts of articles: all that name a subject in words, of an author and a period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import decide_by_articles
from bot.archive.material import find_material
from bot.archive.outcome import refuse_request, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.subject import MAX_PASSAGES
from bot.archive.texts import ArticlesPhrases
from bot.locale.answers import AboutPhrases
from index.article import Article, ArticleEntry, Passage, Sentence
from index.errors import DamagedIndex
from index.search.searcher import Searcher
from index.text.folding import fold_phrase

if TYPE_CHECKING:
    from index.store.open_generation import OpenGeneration

PAGE_ARTICLES = 10
PAGE = re.compile(r"\bpage (\d{1,4})\)?[ ?!.]*$")  # at the end of a folded question
_NEAR_PASSAGES = 30
_IN_TITLE = re.compile(
    r"\b(?:dans (?:le|leur|son) titre|intitule|in (?:its|the|their) titles?|titled)"
)
_MENTIONED = re.compile(r"\b(?:mention|nomm|cite)")


@dataclass(frozen=True, slots=True)
class FoundArticles:
    """The articles of a request: those of its page, and how many there are in all.

    `mentions` are the others that name the subject further down, `near` those close to a theme that
    is no name; `is_near` if none has all of its words.
    """

    page: tuple[Article, ...]
    total: int
    mentions: int = 0
    near: tuple[Article, ...] = ()
    is_near: bool = False


def list_articles(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """List the articles of a subject, an author and a period, newest first, page by page."""
    listing = _find(request, searcher, PAGE_ARTICLES)
    if isinstance(listing, Answer):
        return listing
    phrases = ArticlesPhrases.of(request.language)
    before = (request.page - 1) * PAGE_ARTICLES
    last = before + len(listing.page)
    heading = phrases.heading(listing.total, before + 1, last, request.page)
    heading = heading if listing.total > 1 else ""
    near = listing.near if last == listing.total else ()
    citations = cite_openings((*listing.page, *near), searcher.generation)
    first, *others = _name_articles((*listing.page, *near), request)
    if near:
        at = len(listing.page) - 1
        others[at] = replace(others[at], heading=phrases.near)
    heading = " ".join(filter(None, (heading, phrases.others(listing.mentions))))
    statements = [replace(first, heading=heading), *others]
    answer = _answer(request, statements, citations, is_near=listing.is_near)
    if last == listing.total:
        return answer
    question = PAGE.sub("", request.question).rstrip(" (")
    return replace(answer, buttons=(f"{question} (page {request.page + 1})",))


def count_articles(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Count the articles of a subject's words, an author and a period, and say what was counted."""
    listing = _find(request, searcher, PAGE_ARTICLES)
    if isinstance(listing, Answer):
        return listing
    if listing.is_near:
        return refuse_subject(request, searcher)
    if request.subject:
        phrases = ArticlesPhrases.of(request.language)
        is_ruled = _ruled_by(request) is not None
        text = phrases.naming(request.subject, listing.total, listing.mentions, is_ruled=is_ruled)
    else:
        text = AboutPhrases.of(request.language).counted(listing.total, listing.page[0])
        listing = FoundArticles(listing.page[:1], listing.total)
    citations = cite_openings(listing.page, searcher.generation)
    counted = Statement(text, tuple(citation.number for citation in citations))
    listed = _name_articles(listing.page, request) if request.subject else []
    return _answer(request, [counted, *listed], citations, is_near=False)


def _name_articles(articles: Sequence[Article], request: ArchiveRequest) -> list[Statement]:
    name = AboutPhrases.of(request.language).listed
    return [
        Statement(name(article), (number,), is_source=True)
        for number, article in enumerate(articles, start=1)
    ]


def _find(request: ArchiveRequest, searcher: Searcher, size: int) -> FoundArticles | Answer:
    """Find the articles of a request's page, or refuse."""
    name, scoped = request.person, searcher
    if name:
        signed = searcher.by_author(name) or searcher.by_outlet(name)
        if signed is None:
            return refuse_request(request, decide_by_articles(()))
        scoped = signed
    skip = (request.page - 1) * size
    if not request.subject:
        page = load(scoped.generation, scoped.articles(request.period, size, skip))
        if not page:
            return refuse_request(request, decide_by_articles((), period=request.period))
        return FoundArticles(page, scoped.count(request.period))
    material = find_material(request, scoped, MAX_PASSAGES)
    if material is not None and not material.subject.is_complete:
        return refuse_request(request, decide_by_articles((), is_complete=False))
    if material is not None and material.subject.central[skip:]:
        named = [own for own in material.subject.articles if own.article.id in material.named]
        central = [own for own in named if own.is_central] or named or material.subject.central
        rule = _ruled_by(request)
        if rule == "title":
            central = named = [own for own in named if own.in_title] or list(central)
        elif named and rule == "mention":
            central = named
        articles = [own.article for own in central]
        is_theme = bool(named) and not all(part.is_name for part in material.subject.name.parts)
        others = (own.article for own in material.subject.central)
        near = [article for article in others if is_theme and article not in articles]
        mentions = len([own for own in named if own.article not in articles])
        first = articles[skip : skip + size]
        return FoundArticles(tuple(first), len(articles), mentions, tuple(near), not named)
    hits = scoped.search(request.subject, _NEAR_PASSAGES, request.period).hits
    return refuse_request(request, decide_by_articles((), hits, request.period))


def _ruled_by(request: ArchiveRequest) -> Literal["title", "mention"] | None:
    """Where a request says that its words must stand, if it does."""
    asked = fold_phrase(request.question)
    if _IN_TITLE.search(asked):
        return "title"
    return "mention" if _MENTIONED.search(asked) else None


def load(
    generation: OpenGeneration, entries: Sequence[Article | ArticleEntry]
) -> tuple[Article, ...]:
    """Load the articles that have text."""
    articles = generation.articles_by_id([entry.id for entry in entries])
    own = (articles[entry.id] for entry in entries if entry.id in articles)
    return tuple(article for article in own if article.text.strip())


def cite_openings(articles: Sequence[Article], generation: OpenGeneration) -> list[Citation]:
    """Cite the first sentence of each article that is not its title."""
    citations = []
    for number, article in enumerate(articles, start=1):
        opening = generation.opening(article.id)
        if opening is None:
            raise DamagedIndex("article-no-passage", id=article.id)
        first = opening_sentence(opening.passage, article.title)
        citations.append(Citation.of(number, first, opening.passage, article))
    return citations


def opening_sentence(passage: Passage, title: str) -> Sentence:
    """The first sentence of an article's first passage that is not its title."""
    sentences = passage.sentences
    return next((s for s in sentences if s.text.strip() != title), sentences[0])


def _answer(
    request: ArchiveRequest,
    statements: Sequence[Statement],
    citations: Sequence[Citation],
    *,
    is_near: bool,
) -> Answer:
    articles = [citation.article for citation in citations]
    return Answer(
        question=request.question,
        language=request.language,
        outcome=decide_by_articles(articles, is_near=is_near).outcome,
        confidence=1.0,
        statements=tuple(statements),
        citations=tuple(citations),
        period=request.period,
        intent=request.function,
        subject=request.subject,
    )
