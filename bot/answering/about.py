"""Answers about articles from their metadata; each cites the opening of its article."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import Decision, decide_by_articles, outcome_of, refusal_of
from bot.answering.time_range import Timing
from bot.answering.topic import Topic, find_topic
from bot.locale.answers import AboutPhrases
from index.article import Article
from index.errors import DamagedIndex
from index.findings import Findings
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from index.text.folding import fold_phrase
from index.text.language import detect, mend_phrase

MetadataKind = Literal["author", "date", "title", "which", "count", "news"]


@dataclass(frozen=True, slots=True)
class MetadataQuestion:
    """A question about articles; `subject` is what they are about, "" for any.

    A listing without a subject needs a time: see `bot.answering.time_range`.
    """

    kind: MetadataKind
    subject: str


_POLITE = (
    r"(?:(?:bonjour|salut|hello|hi|stp|svp|please)[ ,!]+)?"
    r"(?:(?:peux-tu|pouvez-vous|pourriez-vous|can you|could you) )?"
    r"(?:(?:sais-tu|savez-vous|(?:me )?di(?:s|re|tes)(?:[ -]moi)?|do you know|tell me)[ ,]+)?"
)

_ON = (
    r"(?:sur|qui (?:parlent?|traitent?) (?:de|du|des|d')|parlant (?:de|du|des|d')|concernant"
    r"|(?:a propos|au sujet|traitant) (?:de|du|des|d')|consacres? (?:a|aux?)|intitules?"
    r"|about|on|titled|entitled|called|concerning|regarding|(?:that|which) mentions?)(?:(?<=')|\b)"
)

_SUBJECT = r"(?P<subject>\S.*?)"

_TARGET = (
    r"(?:(?:(?:cet(?:te)?|ce|ces|le|la|les|un|une|l'|d'un|notre|votre|ton|this|that|the|these|your"
    rf"|an)[ ']?)articles?(?: (?:{_ON} ?|(?=[«\"“])){_SUBJECT})?"
    r"|(?:ce (?:papier|texte|billet|reportage)|cette (?:depeche|enquete|publication)"
    r"|th(?:is|at) (?:piece|story|text|report)))"
)

_WHO = r"(?:qui|ki)"
_WROTE = r"(?:ecri(?:t|s|te|ts|tes)?|redige[es]*|signe[es]*|publie[es]*)"
_AUTHOR = r"(?:auteure?|autrice|redacteur|redactrice|journaliste|signataire|author|writer)s?"
_ISSUED = r"(?:ete )?(?:publie|paru|ecrit|redige|sorti|mis en ligne|diffuse|date)[es]*"
_OUT = r"(?:published|written|posted|released|issued|dated)"
_WHEN = r"(?:quand|a quelle date|quel jour|en quelle annee|quand est-ce que|c'est quand que)"
_DID = r"(?:a|ont|est|sont|fut|furent)"
_IT = rf"(?:{_DID}(?:-t)?-(?:il|elle|ils|elles)|{_DID})"

# Kind, head, tail; an empty tail allows none.
_ABOUT_ONE: tuple[tuple[MetadataKind, str, str], ...] = (
    ("author", rf"(?:c'est )?{_WHO} (?:est-ce qui |c'est qui )?(?:(?:a|ont) )?{_WROTE}", ""),
    ("author", rf"(?:{_WHO} (?:est|sont|c'est|etait) )?(?:(?:l'|les? |la )?{_AUTHOR}) d[e']", ""),
    ("author", rf"(?:quel(?:le)? est )?(?:le )?nom d[e'] ?(?:l'|la |du )?{_AUTHOR} d[e']", ""),
    ("author", rf"quel(?:le)?s? (?:est|sont) (?:l'|les? |la ){_AUTHOR} d[e']", ""),
    ("author", r"(?:de|par) qui (?:est|sont)(?: signes?)?", ""),
    ("author", rf"par qui (?:a ete|ont ete|est|fut) {_WROTE}", ""),
    ("author", r"par qui", rf"{_IT} (?:ete )?{_WROTE}"),
    ("author", "", rf",? ?(?:(?:a ete |est )?{_WROTE} par qui|est de qui|{_WHO} l'a {_WROTE})"),
    ("author", r"who(?: has|'s)? (?:wrote|authored|written|signed|penned)", ""),
    ("author", rf"(?:who(?: is| was| are|'s) )?(?:the )?{_AUTHOR} of", ""),
    ("author", rf"what(?: is|'s) the (?:name of the )?{_AUTHOR}(?:'s name)? of", ""),
    ("author", r"who (?:is|was|are)|by whom (?:is|was)", r"(?:written|authored|signed)(?: by)?|by"),
    ("date", rf"{_WHEN} {_DID} {_ISSUED}", ""),
    ("date", rf"{_WHEN}", rf"{_IT} {_ISSUED}"),
    ("date", r"(?:de|a) quand (?:date(?:nt)?|est|remonte)", ""),
    ("date", r"de quand", r"date(?:-t-il)?|est-il"),
    ("date", r"(?:quelle est )?(?:la )?date (?:de (?:publication|parution) )?d[e']", ""),
    ("date", "", rf"(?:{_DID} {_ISSUED} (?:quand|a quelle date)|(?:date|est) de quand)"),
    ("date", r"when (?:was|were|has|is)", rf"(?:been )?(?:first )?(?:{_OUT}|put online|from)"),
    ("date", r"when d(?:id|oes|o)", r"(?:come out|appear|get published|date from)"),
    ("date", r"(?:what(?: is|'s) )?(?:the )?(?:publication )?date of(?: publication of)?", ""),
    ("date", r"(?:on )?what (?:date|day|year) (?:was|were)|in what year was", _OUT),
    ("date", r"how old is", ""),
    ("title", r"(?:quel est )?(?:le )?titre (?:exact )?d[e']", ""),
    ("title", r"comment (?:s'appelle|s'intitule|se nomme|est intitule)", ""),
    ("title", r"(?:what(?: is|'s) )?(?:the )?(?:title|headline|name) of", ""),
    ("title", r"what is", r"(?:called|titled|entitled)"),
)

_SPEAK = (
    r"(?:(?:(?:parle|traite|discute)(?:nt)? (?:de|du|des|d')|porte(?:nt)? sur"
    r"|(?:evoque|mentionne|aborde|concerne|cite|racontent|explique)(?:nt)?"
    rf"|(?:sont|est) (?:consacres? (?:a|aux?)|sur)|(?:y a-t-il|avez-vous|as-tu) {_ON}"
    r"|(?:do you have|are there|are|is|were written) (?:about|on)"
    r"|(?:talk|speak|write)s? (?:about|of)"
    r"|(?:mention|discuss|cover|cite|concern)(?:s|es)?|deals? with"
    rf"|{_ON}) ?)"
)

_SOME = r"(?:(?:un|des|les|tous les|d'autres|quelques|any|the|all|all the|some|an) )?"

_THERE = (
    r"(?:(?:est-ce qu'il )?(?:il )?y a(?:-t-il)?|existe-t-il|avez-vous|as-tu|auriez-vous"
    r"|(?:list|liste|montre|trouve|donne|cherche|affiche)[rz]?(?:[ -](?:moi|nous))?"
    r"|are there|is there|do you have|show me|list|find(?: me)?|give me)"
)

_WHICH = r"(?:quels?|quelles?|which|what)"
_THE = r"(?:(?:est|sont|is|are|was) (?:le |les |l'|the ))?"

_NOW = (
    r"(?: (?:(?:ont|a) ete publies?|sont (?:parus?|sortis?|publies)|est (?:paru|sorti)|parus?"
    r"|publies?|datent|(?:avez-vous|a-t-on|as-tu) publies?|y a-t-il|are there"
    r"|(?:were|was|have been|did you|appeared|came out)? ?(?:publish(?:ed)?|written|posted)?))?"
)

_IN_ALL = (
    r"(?: (?:en tout|au total|in total|in all|indexes|indexed|dans (?:l'index|le corpus|la base"
    r"|les archives|ta base|votre base)|in the (?:index|corpus|archive|database)))*"
)

_HAVE = (
    r"(?:y a-t-il|il y a|avez-vous|as-tu|connais-tu|connaissez-vous|sont"
    r"|(?:compte|contient) (?:l'index|le corpus)|are there|are|do you have|do you know|have you)"
)

_ABOUT_MANY: tuple[tuple[MetadataKind, str], ...] = (
    ("which", rf"{_WHICH} {_THE}(?:seul )?articles? {_SPEAK}{_SUBJECT}"),
    ("which", rf"{_THERE} {_SOME}articles? {_ON} ?{_SUBJECT}"),
    ("which", rf"{_SOME}articles? {_ON} ?{_SUBJECT}"),
    ("which", rf"{_WHICH} {_THE}articles?{_NOW}"),
    ("which", rf"(?:{_THERE} )?(?:les |des |the |le |l')?articles?{_NOW}"),
    ("count", rf"(?:combien (?:d[e'] ?)|how many )articles? {_SPEAK}{_SUBJECT}"),
    ("count", rf"(?:combien (?:d[e'] ?)|how many )articles? {_HAVE}{_IN_ALL}"),
    ("count", rf"(?:combien (?:d[e'] ?)|how many )articles?{_NOW}"),
)

_LAST_NEWS = (
    r"(?:(?:quelles (?:sont|ont ete) )?(?:les )?dernieres (?:nouvelles|infos|informations|actus"
    r"|actualites)|(?:what(?: is|'s| are) )?(?:the )?(?:latest|newest|most recent)(?: news)?)"
)

_FRESH = r"(?:(?:(?:y a-t-il|il y a) )?(?:quoi de (?:neuf|nouveau)|du nouveau)|what(?: is|'s) new)"

_NEWS_OF = (
    r"(?:(?:de |d'|a propos |au sujet |du cote |autour )?(?:de|du|des|d')|sur|concernant|dans|en"
    r"|aux?|a|chez|pour|avec|about|on|of|from|with|in|at)(?:(?<=')|\b)"
)

_NEWS: tuple[tuple[MetadataKind, str], ...] = (
    ("news", rf"(?:{_LAST_NEWS}|{_FRESH}),? {_NEWS_OF} ?{_SUBJECT}"),
    ("news", rf"(?:{_LAST_NEWS}|{_FRESH})"),
)

_END = r"[\s?!.…]*"

_RULES: tuple[tuple[MetadataKind, re.Pattern[str]], ...] = (
    *(
        (kind, re.compile(rf"{_POLITE}(?:{head}) ?{_TARGET} ?(?:{tail}){_END}"))
        for kind, head, tail in _ABOUT_ONE
    ),
    *((kind, re.compile(rf"{_POLITE}{rule}{_END}")) for kind, rule in _ABOUT_MANY + _NEWS),
)

_CONCERNS = re.compile(
    r"article|\b(?:papier|texte|billet|reportage|depeche|enquete|piece|story|text|report"
    r"|nouvelles?|infos?|informations?|actus?|actualites?|neuf|nouveau|latest|newest|news?)\b"
)

_NAMED = re.compile(rf"\barticles? {_ON} ?{_SUBJECT}{_END}$")
LONGEST_QUESTION = 300  # characters; a longer question asks for more than what articles are about
_QUOTES = " «»\"“”'"


def metadata_question(question: str) -> MetadataQuestion | None:
    """Parse a question about articles; None if it asks what they say."""
    question = mend_phrase(" ".join(question.split()))
    plain = fold_phrase(question)
    if len(plain) > LONGEST_QUESTION or not _CONCERNS.search(plain):
        return None
    for kind, rule in _RULES:
        match = rule.fullmatch(plain)
        if match is not None:
            return MetadataQuestion(kind, _subject(match, question))
    return None


def article_subject(question: str) -> str:
    """What the articles that a question names are about: « Que dit l'article sur Lascaux ? ».

    The whole question if it names none.
    """
    plain = fold_phrase(question)
    match = _NAMED.search(plain) if len(plain) <= LONGEST_QUESTION else None
    return _subject(match, question) if match is not None else question


def _subject(match: re.Match[str], question: str) -> str:
    if match.groupdict().get("subject") is None:
        return ""
    return question[slice(*match.span("subject"))].strip(_QUOTES)


_CERTAIN_CONFIDENCE = 0.99  # that an article is meant, if it is the only one or so titled
_LISTED_ARTICLES = 5
_NEWEST_ARTICLES = 3  # for the latest news
_LEDE_WORDS = 30  # that tell what an article is about
_CAPTION_WORDS = 6  # a shorter first sentence stands below a picture
_DEPTH = 100  # passages searched for the articles on a subject


class AboutArticles:
    """Answers questions about articles; `searcher` returns the one in service.

    Each question is answered from one generation.
    """

    def __init__(self, searcher: Callable[[], Searcher], thresholds: Thresholds) -> None:
        self._searcher = searcher
        self._thresholds = thresholds

    def answer(self, question: str, metadata: MetadataQuestion, timing: Timing) -> Answer:
        """Refuses if no article is clearly meant, or there is none."""
        return self._begin(question, metadata, timing).answer()

    def introduce(self, question: str, subjects: Sequence[str], timing: Timing) -> Answer | None:
        """Quote how the articles on each subject begin; None if one has none."""
        if not subjects:
            return None
        return self._begin(question, MetadataQuestion("news", ""), timing).introduce(subjects)

    def _begin(self, question: str, metadata: MetadataQuestion, timing: Timing) -> _Reply:
        language = detect(question)
        return _Reply(self._searcher(), self._thresholds, question, metadata, timing, language)


@dataclass(slots=True)
class _Reply:
    """The answer to one question, in the making."""

    searcher: Searcher
    thresholds: Thresholds
    question: str
    asked: MetadataQuestion
    timing: Timing
    language: str
    confidence: float = _CERTAIN_CONFIDENCE

    def answer(self) -> Answer:
        kind, phrases = self.asked.kind, AboutPhrases.of(self.language)
        articles = self._articles_on_subject() if self.asked.subject else self._articles_by_time()
        if isinstance(articles, Answer):
            return articles
        if kind == "count" and self.asked.subject:
            citations = self._cite(articles[:_LISTED_ARTICLES])
            numbers = tuple(each.number for each in citations)
            return self._answer([Statement(phrases.found(len(articles)), numbers)], citations)
        if kind == "count":
            count = self.searcher.count(self.timing.period)
            return self._state([(phrases.counted(count, articles[0]), articles[0])])
        if kind == "news":
            return self._quote_openings(articles[:_NEWEST_ARTICLES])
        if kind == "which":
            return self._state(
                [(phrases.listed(each), each) for each in articles[:_LISTED_ARTICLES]]
            )
        say = {"author": phrases.author, "date": phrases.published, "title": phrases.titled}[kind]
        return self._state([(say(articles[0]), articles[0])])

    def introduce(self, subjects: Sequence[str]) -> Answer | None:
        """Quote how the articles on the subject begin; of several, the one that each titles.

        « La masse du boson » titles none: the beginning of an article would not tell it.
        """
        confidences, chosen = [], []
        for subject in subjects:
            topic, findings = self._find_topic(subject)
            confidences.append(_CERTAIN_CONFIDENCE if topic.titled else findings.confidence)
            several = len(subjects) > 1
            chosen.append(topic.titled[:1] if several else topic.telling[:_NEWEST_ARTICLES])
        articles = {each.id: each for articles in chosen for each in articles}
        if not all(chosen) or len(articles) < len(subjects):
            return None
        self.confidence = min(confidences)
        return self._quote_openings(list(articles.values()))

    def _find_topic(self, subject: str) -> tuple[Topic, Findings]:
        findings = self.searcher.search(subject, _DEPTH, self.timing.period)
        sure = outcome_of(findings.confidence, self.thresholds) == "sure"
        return find_topic(subject, findings.hits, sure=sure), findings

    def _articles_on_subject(self) -> Sequence[Article] | Answer:
        topic, findings = self._find_topic(self.asked.subject)
        news = self.asked.kind == "news"
        chosen = topic.newest_first if news or self.timing.latest else topic.articles
        if news and not topic.titled + topic.near:
            chosen = ()  # an article that only names the subject has no news of it
        decision = decide_by_articles(chosen, findings.hits, self.timing.period)
        if not decision.may_answer:
            return self._refuse(decision, findings.confidence)
        self.confidence = _CERTAIN_CONFIDENCE if topic.titled else findings.confidence
        return chosen[: self._limit] if self.timing.latest else chosen

    @property
    def _limit(self) -> int | None:
        """« Le dernier article » is one, « les derniers articles » are several."""
        several = self.asked.kind in ("count", "news") or "articles" in fold_phrase(self.question)
        return None if several else 1

    def _articles_by_time(self) -> Sequence[Article] | Answer:
        """The newest articles of the period, or the only one."""
        entries = self.searcher.articles(self.timing.period, _LISTED_ARTICLES)
        articles = [
            article
            for each in entries
            if (article := self.searcher.generation.article(each.id)) and article.text.strip()
        ]
        several = self.asked.kind in ("which", "count", "news")
        one_is_meant = not several and not self.timing.latest
        decision = decide_by_articles(
            articles, period=self.timing.period, one_is_meant=one_is_meant
        )
        if not decision.may_answer:
            return self._refuse(decision, 0.0)
        if several:
            return articles[: self._limit] if self.timing.latest else articles
        return articles[:1]

    def _quote_openings(self, articles: Sequence[Article]) -> Answer:
        """Quote how each article begins: a newspaper's first sentence is its news."""
        citations = [_extend_lede(each) for each in self._cite(articles)]
        return self._answer(
            [Statement(each.quote, (each.number,)) for each in citations], citations
        )

    def _state(self, rows: Sequence[tuple[str, Article]]) -> Answer:
        """Build an answer of statements, each on its article."""
        citations = self._cite([article for _, article in rows])
        statements = [Statement(text, (at,)) for at, (text, _) in enumerate(rows, start=1)]
        return self._answer(statements, citations)

    def _answer(self, statements: Sequence[Statement], citations: Sequence[Citation]) -> Answer:
        return Answer(
            question=self.question,
            language=self.language,
            confidence=self.confidence,
            statements=tuple(statements),
            citations=tuple(citations),
            period=self.timing.period,
        )

    def _cite(self, articles: Sequence[Article]) -> list[Citation]:
        """Cite the first sentence of each article that is not its title."""
        citations = []
        for number, article in enumerate(articles, start=1):
            stored = self.searcher.generation.opening(article.id)
            if stored is None:
                raise DamagedIndex("article-no-passage", id=article.id)
            sentences = stored.passage.sentences
            first = next((s for s in sentences if s.text.strip() != article.title), sentences[0])
            citations.append(Citation.of(number, first, stored.passage, article))
        return citations

    def _refuse(self, decision: Decision, confidence: float) -> Answer:
        return refusal_of(
            self.question,
            decision,
            confidence=confidence,
            language=self.language,
            period=self.timing.period,
        )


def _extend_lede(opening: Citation) -> Citation:
    """Extend the citation of an article's opening, sentence by sentence, until it says enough."""
    text = opening.article.text
    sentences = [each for each in opening.passage.sentences if each.start >= opening.start]
    while len(sentences) > 1 and len(sentences[0].text.split()) < _CAPTION_WORDS:
        sentences = sentences[1:]
    start, end = sentences[0].start, sentences[0].end
    for each in sentences[1:]:
        if len(text[start:end].split()) >= _LEDE_WORDS or "\n" in text[end : each.start]:
            break
        end = each.end
    return replace(opening, quote=text[start:end], start=start, end=end)
