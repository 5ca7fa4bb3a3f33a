"""Answers about articles from their metadata; each cites the opening of its article."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import Decision, decide_by_articles, outcome_of, refusal_of
from bot.answering.time_range import Timing
from bot.answering.topic import Topic, find_topic, newest_first
from bot.locale.answers import AboutPhrases
from index.article import Article, ArticleEntry, Sentence
from index.errors import DamagedIndex
from index.findings import Findings, Hit
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from index.text.folding import fold_phrase
from index.text.language import detect, mend_phrase
from index.text.names import PARTICLES, span_names
from index.text.stopwords import stop_words

MetadataKind = Literal["author", "date", "title", "which", "count", "news"]


@dataclass(frozen=True, slots=True)
class MetadataQuestion:
    """A question about articles on a `subject`, "" for any, or by an author of that name.

    A listing without a subject needs a time: see `bot.answering.time_range`.
    """

    kind: MetadataKind
    subject: str
    by_author: bool = False


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
_HOW_MANY = r"(?:combien d[e'] ?|how many )"
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

_BY = (
    r"(?:(?:(?:ont|a) ete |were )?(?:(?:ecrits?|signes?|publies?|written|signed) )?"
    r"(?:(?:de|par|by) |d')|(?:a|ont) (?:ecrits?|signes?|publies?) )"
)
_AUTHOR_NAME = r"(?P<author>\S.*?)"

_LAST_NEWS = (
    r"(?:(?:quelles (?:sont|ont ete) )?(?:les )?dernieres (?:nouvelles|infos|informations|actus"
    r"|actualites)|(?:what(?: is|'s| are) )?(?:the )?(?:(?:latest|newest)(?: news)?"
    r"|most recent news))"
)

_FRESH = r"(?:(?:(?:y a-t-il|il y a) )?(?:quoi de (?:neuf|nouveau)|du nouveau)|what(?: is|'s) new)"

_NEWS_OF = (
    r"(?:(?:de |d'|a propos |au sujet |du cote |autour )?(?:de|du|des|d')|sur|concernant|dans|en"
    r"|aux?|a|chez|pour|avec|about|on|of|from|with|in|at)(?:(?<=')|\b)"
)

_ABOUT_MANY: tuple[tuple[MetadataKind, str], ...] = (
    ("which", rf"{_WHICH} {_THE}(?:seul )?articles? {_SPEAK}{_SUBJECT}"),
    ("which", rf"(?:{_THERE} )?{_SOME}articles? {_ON} ?{_SUBJECT}"),
    ("which", rf"(?:{_WHICH} {_THE}|(?:{_THERE} )?(?:les |des |the |le |l')?)articles?{_NOW}"),
    ("count", rf"{_HOW_MANY}articles? {_SPEAK}{_SUBJECT}"),
    ("count", rf"{_HOW_MANY}articles?(?: {_HAVE}|{_NOW}){_IN_ALL}"),
    ("news", rf"(?:{_LAST_NEWS}|{_FRESH})(?:,? {_NEWS_OF} ?{_SUBJECT})?"),
    ("which", rf"(?:{_THERE} |{_WHICH} )?{_THE}{_SOME}(?:les |l')?articles? {_BY}{_AUTHOR_NAME}"),
    ("count", rf"{_HOW_MANY}articles? {_BY}{_AUTHOR_NAME}"),
)

_END = r"[\s?!.…]*"

_RULES: tuple[tuple[MetadataKind, re.Pattern[str]], ...] = (
    *(
        (kind, re.compile(rf"{_POLITE}(?:{head}) ?{_TARGET} ?(?:{tail}){_END}"))
        for kind, head, tail in _ABOUT_ONE
    ),
    *((kind, re.compile(rf"{_POLITE}{rule}{_END}")) for kind, rule in _ABOUT_MANY),
)

_NAMED = re.compile(rf"\barticles? {_ON} ?{_SUBJECT}{_END}$")
LONGEST_QUESTION = 300  # characters; longer questions ask for more than metadata
_QUOTES = " «»\"“”'"


def parse_metadata_question(question: str) -> MetadataQuestion | None:
    """Parse a question about articles; None if it asks what they say."""
    question = mend_phrase(" ".join(question.split()))
    plain = fold_phrase(question)
    if len(plain) > LONGEST_QUESTION:
        return None
    for kind, rule in _RULES:
        match = rule.fullmatch(plain)
        if match is None:
            continue
        if "author" not in match.groupdict():
            return MetadataQuestion(kind, _subject(match, question))
        if name := bare_name(question[slice(*match.span("author"))]):
            return MetadataQuestion(kind, name, by_author=True)
    return None


def article_subject(question: str) -> str:
    """The subject of the articles in « Que dit l'article sur Lascaux ? », or the whole question."""
    plain = fold_phrase(question)
    match = _NAMED.search(plain) if len(plain) <= LONGEST_QUESTION else None
    return _subject(match, question) if match is not None else question


def _subject(match: re.Match[str], question: str) -> str:
    if match.groupdict().get("subject") is None:
        return ""
    return question[slice(*match.span("subject"))].strip(_QUOTES)


_MAX_NAME_WORDS = 5
_ADDRESS = re.compile(r"https?://\S+")
_WHAT_ABOUT = re.compile(
    r"(?:que disent les articles sur|what do the articles say about) ", re.IGNORECASE
)


def bare_name(message: str) -> str:
    """The name in « Marie Curie ? » or « Que disent les articles sur Marie Curie ? »; else ""."""
    around = f"{_QUOTES}?!.…\u202f\u00a0"
    name = _WHAT_ABOUT.sub("", " ".join(message.split()).strip(around), count=1).strip(around)
    words = name.lower().split()
    others = (stop_words("fr") | stop_words("en")).difference(PARTICLES)
    inner_words = (each for each in words[1:] if each not in ("la", "le"))  # « Claire Le Goff »
    is_name = len(words) <= _MAX_NAME_WORDS and others.isdisjoint([*words[:1], *inner_words])
    return name if is_name and any(map(str.isalpha, name)) else ""


_CERTAIN_CONFIDENCE = 0.99  # for the only article, and for those with the subject as their title
_LISTED_ARTICLES = 5
_NEWEST_ARTICLES = 3  # for the latest news
_LEDE_WORDS = 30  # minimum
_CAPTION_WORDS = 6  # a shorter first sentence is a picture's caption
_DEPTH = 100  # passages searched for a subject


@dataclass(frozen=True, slots=True)
class AboutArticles:
    """Answers questions about articles. `searcher` returns the searcher in service."""

    searcher: Callable[[], Searcher]
    thresholds: Thresholds

    def begin(self, question: str, timing: Timing) -> ArticleReply:
        """Begin the reply to one question, from one generation of the index."""
        return ArticleReply(self.searcher(), self.thresholds, question, timing, detect(question))


@dataclass(slots=True)
class ArticleReply:
    """Builds the answer to one question; `timing` is the question without its words of time."""

    searcher: Searcher
    thresholds: Thresholds
    question: str
    timing: Timing
    language: str
    confidence: float = _CERTAIN_CONFIDENCE

    def answer(self, metadata: MetadataQuestion) -> Answer | None:
        """Answer, or refuse if no article or no single one is meant; None for an unknown author."""
        kind, phrases = metadata.kind, AboutPhrases.of(self.language)
        if metadata.by_author:
            return self._list_author(metadata.subject, kind)
        has_subject = bool(metadata.subject)
        articles = (
            self._articles_on_subject(metadata) if has_subject else self._articles_by_time(kind)
        )
        if isinstance(articles, Answer):
            return articles
        if kind == "count" and has_subject:
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

    def open(self) -> Answer | None:
        """Answer a bare name by what the articles say of it, newest first, or an author's by their
        articles; a URL by its article.

        None for any other message, and if no article has the name.
        """
        if _ADDRESS.fullmatch(self.question):
            return self._open_articles(self.searcher.find(self.question))
        name = bare_name(self.timing.question)
        return (self._tell(name) or self._list_author(name, "which")) if name else None

    def open_by_title(self, hits: Sequence[Hit]) -> Answer | None:
        """Quote how the articles with this title begin, newest first; None if there are none."""
        title = fold_phrase(self.question.strip(_QUOTES))
        articles = {hit.article.id: hit.article for hit in hits}
        return self._open_articles([a for a in articles.values() if fold_phrase(a.title) == title])

    def introduce(self, subjects: Sequence[str]) -> Answer | None:
        """Quote how the articles on a subject begin; of several subjects, the article titled so.

        No article is titled « La masse du boson », so how it begins would not answer. None if there
        is no subject, or one without an article.
        """
        confidences, groups = [], []
        for subject in subjects:
            topic, findings = self._find_topic(subject)
            confidences.append(_CERTAIN_CONFIDENCE if topic.titled else findings.confidence)
            several = len(subjects) > 1
            groups.append(topic.titled[:1] if several else topic.central[:_NEWEST_ARTICLES])
        articles = {each.id: each for group in groups for each in group}
        if not subjects or not all(groups) or len(articles) < len(subjects):
            return None
        self.confidence = min(confidences)
        return self._quote_openings(list(articles.values()))

    def _open_articles(self, entries: Sequence[Article | ArticleEntry]) -> Answer | None:
        articles = self._load(entries[:_LISTED_ARTICLES])
        return self._quote_openings(newest_first(articles)) if articles else None

    def _tell(self, name: str) -> Answer | None:
        """Quote the best sentence of each article with a name, newest first; None without any."""
        quotes: dict[str, tuple[Hit, Sentence]] = {}
        for hit in self.searcher.search_subject(name, _DEPTH, self.timing.period):
            sentence = _naming_sentence(name, hit)
            if sentence is not None:
                quotes.setdefault(hit.article.id, (hit, sentence))
        articles = newest_first([hit.article for hit, _ in quotes.values()])
        citations = []
        for number, article in enumerate(articles[: 2 * _LISTED_ARTICLES], start=1):
            hit, sentence = quotes[article.id]
            citations.append(Citation.of(number, sentence, hit.passage, article))
        if not citations:
            return None
        first, further = citations[:_LISTED_ARTICLES], citations[_LISTED_ARTICLES:]
        statements = [Statement(each.quote, (each.number,)) for each in first]
        return replace(self._answer(statements, first), further=tuple(further))

    def _list_author(self, name: str, kind: MetadataKind) -> Answer | None:
        """Count or list the articles by an author, newest first; None for an unknown one."""
        by_author = self.searcher.by_author(name)
        if by_author is None:
            return None
        return replace(self, searcher=by_author).answer(MetadataQuestion(kind, ""))

    def _find_topic(self, subject: str) -> tuple[Topic, Findings]:
        findings = self.searcher.search(subject, _DEPTH, self.timing.period)
        sure = outcome_of(findings.confidence, self.thresholds) == "sure"
        return find_topic(subject, findings.hits, sure=sure), findings

    def _articles_on_subject(self, metadata: MetadataQuestion) -> Sequence[Article] | Answer:
        topic, findings = self._find_topic(metadata.subject)
        is_news = metadata.kind == "news"
        articles = topic.newest_first if is_news or self.timing.latest else topic.articles
        if is_news and not topic.titled + topic.near:
            articles = ()  # an article that only names the subject has no news of it
        decision = decide_by_articles(articles, findings.hits, self.timing.period)
        if not decision.may_answer:
            return self._refuse(decision, findings.confidence)
        self.confidence = _CERTAIN_CONFIDENCE if topic.titled else findings.confidence
        return self._latest(articles, metadata.kind)

    def _latest(self, articles: Sequence[Article], kind: MetadataKind) -> Sequence[Article]:
        """« Le dernier article » is one, « les derniers articles » are several."""
        several = kind in ("count", "news") or "articles" in fold_phrase(self.question)
        return articles if several or not self.timing.latest else articles[:1]

    def _articles_by_time(self, kind: MetadataKind) -> Sequence[Article] | Answer:
        """The newest articles of the period, or the only one."""
        period = self.timing.period
        articles = self._load(self.searcher.articles(period, _LISTED_ARTICLES))
        several = kind in ("which", "count", "news")
        is_about_one = not several and not self.timing.latest
        decision = decide_by_articles(articles, period=period, is_about_one=is_about_one)
        if not decision.may_answer:
            return self._refuse(decision, 0.0)
        return self._latest(articles, kind) if several else articles[:1]

    def _load(self, entries: Sequence[Article | ArticleEntry]) -> list[Article]:
        """Load the articles that have text."""
        articles = (self.searcher.generation.article(each.id) for each in entries)
        return [article for article in articles if article and article.text.strip()]

    def _quote_openings(self, articles: Sequence[Article]) -> Answer:
        """Quote how each article begins: news comes first."""
        citations = [_extend_lede(each) for each in self._cite(articles)]
        return self._answer(
            [Statement(each.quote, (each.number,)) for each in citations], citations
        )

    def _state(self, rows: Sequence[tuple[str, Article]]) -> Answer:
        """Answer with one statement on each article."""
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
            opening = self.searcher.generation.opening(article.id)
            if opening is None:
                raise DamagedIndex("article-no-passage", id=article.id)
            sentences = opening.passage.sentences
            first = next((s for s in sentences if s.text.strip() != article.title), sentences[0])
            citations.append(Citation.of(number, first, opening.passage, article))
        return citations

    def _refuse(self, decision: Decision, confidence: float) -> Answer:
        return refusal_of(
            self.question,
            decision,
            confidence=confidence,
            language=self.language,
            period=self.timing.period,
        )


def _naming_sentence(name: str, hit: Hit) -> Sentence | None:
    """The best sentence of a passage that has a name with these words, in this order."""
    words, language = f" {fold_phrase(name)} ", hit.article.language

    def names(text: str) -> bool:
        spans = (text[each.start : each.end] for each in span_names(text, language))
        return any(words in f" {fold_phrase(each)} " for each in spans)

    candidates = [each for each in hit.sentences if names(each.sentence.text)]
    return max(candidates, key=lambda each: each.score).sentence if candidates else None


def _extend_lede(opening: Citation) -> Citation:
    """Extend the citation of an article's opening by whole sentences to a lede."""
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
