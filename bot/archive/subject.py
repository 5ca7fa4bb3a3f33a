"""Decide which articles are on a subject: those that name it, in words and not in stems."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from index.article import Article, Passage, Period, Sentence
from index.ingestion.passages import cut
from index.models.base import Vectors
from index.search.searcher import Searcher
from index.store.open_generation import OpenGeneration
from index.text.folding import fold_phrase
from index.text.language import detect, keyed_terms
from index.text.names import OPENERS, PARTICLES, TITLES, span_names
from index.text.stopwords import stop_words

MAX_PASSAGES = 20_000  # that may name a subject; with more, nothing is counted
_MOST_HOMONYMS = 100  # articles in which a name is told apart; a more frequent one needs it least
_OPENING_SENTENCES = 3
_LEAST_SHARE = 0.2  # of the sentences of an article about a subject that name it
_OPENING_SHARE = 0.1  # the same if its opening does
_LEAST_LIKENESS = 0.45  # cosine of the openings of articles about one subject
_MOST_COMPARED = 60  # articles about a subject that others are compared with
_TYPICAL_ARTICLES = 40
_SMALLEST_NORM = 1e-6
_PLURAL_LETTERS = 4  # minimum of a common noun whose plural is the same word
_SURNAME_LETTERS = 3
_BEFORE_CHARACTERS = 40  # in which a first name may stand
_WORD = re.compile(r"[^\W_]+(?:[.\-][^\W_]+)*")
_NO_FIRST_NAMES = frozenset(["m.", "mme", "president", "presidente", "ministre", "premier", "mr"])
_YEAR = re.compile(r"(?:19|20)\d\d")
_EDITION = re.compile(r" (?:19|20)\d\d$")  # « Tour de France 2016 »
_SENTENCE_END = re.compile(r"(?<=[.!?…»])\s+(?=[A-ZÀ-ÖØ-Þ«])")
_BETWEEN = re.compile(r"[\s'-]+")
_APART = r"[\s'-]+(?:(?:d[eu]s?|d|la|les?|l|aux?|a|en|of|the)[\s'-]+){0,2}"  # of words of a phrase
# In a subject, these stand between names of one thing: « Tour de France », « Bank of England ».
_JOINED = frozenset(PARTICLES) | {"la", "le", "les", "l", "d"}


@dataclass(frozen=True, slots=True)
class NamePart:
    """A word of a subject, or a run of capitalised words; `pattern` matches folded text, but not
    after the first names of `namesakes`."""

    text: str
    pattern: re.Pattern[str]
    is_name: bool
    namesakes: frozenset[str] = frozenset()

    def find_in(self, text: str) -> re.Match[str] | None:
        """The first occurrence in a text, if any."""
        return next(self.find(text, fold_phrase(text)), None)

    def find(self, text: str, folded: str) -> Iterator[re.Match[str]]:
        """Find the part in a text; `folded` is the text after `fold_phrase`."""
        for match in self.pattern.finditer(folded):
            if self.is_name and text[match.start()].islower():
                continue
            before = folded[max(0, match.start() - _BEFORE_CHARACTERS) : match.start()].split()
            if not (self.namesakes and before and before[-1] in self.namesakes):
                yield match


@dataclass(frozen=True)
class SubjectName:
    """The words of a subject that an article must have to be on it.

    A capitalised word is a name and must be capitalised in the article, unless it begins the
    question; consecutive ones must follow each other. Of other words the plural is the same.
    """

    subject: str
    parts: tuple[NamePart, ...]
    has_core: bool = False  # « mission Rosetta »: its articles go on with the name alone
    is_surname: bool = False  # most articles have it after one first name

    @classmethod
    def parse(cls, subject: str, question: str = "") -> SubjectName:
        language = detect(subject)
        begins = question.strip(" «\"“'").startswith(subject)
        runs: list[list[str]] = []
        names: list[bool] = []
        end, gaps = 0, list[str]()
        for match in _WORD.finditer(subject):
            word = match[0]
            between, folded = subject[end : match.start()], fold_phrase(word)
            is_capital = word[0].isupper() and not (begins and not match.start())  # « Le Pen »
            is_stop = folded in stop_words(language) and not is_capital
            if is_stop or (len(word) == 1 and not word.isdigit()):
                continue
            is_name = word[0].isupper() and not (begins and not match.start())
            if is_name and names and names[-1] and _joins(between):
                runs[-1].append(f"{between}{word}")
            else:
                runs.append([word])
                names.append(is_name)
                gaps.append(between)
            end = match.end()
        return cls(
            subject,
            tuple(
                NamePart("".join(run), _compile("".join(run), is_name), is_name)
                for run, is_name in zip(runs, names, strict=True)
            ),
            names == [False, True] and gaps[1] == " ",
        )

    @property
    def core(self) -> SubjectName:
        """What an article on the subject calls it further down."""
        return SubjectName(self.subject, self.parts[1:]) if self.has_core else self

    @cached_property
    def surname(self) -> NamePart | None:
        """The last word of a person's name, by which an article goes on; None for others."""
        words = self.parts[0].text.split() if len(self.parts) == 1 else []
        if len(words) < 2 or not self.parts[0].is_name or len(words[-1]) < _SURNAME_LETTERS:
            return None
        if fold_phrase(words[-2]) in _JOINED and len(words) <= 3:
            return None  # « Tour de France », « Le Pen »
        return NamePart(words[-1], _compile(words[-1], True), True)

    def find_parts(self, text: str) -> frozenset[int]:
        """Indices of the parts in a text."""
        folded = fold_phrase(text)
        return frozenset(
            at for at, part in enumerate(self.parts) if next(part.find(text, folded), None)
        )

    def is_in(self, text: str) -> bool:
        return bool(self.parts) and len(self.find_parts(text)) == len(self.parts)

    def has_surname(self, text: str) -> bool:
        """True if the text has the person's surname without somebody else's first name."""
        if self.surname is None:
            return False
        for match in self.surname.find(text, fold_phrase(text)):
            before = text[max(0, match.start() - _BEFORE_CHARACTERS) : match.start()]
            word = before.split()[-1].strip('«“"(') if before.strip() else ""
            is_opener = word.lower() in stop_words("fr") | stop_words("en") | OPENERS
            if not word[:1].isupper() or word in TITLES or is_opener:
                return True
        return False


def _joins(between: str) -> bool:
    words = [word for word in _BETWEEN.split(fold_phrase(between)) if word]
    return len(words) <= 2 and all(word in _JOINED or f"{word}'" in _JOINED for word in words)


def _compile(run: str, is_name: bool) -> re.Pattern[str]:
    words = [re.escape(word) for word in re.split(r"[\s'.-]+", fold_phrase(run)) if word]
    text = r"[\s'.-]+".join(words)
    if not is_name and run.isalpha() and len(run) >= _PLURAL_LETTERS:
        text = re.sub(r"[sx]$", "", text) + "[sx]?"
    return re.compile(rf"(?<!\w){text}(?!\w)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence of an article on a subject; `is_named` if it names the subject itself."""

    passage: Passage
    sentence: Sentence
    is_named: bool


@dataclass(frozen=True)
class SubjectArticle:
    """An article that names a subject: in its title (a person by the surname alone is enough);
    so in its text that it is about it; or elsewhere. `is_close` if its opening does; `is_read` if
    all its sentences count, whatever it is about."""

    article: Article
    name: SubjectName
    in_title: bool
    in_text: bool
    is_close: bool = False
    is_read: bool = False

    @property
    def is_central(self) -> bool:
        """True if it is about the subject."""
        return self.in_title or self.in_text

    def newness(self) -> tuple[int, bool]:
        published = self.article.published
        return published.toordinal() if published else 0, self.is_central

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """The sentences that name the subject, or all of an article about it, but for namesakes."""
        name = self.name.core
        in_title = name.find_parts(self.article.title)
        mentions = []
        for passage in cut(self.article):
            for sentence in passage.sentences:
                parts = name.find_parts(sentence.text)
                is_named = (bool(parts) and len(parts | in_title) == len(name.parts)) or (
                    name.has_surname(sentence.text)
                )
                is_other = not is_named and name.surname and name.surname.find_in(sentence.text)
                if is_named or ((self.is_central or self.is_read) and not is_other):
                    mentions.append(Mention(passage, sentence, is_named))
        return tuple(mentions)


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """All articles that name a subject, newest first.

    `is_complete` is False if the words are too frequent to check every passage. `homonyms` are
    articles that have the name only within other names (« Rosetta Stone » for « Rosetta »).
    """

    name: SubjectName
    articles: tuple[SubjectArticle, ...]
    homonyms: tuple[Article, ...] = ()
    is_complete: bool = True

    @property
    def central(self) -> tuple[SubjectArticle, ...]:
        """Those about it, or else all of them."""
        return tuple(own for own in self.articles if own.is_central) or self.articles


def find_subject(
    searcher: Searcher,
    subject: str,
    period: Period | None = None,
    question: str = "",
    most: int = MAX_PASSAGES,
) -> FoundSubject:
    """Find the articles that have every word of a subject in their title or in one sentence, in at
    `most` passages."""
    name = SubjectName.parse(subject, question)
    years = [part for part in name.parts if _YEAR.fullmatch(part.text)]
    if 0 < len(years) < len(name.parts):  # « Eurovision 2017 »: of that year, or naming it
        name = replace(name, parts=tuple(part for part in name.parts if part not in years))
    else:
        years = []
    generation = searcher.generation
    languages = generation.facts.languages
    terms = [
        {
            term
            for language in languages
            for form in ({word[0]} if part.is_name else _numbers(word[0]))
            for term in keyed_terms(form, language)
        }
        for part in name.parts
        for word in _WORD.finditer(part.text)
        if fold_phrase(word[0]) not in _JOINED
    ]
    keys = generation.passages_with([own for own in terms if own])
    passages: dict[str, list[Passage]] = defaultdict(list)
    for stored in generation.passages_by_key(keys[:most].tolist()):
        passages[stored.article_id].append(stored.passage)
    articles = []
    for article in searcher.select(generation.articles_by_id(list(passages)).values(), period):
        dated = f"{article.published or ''} {article.title} {article.text}"
        if not all(year.find_in(dated) for year in years):
            continue
        in_title = name.is_in(article.title)
        own = passages[article.id]
        if in_title or any(name.is_in(s.text) for passage in own for s in passage.sentences):
            in_title = (
                in_title
                or (name.has_core and name.core.is_in(article.title))
                or name.has_surname(article.title)
            )
            in_text, in_opening = (True, True) if in_title else judge_text(name, article)
            articles.append(SubjectArticle(article, name, in_title, in_text, in_opening))
    articles, homonyms = _tell_apart(name, _with_phrase(name, articles))
    articles = _with_related(articles, generation)
    name = _without_namesakes(name, articles)
    articles = [replace(own, name=name) for own in articles]
    articles.sort(key=SubjectArticle.newness, reverse=True)
    return FoundSubject(name, tuple(articles), homonyms, len(keys) <= most)


def _with_phrase(name: SubjectName, articles: list[SubjectArticle]) -> list[SubjectArticle]:
    """Of several common nouns, keep the articles with one after the other, if a title has them so:
    « loi travail » and not « la loi… le travail »."""
    if len(name.parts) < 2 or any(part.is_name for part in name.parts):
        return articles
    phrase = re.compile(_APART.join(part.pattern.pattern for part in name.parts))
    if not any(phrase.search(fold_phrase(own.article.title)) for own in articles):
        return articles
    texts = (fold_phrase(f"{own.article.title} {own.article.text}") for own in articles)
    return [own for own, text in zip(articles, texts, strict=True) if phrase.search(text)]


def judge_text(name: SubjectName, article: Article) -> tuple[bool, bool]:
    """Whether an article goes on about a subject or begins with it, a lone common noun aside; and
    whether its opening names it."""
    core = name.core
    texts = _SENTENCE_END.split(article.text)  # faster than `cut`, and near enough to count
    named = [at for at, text in enumerate(texts) if core.is_in(text) or core.has_surname(text)]
    is_noun = len(name.parts) == 1 and not name.parts[0].is_name
    in_opening = bool(named) and named[0] < _OPENING_SENTENCES
    share = _OPENING_SHARE if in_opening else _LEAST_SHARE
    is_frequent = len(named) > 1 and len(named) >= share * len(texts)
    return is_frequent or (0 in named and not is_noun), in_opening and not is_noun


def _with_related(
    articles: Sequence[SubjectArticle], generation: OpenGeneration
) -> list[SubjectArticle]:
    """Count those whose opening names the subject as about it if they open like one that is.

    Vectors of any two articles are alike; what they share on average is taken from each.
    """
    sure = [own.article.id for own in articles if own.is_central]
    others = [own.article.id for own in articles if own.is_close and not own.is_central]
    one = _opening_vectors(sure[:_MOST_COMPARED], generation)
    other = _opening_vectors(others, generation)
    if not (one and other):
        return list(articles)
    newest = [entry.id for entry in generation.articles(limit=_TYPICAL_ARTICLES)]
    typical = np.mean(list(_opening_vectors(newest, generation).values()), axis=0)

    def unit(vectors: Iterable[Vectors]) -> Vectors:
        own: Vectors = np.stack(list(vectors)) - typical
        own /= np.maximum(np.linalg.norm(own, axis=1, keepdims=True), _SMALLEST_NORM)
        return own

    likeness = (unit(other.values()) @ unit(one.values()).T).max(axis=1)
    like = {key for key, value in zip(other, likeness, strict=True) if value >= _LEAST_LIKENESS}
    return [replace(own, in_text=own.in_text or own.article.id in like) for own in articles]


def _opening_vectors(ids: Sequence[str], generation: OpenGeneration) -> dict[str, Vectors]:
    """The mean vector of the sentences of each article's first passage."""
    stored = {article_id: generation.opening(article_id) for article_id in ids}
    return {
        article_id: generation.sentence_vectors_of(own.key).mean(axis=0)
        for article_id, own in stored.items()
        if own is not None
    }


def _numbers(word: str) -> set[str]:
    """A word in the singular and in the plural, of which the stems may differ."""
    single = re.sub(r"[sx]$", "", word)
    return {word, single, f"{single}s", f"{single}x"}


def _tell_apart(
    name: SubjectName, articles: list[SubjectArticle]
) -> tuple[list[SubjectArticle], tuple[Article, ...]]:
    """Separate the articles that have a lone name only within longer names.

    A longer name is another form of it if some article has both (« Benoît Hamon », « Hamon »).
    """
    is_frequent = len(articles) > _MOST_HOMONYMS
    if len(name.parts) != 1 or not name.parts[0].is_name or is_frequent:
        return articles, ()
    forms = {own.article.id: _forms(name, own.article) for own in articles}
    plain = fold_phrase(name.parts[0].text)
    aliases = {form for own in forms.values() if plain in own for form in own}
    if not aliases:
        return articles, ()
    endings = tuple(f" {alias}" for alias in aliases if " " in alias)
    endings += (f" de {plain}", f" du {plain}", f" d'{plain}")  # « Parlement de Catalogne »

    def has_alias(own: SubjectArticle) -> bool:
        return any(form in aliases or form.endswith(endings) for form in forms[own.article.id])

    others = tuple(own.article for own in articles if not has_alias(own))
    return [own for own in articles if has_alias(own)], others


def _without_namesakes(name: SubjectName, articles: Sequence[SubjectArticle]) -> SubjectName:
    """« Le Pen » is a surname, and not Jean-Marie's, if half of the articles have « Marine Le Pen »
    in them."""
    if len(name.parts) != 1 or not name.parts[0].is_name or len(articles) > _MOST_HOMONYMS:
        return name
    plain = f" {fold_phrase(name.parts[0].text)}"
    firsts = Counter(
        form.removesuffix(plain).split()[-1]
        for own in articles
        for form in _forms(name, own.article)
        if form.endswith(plain)
    )
    ranked = [first for first, _ in firsts.most_common() if first not in _NO_FIRST_NAMES]
    if not ranked or 2 * firsts[ranked[0]] < len(articles):
        return name
    part = replace(name.parts[0], namesakes=frozenset(ranked[1:]))
    return replace(name, parts=(part,), is_surname=True)


def _forms(name: SubjectName, article: Article) -> frozenset[str]:
    """The folded names in an article that hold the subject's."""
    forms = set()
    for text in (article.title, article.text):
        for match in name.parts[0].find(text, fold_phrase(text)):
            start = max(text.rfind("\n", 0, match.start()), match.start() - 80)
            around = text[start + 1 : match.end() + 80]
            at = match.start() - start - 1
            spans = span_names(around, article.language)
            own = next((span for span in spans if span.start <= at < span.end), None)
            pieces = re.split(r"[.:] ", around[own.start : own.end]) if own else [match[0]]
            folded = (_EDITION.sub("", fold_phrase(piece)) for piece in pieces)
            forms |= {form for form in folded if match[0] in form}
    return frozenset(forms)
