"""What the articles have on a request's subject: the articles, and their sentences as lines."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz.distance import OSA

from bot.archive.events import Event, Similarity, find_lines
from bot.archive.request import ArchiveRequest
from bot.archive.subject import (
    FoundSubject,
    SubjectArticle,
    SubjectName,
    find_subject,
    judge_text,
)
from index.article import Article, Period
from index.findings import Hit
from index.search.searcher import Searcher
from index.text.folding import fold_phrase, folded_words
from index.text.language import detect, keyed_terms
from index.text.stopwords import stop_words

_SEARCHED_PASSAGES = 80
_MOST_NAMED = 2_000  # passages that name a subject, of which the best lines are shown
_NEAR_MARGIN = 0.2  # of score behind the nearest article, within which to look for the widest gap
_MOST_NEAR = 12
_WIDE_MARGIN = (
    0.15  # the same of a chronology, which an article too few harms more than one too many
)
_FOREIGN_MARGIN = 3.0  # of weight behind the best line, of one that may be on something else
# Confidence of the search that the articles treat a subject that none names with all its words, and
# one of which not even the names stand in them.
_LEAST_CONFIDENCE, _SURE_CONFIDENCE = 0.4, 0.9
_TYPO_LETTERS = 3  # minimum of a word that may be misspelt
_LONG_LETTERS = 8  # of a word that may have two typos
_PREFIX_LETTERS = 3  # that may be missing at its end: « Sarko »
_STOP_WORDS = stop_words("fr") | stop_words("en")
_WORD = re.compile(r"\w+(?:-\w+)*")
_SINGULAR = re.compile(r"[sx]$")


@dataclass(frozen=True, slots=True)
class Material:
    """The articles on a subject, and their lines.

    `named` are those that have all of its words as typed; `is_near` if what is shown is only the
    closest. `nearest` are the articles found first, whether or not they are on the subject.
    """

    subject: FoundSubject
    named: frozenset[str]
    is_near: bool
    similarity: Similarity
    nearest: tuple[Article, ...] = ()

    def candidates(self) -> list[Event]:
        """All sentences that can be shown of the articles that name the subject, and of the nearest
        ones, also those that name it nowhere."""
        articles = {own.article.id: own for own in self.subject.articles}
        central = {key for key, own in articles.items() if own.is_central}
        others = central | {article.id for article in self.subject.homonyms}
        for article in self.nearest:
            if article.id not in others:
                own = SubjectArticle(article, self.subject.name, False, False, is_read=True)
                articles[article.id] = own
        return find_lines(list(articles.values()), self.similarity)

    def lines(self) -> list[Event]:
        """The candidates, those of articles on something else only where they weigh much."""
        lines = self.candidates()
        least = max((line.weight for line in lines), default=0.0) - _FOREIGN_MARGIN
        return [line for line in lines if line.is_central or line.is_named or line.weight >= least]

    def nearness(self, article: Article, start: int = 0, end: int = sys.maxsize) -> float:
        """The similarity to the request of an article's nearest sentence between two offsets."""
        own = (
            near
            for (key, at), near in self.similarity.items()
            if key == article.id and start <= at < end
        )
        return max(own, default=0.0)


def find_material(
    request: ArchiveRequest, searcher: Searcher, most: int = _MOST_NAMED
) -> Material | None:
    """Find what the articles have on a request's subject: those about it that name it, and the
    nearest ones; None if there are none, or none has its names. `most` as in `find_subject`."""
    words = request.about or request.subject
    findings = searcher.search(words, _SEARCHED_PASSAGES, request.period)
    subject = _mend(request.subject, findings.hits, searcher)
    if subject != request.subject:
        words = words.replace(request.subject, subject)
        findings = searcher.search(words, _SEARCHED_PASSAGES, request.period)
    matches = find_subject(searcher, subject, request.period, most=most)
    for form in request.forms:
        if not matches.articles and fold_phrase(form) != fold_phrase(subject):
            form = _mend(form, findings.hits, searcher)
            matches = find_subject(searcher, form, request.period, most=most)
    is_treated = findings.confidence >= _SURE_CONFIDENCE
    if not (matches.articles or is_treated) and (
        findings.confidence < _LEAST_CONFIDENCE
        or not any(_has_names(matches.name, hit.article, all) for hit in findings.hits[:_MOST_NEAR])
    ):
        shorter = _find_by_names(subject, findings.hits, searcher, request.period)
        if shorter is None:
            return None
        matches = shorter
    names = [part for part in matches.name.parts if part.is_name]
    is_name = len(names) == len(matches.name.parts)
    own = {entry.article.id: entry for entry in matches.articles}
    core = replace(matches.name, parts=tuple(names or matches.name.parts))
    nearest = _nearest_articles(findings.hits, is_wide=request.function == "chronology")
    if 0 < len(names) < len(matches.name.parts) and not any(e.in_title for e in matches.articles):
        first = {hit.article.id: hit.article for hit in findings.hits[:_MOST_NEAR]}
        titled = [article for article in first.values() if core.is_in(article.title)]
        nearest += titled if 2 * len(titled) <= _MOST_NEAR else []  # « Jeux olympiques de Rio »
    is_whole = fold_phrase(matches.name.subject) == fold_phrase(subject)
    is_told = matches.name.subject == subject and any(e.is_central for e in matches.articles)
    for article in nearest:
        is_titled = bool(core.find_parts(article.title))
        entry = own.get(article.id)
        if entry is not None:
            own[article.id] = replace(entry, in_text=entry.in_text or is_titled, is_close=True)
        elif is_whole and is_name and matches.articles and not _has_hint(request, article):
            continue
        elif (is_told and names and (is_titled or judge_text(core, article)[0])) or (
            not is_told and (not names or is_treated or _has_names(matches.name, article, any))
        ):
            own[article.id] = SubjectArticle(article, matches.name, in_title=False, in_text=True)
    if matches.articles and not is_whole:
        # « l'Italie face à Bruxelles » of which « Italie » was found
        near = {article.id for article in nearest}
        own = {key: entry for key, entry in own.items() if key in near} or own
    if not own:
        return None
    articles = sorted(own.values(), key=SubjectArticle.newness, reverse=True)
    similarity = {
        (hit.article.id, ranked.sentence.start): ranked.score
        for hit in findings.hits
        for ranked in hit.sentences
    }
    is_corrected = fold_phrase(subject) != fold_phrase(request.subject)  # « métro » → « mètre »
    is_near = matches.name.subject != subject or not matches.articles
    is_near = is_near and not any(_has_words(subject, entry.article) for entry in articles)
    # A line that only names the subject is no news of it.
    is_near = is_near or is_corrected or not any(entry.is_central for entry in articles)
    named = frozenset(() if is_corrected else (entry.article.id for entry in matches.articles))
    found = tuple({hit.article.id: hit.article for hit in findings.hits}.values())[:_MOST_NEAR]
    return Material(replace(matches, articles=tuple(articles)), named, is_near, similarity, found)


def _find_by_names(
    subject: str, hits: Sequence[Hit], searcher: Searcher, period: Period | None
) -> FoundSubject | None:
    """Find the articles of these hits that have all names of a subject, though not all its words or
    not together."""
    name = SubjectName.parse(subject)
    runs = [part.text for part in name.parts if part.is_name]
    words = [word for run in runs for word in run.split() if word[:1].isupper()]
    near = {hit.article.id for hit in hits if _has_names(name, hit.article, all)}
    for form in dict.fromkeys((", ".join(runs), ", ".join(words), *runs, *words) if runs else ()):
        matches = find_subject(searcher, form, period, most=_MOST_NAMED)
        if own := tuple(entry for entry in matches.articles if entry.article.id in near):
            return replace(matches, articles=own)
    return None


def _has_hint(request: ArchiveRequest, article: Article) -> bool:
    """True if an article has a term of what a request says besides its subject."""
    hints = request.about.removeprefix(request.subject)
    terms = set(keyed_terms(hints, article.language))
    return not terms.isdisjoint(keyed_terms(f"{article.title} {article.text}", article.language))


def _nearest_articles(hits: Sequence[Hit], *, is_wide: bool = False) -> list[Article]:
    """The articles of the best passages, up to the widest gap in their scores; if `is_wide`, at
    least those less than a margin behind the best."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article.id, hit)
    ranked = list(best.values())[: _MOST_NEAR + 1]
    scores = [hit.scores.total for hit in ranked]
    gaps = {
        at: one - other
        for at, (one, other) in enumerate(pairwise(scores), 1)
        if scores[0] - one <= _NEAR_MARGIN
    }
    count = max(gaps, key=lambda at: gaps[at], default=len(ranked))
    if is_wide:
        within = sum(scores[0] - score <= _WIDE_MARGIN for score in scores[:_MOST_NEAR])
        count = max(count, within)
    return [hit.article for hit in ranked[:count]]


def _has_names(
    name: SubjectName, article: Article, which: Callable[[Iterable[bool]], bool]
) -> bool:
    """True if all or any of the capitalised words of a subject stand in an article."""
    text = f" {' '.join(folded_words(f'{article.title} {article.text}'))} "
    words = [word for part in name.parts if part.is_name for word in folded_words(part.text)]
    return which(f" {word} " in text for word in words)


def _has_words(subject: str, article: Article) -> bool:
    """True if an article has all terms of a subject, or is in another language."""
    language = detect(subject)
    terms = {t for t in keyed_terms(subject, language) if not any(map(str.isdigit, t))}
    own = keyed_terms(f"{article.title} {article.text}", language)
    return language != article.language or terms.issubset(own)


def _mend(subject: str, hits: Sequence[Hit], searcher: Searcher) -> str:
    """Spell the words of a subject as the nearest passages do: « fillon » → « Fillon »,
    « Coré » → « Corée » where no article has the word, and a common noun at its beginning small."""
    words = searcher.generation.term_statistics("sentences")
    languages = searcher.generation.facts.languages
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for hit in hits[:_MOST_NEAR]:
        for match in _WORD.finditer(f"{hit.article.title} {hit.passage.text}"):
            forms[fold_phrase(match[0])][match[0]] += 1

    def mend(match: re.Match[str]) -> str:
        word, plain = match[0], fold_phrase(match[0])
        if plain in _STOP_WORDS:
            return word
        if plain in forms:
            if not match.start() and forms[plain][word.lower()] > forms[plain][word]:
                return word.lower()  # « Affaire Lambert »
            both = (*forms[plain], *forms[_SINGULAR.sub("", plain)])  # « jeux », of « jeu vidéo »
            is_name = word.islower() and all(form[0].isupper() for form in both)
            return max(forms[plain], key=len) if is_name else word
        terms = [term for code in languages for term in keyed_terms(word, code)]
        if len(plain) < _TYPO_LETTERS or plain[0].isdigit() or words.frequencies(terms):
            return word
        most = 1 if len(plain) < _LONG_LETTERS else 2
        like = [
            other
            for other in forms
            if other[0] == plain[0]
            and (
                OSA.distance(plain, other, score_cutoff=most) <= most
                or (other.startswith(plain) and len(other) - len(plain) <= _PREFIX_LETTERS)
            )
        ]
        nearest = min(like, key=lambda o: (OSA.distance(plain, o), -forms[o].total()), default=word)
        return forms[nearest].most_common(1)[0][0] if nearest in forms else word

    return _WORD.sub(mend, subject)
