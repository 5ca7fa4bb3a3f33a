"""The lede of an article: the sentences at its head with the news.

Skips announcements, questions, prompt injections, other languages, and sentences that depend on one
that is left out (`index.text.antecedents`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from bot.answer import Citation
from bot.answering.extractive import Relation, relation
from index.article import Article, Passage, Sentence
from index.text.antecedents import find_leads, is_dependent
from index.text.dates import weekday_names
from index.text.language import detect, keyed_terms
from index.text.patterns import one_of

MAX_LEDE_SENTENCES = 3
MAX_WORDS = 75  # in total, unless the first sentence alone is longer
HEAD_SENTENCES = 4  # in which to look for the sentence that restates the headline
HEADLINE_SHARE = 0.3  # of the headline's words by which a later sentence must beat the first
_MIN_WORDS = 6  # per sentence
_MIN_DETECTABLE_WORDS = 8  # to detect a sentence's language
_CONNECTIVE = re.compile(
    r"[\s«“\"]*(?:en effet|de plus|toutefois|cependant|néanmoins|pourtant|par ailleurs|en revanche"
    r"|en outre|ainsi|donc|enfin|ensuite|puis|d['’]ailleurs|de même|à l['’]inverse|au contraire"
    r"|par conséquent|c['’]est pourquoi|d['’]où|mais|or|et|car|aussi,"
    r"|however|moreover|furthermore|therefore|thus|meanwhile|nevertheless|instead|indeed"
    r"|in addition|as a result|finally|then|but|and|so|yet|also)\b",
    re.IGNORECASE,
)
_UNNAMED_SPEAKER = re.compile(
    r"[»”\"]\s*(?:,\s*)?(?:[\w’']+(?:-t)?-(?:il|elle|ils|elles|on)\b"
    r"|(?:he|she|they)\s+(?:said|says|added|told|wrote)\b)",
    re.IGNORECASE,
)
_TIMES = (
    rf"\d|{one_of(weekday_names('fr', 'en'))}|matin|midi|soir|après-midi|nuit|semaine|week-end"
    r"|mois|année|morning|afternoon|evening|week|month|year"
)
_SELF_REFERENCE = re.compile(
    rf"[\s«“\"]*(?:(?:ce(?:t|tte)?|this) (?:{_TIMES})|c['’]est [^.]{{1,60}}?\bqu(?:i|e|['’]))",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"[\s«“\"→➜►▶👉•–-]*(?:à (?:(?:re)?lire|(?:re)?voir|écouter|découvrir|télécharger)|(?:re)?lire"
    r"|(?:re)?lisez|(?:re)?voir|(?:re)?voyez|cliquer|cliquez|télécharger|téléchargez|consulter"
    r"|consultez|(?:re)?découvrir|(?:re)?découvrez|retrouver|retrouvez|écouter|écoutez|regarder"
    r"|regardez|abonnez-vous|inscrivez-vous|rejoignez|suivez|partager|partagez|read|click|download"
    r"|subscribe|sign up|follow|watch|listen|share|find out|discover)\b(?! (?:est|c['’]est|is)\b)",
    re.IGNORECASE,
)
_LINK = re.compile(r"://|\bwww\.|@")
_TOKEN = re.compile(r"[\w-]+['’]?")
_RELATIVES = re.compile(r"(?:qui|que|qu'|où|(?:(?:le|la|les|au|du)?quel(?:le)?s?))$")
# What a noun or a participle follows, and words that end as verbs do.
_BEFORE_NOUNS = """
les la le l' un une de d' des du au aux sa son ses ce ces cet cette en par à chez pour sans sur sous
vers avoir être est sont a ont était étaient fut sera été avait
"""
_NO_VERBS = """
et la le ce une de dont comme entre contre tout toute autre avant ensemble quatre cent sept huit
dans notamment cette cet devant pendant durant malgré soit
"""
_NOT_FINITE = frozenset(_NO_VERBS.split()), frozenset(_BEFORE_NOUNS.split())
_FINITE = re.compile(
    r"(?:a|est|sont|ont|avons|avez|sommes|fut|ne|n'|nous|vous|(?:rappel|not)(?:ez|ons)"
    r"|[\w-]+(?:ait|aient|èrent|ra|ront))$",
    re.IGNORECASE,
)
_ENDS = (".", "!", "…", "»", "”", '"', ")")


def lede(article: Article, passage: Passage) -> tuple[Citation, ...]:
    """Return up to three sentences of a passage in order, from the one that restates the headline
    on; none says the same twice."""
    pairs = list(zip(passage.sentences, find_leads(passage, article.language), strict=True))
    sentences = _select(pairs[_find_headline(article, passage) :], article)
    return tuple(
        Citation(number, sentence.text, sentence.start, sentence.end, passage, article)
        for number, sentence in enumerate(sentences, 1)
    )


def _find_headline(article: Article, passage: Passage) -> int:
    """Return the index of the sentence that restates the headline: the first, unless another one
    at the head has clearly more of the headline's words."""
    words = keyed_terms(article.title, article.language)
    title = {word for word in words if not any(map(str.isdigit, word))}
    head = passage.sentences[:HEAD_SENTENCES]
    shares = [len(title & set(keyed_terms(sentence.text, article.language))) for sentence in head]
    best = shares.index(max(shares))
    is_better = shares[best] - shares[0] >= HEADLINE_SHARE * len(title)
    return best if is_better and is_self_contained(head[best].text, article.language) else 0


def is_quotable(sentence: Sentence, article: Article) -> bool:
    """True if a sentence states something, alone or after the one it depends on."""
    if not is_statement(sentence, article):
        return False
    text = " ".join(sentence.text.split())
    words = text.split()
    is_short = len(words) < _MIN_DETECTABLE_WORDS
    return is_short or detect(text, article.language) == article.language


def is_statement(sentence: Sentence, article: Article) -> bool:
    """True if a sentence has the form of one that states something: no title, question, link or
    call (« Lire l’annonce sur le site… »)."""
    text = " ".join(sentence.text.split())
    words = [word for word in text.split() if not _LINK.search(word)]
    is_short = len(words) < _MIN_WORDS or _CALL.match(text) is not None
    if is_short or not text.endswith(_ENDS) or text == article.title or text[:1].islower():
        return False
    return article.language != "fr" or text[0] in "«“" or _has_verb(text)


def _has_verb(text: str) -> bool:
    """True unless a French sentence has no finite verb, or none but that of a relative clause:
    « HTML, le format dans lequel il est écrit. » Of 5,900 sentences of the press, 42 of the 50
    without one are such."""
    count, is_relative, before = 0, False, ""
    no_verbs, before_nouns = _NOT_FINITE
    for word in _TOKEN.findall(text.replace("’", "'")):
        is_plain = word[-1] in "etda" and word.islower() and word not in no_verbs
        if _RELATIVES.match(word):
            is_relative = True
        elif _FINITE.match(word) or (is_plain and before not in before_nouns):
            count += 1
            if count > is_relative:
                return True
        before = word.lower()
    return False


def can_open(text: str, language: str) -> bool:
    """True if a quote may begin with a sentence: « Ce vendredi, … » is the day of the news,
    « C’est X qui… » names X, but « Il… » has no antecedent."""
    return not is_dependent(text, language) or _SELF_REFERENCE.match(text) is not None


def is_continuation(text: str) -> bool:
    """True if a sentence needs the one right before it: « En effet… », "However…", or the words of
    a speaker named there (« …, a-t-il conclu »)."""
    return _CONNECTIVE.match(text) is not None or _UNNAMED_SPEAKER.search(text) is not None


def is_self_contained(text: str, language: str) -> bool:
    return not (is_dependent(text, language) or is_continuation(text))


def is_repetition(text: str, texts: Collection[str], language: str) -> bool:
    """True if one of the texts has the same content, or the same wording with other numbers
    (« Cette journée est la 27e… »)."""
    return text in texts or any(
        relation(text, other, language) is not Relation.NEW for other in texts
    )


def _select(
    sentences: Iterable[tuple[Sentence, Sentence | None]], article: Article
) -> Sequence[Sentence]:
    selection: list[Sentence] = []
    words = 0
    before: Sentence | None = None
    for sentence, lead in sentences:
        follows, before = before in selection, sentence
        needs_lead = lead is not None or not can_open(sentence.text, article.language)
        if not is_quotable(sentence, article) or (needs_lead and lead not in selection):
            continue
        if is_continuation(sentence.text) and not follows:
            continue
        total = words + len(sentence.text.split())
        if selection and (total > MAX_WORDS or len(selection) == MAX_LEDE_SENTENCES):
            break
        texts = [sentence.text for sentence in selection]
        if not is_repetition(sentence.text, texts, article.language):
            selection.append(sentence)
            words = total
    return selection
