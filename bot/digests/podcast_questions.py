"""Questions generated from the sentences of an article that answer them.

The content of a sentence suggests a question: a toll, a sum, a cause, the next step, a person's
words. It is used only if the reader, on this article alone, answers confidently with that sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.answer import Citation
from bot.answering.base import FindingsReader
from bot.archive.lede import is_quotable, is_self_contained
from bot.digests.stories import counts_dead
from bot.digests.texts import ScriptPhrases
from bot.locale.catalogue import Language
from bot.settings import Settings
from index.article import Article, Selection, Sentence
from index.ingestion.passages import cut
from index.reading.sentences import best_sentence
from index.search.searcher import Searcher
from index.text.names import is_one_person, placed, span_names
from index.text.quantities import find_quantities

MAX_TRIALS = 8  # maximum number of questions to try per article
_PASSAGES_PER_QUESTION = 4
_MIN_COUNT = 20  # smaller numbers prompt no question
_VOWELS = frozenset("aeiouyéèêâîôœ")
_PLURAL = re.compile(r"\s([a-gi-zéèêâîôœ][a-zà-ÿœ]{3,}s)\b")  # no « h »: it may or may not elide
_SPANS = """ans années mois jours minutes secondes semaines years months days seconds weeks"""
_SCORES = """points fois premiers premières derniers dernières centièmes dixièmes times"""
_UNASKED = frozenset(f"{_SPANS} {_SCORES} millions milliards thousands personnes".split())
_QUOTED = re.compile(r"[«“\"]([^«»“”\"]*)[»”\"]")
_MIN_QUOTED_WORDS = 5
_MONEY = frozenset("€$£")
_CAUSE = re.compile(
    r"\b(?:parce qu|en raison d|à cause d|grâce à|faute d|à la suite d|because|due to|owing to)",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"\b(?:devr(?:a|ait|ont|aient)|prévue?s?|prochaine?s?|will|is due|are due|is expected)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Exchange:
    question: str
    answer: Citation


@dataclass(frozen=True, slots=True)
class Interview:
    """Generates questions about one article at a time, none without a `reader`; `sure` is the
    minimum confidence of an answer."""

    searcher: Searcher
    reader: FindingsReader | None
    sure: float
    phrases: ScriptPhrases

    def exchanges(
        self, article: Article, is_repetition: Callable[[str], bool], count: int
    ) -> Iterator[Exchange]:
        """Yield questions and answers in the article's order; no answer `is_repetition`.

        The wording varies with `count`, the number of earlier questions.
        """
        trials, kinds = 0, set[str]()
        for passage in cut(article) if self.reader is not None else ():
            for sentence in passage.sentences:
                text = sentence.text
                if is_repetition(text) or not is_quotable(sentence, article):
                    continue
                if not is_self_contained(text, article.language):
                    continue
                kind, question = self._question(text, article.language, count)
                if not question or kind in kinds:
                    continue
                if trials == MAX_TRIALS:
                    return
                trials += 1
                if self._is_answer(sentence, question, article):
                    count += 1
                    kinds |= {kind} - {"words"}
                    citation = Citation(1, text, sentence.start, sentence.end, passage, article)
                    yield Exchange(question, citation)

    def _question(self, text: str, language: str, count: int) -> tuple[str, str]:
        """Return the kind of a sentence and a question it may answer, "" for none."""
        phrases, second = self.phrases, count % 2
        if (person := _find_speaker(text, language)) is not None:
            return "words", (phrases.asks_statement if second else phrases.asks_words)(person)
        if (kind := _find_kind(text, language)) is not None:
            return kind, phrases.asks[f"{kind}.{1 + second}"]
        if (noun := _find_counted(text, language)) is not None:
            ways = (phrases.asks_count, phrases.asks_exactly)
            if noun[0] in _VOWELS:
                ways = (phrases.asks_elided, phrases.asks_exactly_elided)
            return "count", ways[second](noun)
        return "", ""

    def _is_answer(self, sentence: Sentence, question: str, article: Article) -> bool:
        searcher = self.searcher.among(Selection(articles=(article.id,)))
        assert self.reader is not None
        query = f"{question} {article.title}"
        findings = self.reader.read(searcher.search(query, _PASSAGES_PER_QUESTION))
        if not findings.hits or findings.confidence < self.sure:
            return False
        return best_sentence(findings.hits[0]).start == sentence.start


def open_interview(settings: Settings, searcher: Searcher, language: Language) -> Interview:
    """Create an interview with the configured reader and the threshold of sure answers. Raises
    SettingsError, ModelError."""
    from bot.assembly import open_reader, thresholds_of

    phrases = ScriptPhrases.of(language)
    return Interview(searcher, open_reader(settings), thresholds_of(settings).sure, phrases)


def _find_speaker(text: str, language: str) -> str | None:
    """Find the name of the person quoted in a sentence."""
    quotes = [match.span(1) for match in _QUOTED.finditer(text)]
    if not any(len(text[start:end].split()) >= _MIN_QUOTED_WORDS for start, end in quotes):
        return None
    names = (
        text[name.start : name.end]
        for name in span_names(text, language)
        if not placed(text, name) and not any(start <= name.start < end for start, end in quotes)
    )
    return next(filter(is_one_person, names), None)


def _find_kind(text: str, language: str) -> str | None:
    """Classify a sentence as one of the kinds of the catalogue's `script.asks`."""
    cardinals = [quantity for quantity in find_quantities(text, language) if not quantity.ordinal]
    if any(counts_dead(text, cardinal.start, cardinal.end) for cardinal in cardinals):
        return "toll"
    if any(cardinal.unit in _MONEY for cardinal in cardinals):
        return "money"
    if _CAUSE.search(text):
        return "cause"
    return "next" if _NEXT.search(text) else None


def _find_counted(text: str, language: str) -> str | None:
    """Find the noun that a high number counts: « salariés » in « près de 50 salariés »."""
    for quantity in find_quantities(text, language):
        noun = _PLURAL.match(text[quantity.end :])
        is_high = not (quantity.ordinal or quantity.unit) and max(quantity.values) >= _MIN_COUNT
        if noun is not None and is_high and noun[1] not in _UNASKED:
            return noun[1]
    return None
