"""Questions that are derived from sentences of an article which answer them.

A sentence suggests a question by what it tells: a toll, a sum, a cause, what comes next, somebody's
words. It is asked only if the reader, given the article alone, is sure, and answers with this very
sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.answer import Citation
from bot.answering.base import FindingsReader
from bot.digests.lede import stands_alone, tells
from bot.digests.texts import ScriptPhrases
from bot.digests.tolls import counts_dead
from bot.locale.catalogue import Language
from bot.settings import Settings
from bot.verification.quantities import find_quantities
from index.article import Article, Selection, Sentence
from index.build.passages import cut
from index.reading.sentences import best_sentence
from index.search.searcher import Searcher
from index.text.names import is_one_person, placed, span_names

MOST_TRIED = 8  # sentences of an article about which a question is tried, so that work is bounded
_READ = 4  # passages of the article that are read for one
_MANY = 20  # from which on a number is asked about
_VOWELS = frozenset("aeiouyéèêâîôœ")
_PLURAL = re.compile(r"\s([a-gi-zéèêâîôœ][a-zà-ÿœ]{3,}s)\b")  # « h » takes an elision or not
_SPANS = """ans années mois jours minutes secondes semaines years months days seconds weeks"""
_SCORES = """points fois premiers premières derniers dernières centièmes dixièmes times"""
_UNASKED = frozenset(f"{_SPANS} {_SCORES} millions milliards thousands personnes".split())
_QUOTED = re.compile(r"[«“\"]([^«»“”\"]*)[»”\"]")
_QUOTED_WORDS = 5  # of somebody's own words, for a sentence to tell what they said
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
    """Asks one article at a time, nothing without a `reader`. `sure` is the confidence from which
    on a reading is sure."""

    searcher: Searcher
    reader: FindingsReader | None
    sure: float
    phrases: ScriptPhrases

    def exchanges(
        self, article: Article, is_told: Callable[[str], bool], count: int
    ) -> Iterator[Exchange]:
        """Questions that an article answers, in its order; none is answered by what `is_told`.

        How they are put varies with `count`, how many were asked before.
        """
        tried, kinds = 0, set[str]()
        for passage in cut(article) if self.reader is not None else ():
            for sentence in passage.sentences:
                if is_told(sentence.text) or not _is_quotable(sentence, article):
                    continue
                kind, question = self._question(sentence.text, article.language, count)
                if not question or kind in kinds:
                    continue
                if tried == MOST_TRIED:
                    return
                tried += 1
                if self._answers(question, article, sentence):
                    count += 1
                    kinds |= {kind} - {"words"}
                    cited = Citation(
                        1, sentence.text, sentence.start, sentence.end, passage, article
                    )
                    yield Exchange(question, cited)

    def _question(self, text: str, language: str, count: int) -> tuple[str, str]:
        """What a sentence tells, and a question that it may be the answer to; "" for none."""
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

    def _answers(self, question: str, article: Article, sentence: Sentence) -> bool:
        among = self.searcher.among(Selection(articles=(article.id,)))
        assert self.reader is not None
        findings = self.reader.read(among.search(f"{question} {article.title}", _READ))
        if not findings.hits or findings.confidence < self.sure:
            return False
        best = findings.hits[0]
        return best_sentence(best).start == sentence.start


def open_interview(settings: Settings, searcher: Searcher, language: Language) -> Interview:
    """With the reader of the settings, as sure as of answers. Raises SettingsError, ModelError."""
    from bot.assembly import open_reader, thresholds_of

    phrases = ScriptPhrases.of(language)
    return Interview(searcher, open_reader(settings), thresholds_of(settings).sure, phrases)


def _is_quotable(sentence: Sentence, article: Article) -> bool:
    return tells(sentence, article) and stands_alone(sentence.text, article.language)


def _find_speaker(text: str, language: str) -> str | None:
    """Who is quoted in a sentence, by name."""
    quoted = [match.span(1) for match in _QUOTED.finditer(text)]
    if not any(len(text[start:end].split()) >= _QUOTED_WORDS for start, end in quoted):
        return None
    names = (
        text[name.start : name.end]
        for name in span_names(text, language)
        if not placed(text, name) and not any(start <= name.start < end for start, end in quoted)
    )
    return next(filter(is_one_person, names), None)


def _find_kind(text: str, language: str) -> str | None:
    """What a sentence tells: one of the kinds of `script.asks`."""
    counted = [each for each in find_quantities(text, language) if not each.ordinal]
    if any(counts_dead(text, each.start, each.end) for each in counted):
        return "toll"
    if any(each.unit in _MONEY for each in counted):
        return "money"
    if _CAUSE.search(text):
        return "cause"
    return "next" if _NEXT.search(text) else None


def _find_counted(text: str, language: str) -> str | None:
    """What a high number of a sentence counts: « salariés » of « près de 50 salariés »."""
    for each in find_quantities(text, language):
        noun = _PLURAL.match(text[each.end :])
        many = not (each.ordinal or each.unit) and max(each.values) >= _MANY
        if noun is not None and many and noun[1] not in _UNASKED:
            return noun[1]
    return None
