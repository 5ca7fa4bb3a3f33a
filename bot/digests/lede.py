"""The sentences at the head of an article that tell its news.

A journalist puts the news first: what is looked for is where it begins. Left out are lines that
only announce or ask, orders to machines, words of another language, and a sentence that leans on
one which is not told (`index.text.antecedents`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from bot.answer import Citation
from bot.answering.extractive import SURE_ORDER_LOGIT, Relation, relation
from bot.answering.injection import is_order
from index.article import Article, Passage, Sentence
from index.text.antecedents import find_leads, is_dependent
from index.text.dates import weekday_names
from index.text.language import detect, keyed_terms
from index.text.patterns import one_of

MOST_SENTENCES = 3
MOST_WORDS = 75  # of what is told of one article, unless its first sentence alone has more
HEAD_SENTENCES = 4  # of an opening, among which the one that carries the headline is looked for
HEADLINE_SHARE = 0.3  # of the headline's words, that a later one has to say beyond the first
_FEWEST_WORDS = 6  # of a sentence that tells something
_DETECTABLE = 8  # words from which on a sentence's language is told
_GOES_ON = re.compile(
    r"[\s«“\"]*(?:en effet|de plus|toutefois|cependant|néanmoins|pourtant|par ailleurs|en revanche"
    r"|en outre|ainsi|donc|enfin|ensuite|puis|d['’]ailleurs|de même|à l['’]inverse|au contraire"
    r"|par conséquent|c['’]est pourquoi|d['’]où|mais|or|et|car|aussi,"
    r"|however|moreover|furthermore|therefore|thus|meanwhile|nevertheless|instead|indeed"
    r"|in addition|as a result|finally|then|but|and|so|yet|also)\b",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    r"[»”\"]\s*(?:,\s*)?(?:[\w’']+(?:-t)?-(?:il|elle|ils|elles|on)\b"
    r"|(?:he|she|they)\s+(?:said|says|added|told|wrote)\b)",
    re.IGNORECASE,
)
_TIMES = (
    rf"\d|{one_of(weekday_names('fr', 'en'))}|matin|midi|soir|après-midi|nuit|semaine|week-end"
    r"|mois|année|morning|afternoon|evening|week|month|year"
)
_SHOWS = re.compile(
    rf"[\s«“\"]*(?:(?:ce(?:t|tte)?|this) (?:{_TIMES})|c['’]est [^.]{{1,60}}?\bqu(?:i|e|['’]))",
    re.IGNORECASE,
)
_ENDS = (".", "!", "…", "»", "”", '"', ")")


def lede(
    article: Article, passage: Passage, earlier: Collection[str] = (), at: int = 0
) -> tuple[Citation, ...]:
    """One to three sentences of a passage, as they follow each other, from that on which carries
    the headline, or from its sentence `at` on. None repeats an `earlier` one.
    """
    leading = list(zip(passage.sentences, find_leads(passage, article.language), strict=True))
    sentences = _chosen(leading[at or _headline_at(article, passage) :], article, earlier)
    return tuple(
        Citation(number, each.text, each.start, each.end, passage, article)
        for number, each in enumerate(sentences, 1)
    )


def _headline_at(article: Article, passage: Passage) -> int:
    """Which of the first sentences carries the headline's who, where and what: not the first only
    if it says far less of it than another."""
    words = keyed_terms(article.title, article.language)
    title = {word for word in words if not any(map(str.isdigit, word))}
    head = passage.sentences[:HEAD_SENTENCES]
    shares = [len(title & set(keyed_terms(each.text, article.language))) for each in head]
    best = shares.index(max(shares))
    more = shares[best] - shares[0] >= HEADLINE_SHARE * len(title)
    return best if best and more and stands_alone(head[best].text, article.language) else 0


def tells(sentence: Sentence, article: Article) -> bool:
    """Whether a sentence, by itself or behind its lead, can be told."""
    text = " ".join(sentence.text.split())
    words = text.split()
    if len(words) < _FEWEST_WORDS or not text.endswith(_ENDS) or text == article.title:
        return False
    if text[:1].islower():
        return False
    if len(words) >= _DETECTABLE and detect(text, article.language) != article.language:
        return False
    return not is_order(text, SURE_ORDER_LOGIT)


def opens(text: str, language: str) -> bool:
    """Whether a passage may begin with a sentence: « Ce vendredi, … » is the day it tells of,
    « C’est X qui… » names X; what « Il… » means is told nowhere."""
    return not is_dependent(text, language) or _SHOWS.match(text) is not None


def goes_on(text: str) -> bool:
    """Whether a sentence goes on with the one right before it: « En effet… », "However…", or words
    of somebody who is named there (« …, a-t-il conclu »)."""
    return _GOES_ON.match(text) is not None or _UNNAMED.search(text) is not None


def stands_alone(text: str, language: str) -> bool:
    """Whether a sentence is understood without the one before it."""
    return not (is_dependent(text, language) or goes_on(text))


def repeats(text: str, texts: Collection[str], language: str) -> bool:
    """Whether a sentence says what was told before, or fills in the same form with other numbers
    (« Cette journée est la 27e… »)."""
    return text in texts or any(
        relation(text, each, language) is not Relation.NEW for each in texts
    )


def _chosen(
    sentences: Iterable[tuple[Sentence, Sentence | None]],
    article: Article,
    earlier: Collection[str],
) -> Sequence[Sentence]:
    chosen: list[Sentence] = []
    words = 0
    before: Sentence | None = None
    for sentence, lead in sentences:
        follows, before = before in chosen, sentence
        leaning = lead is not None or not opens(sentence.text, article.language)
        if not tells(sentence, article) or (leaning and lead not in chosen):
            continue
        if goes_on(sentence.text) and not follows:
            continue
        grown = words + len(sentence.text.split())
        if chosen and (grown > MOST_WORDS or len(chosen) == MOST_SENTENCES):
            break
        said = [*earlier, *(each.text for each in chosen)]
        if not repeats(sentence.text, said, article.language):
            chosen.append(sentence)
            words = grown
    return chosen
