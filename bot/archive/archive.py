"""Call the functions of the archive: by request, or by the plain words of a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.answer import Answer
from bot.answering.metadata_question import (
    QUOTATION_MARKS,
    MetadataQuestion,
    bare_name,
    parse_metadata_question,
)
from bot.answering.refusal import decide_by_articles, lower, refusal_of
from bot.answering.time_range import Timing, parse_timing
from bot.archive.about import ArticleReply
from bot.archive.articles import PAGE, count_articles, list_articles
from bot.archive.chronology import tell_chronology
from bot.archive.comparison import compare_subjects
from bot.archive.dossier import tell_dossier
from bot.archive.items import ItemReader, list_items
from bot.archive.overview import tell_latest, tell_overview
from bot.archive.periods import cut_period
from bot.archive.plain_words import parse_function, strip_asking
from bot.archive.positions import tell_positions
from bot.archive.quotes import quote_person, split_topic
from bot.archive.request import ArchiveFunction, ArchiveRequest
from bot.archive.subject import find_subject
from bot.archive.summary import tell_summary
from index.findings import Hit
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from index.text.dates import MONTH_NUMBERS
from index.text.folding import fold_phrase, folded_words
from index.text.language import detect
from index.text.names import is_one_person

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

FUNCTIONS: Mapping[ArchiveFunction, Callable[[ArchiveRequest, Searcher], Answer]] = {
    "articles": list_articles,
    "count": count_articles,
    "chronology": tell_chronology,
    "quotes": quote_person,
    "latest": tell_latest,
    "overview": tell_overview,
    "dossier": tell_dossier,
    "summary": tell_summary,
    "comparison": compare_subjects,
    "positions": tell_positions,
}


@dataclass(frozen=True, slots=True)
class Archive:
    """Answers by articles. `searcher` returns the searcher in service; `reader` finds the items of
    lists, sure as `reading_thresholds` say; `read_subject` the words of a message's subject."""

    searcher: Callable[[], Searcher]
    thresholds: Thresholds
    reader: ItemReader | None = None
    reading_thresholds: Thresholds | None = None
    read_subject: Callable[[str], str] = lambda message: ""

    def call(self, request: ArchiveRequest) -> Answer:
        """Answer a request by its function."""
        if request.function != "list":
            return FUNCTIONS[request.function](request, self.searcher())
        if self.reader is None or self.reading_thresholds is None:
            return refusal_of(request.question, decide_by_articles(()), language=request.language)
        return list_items(request, self.searcher(), self.reader, self.reading_thresholds)

    def serve(
        self, intent: ArchiveFunction, message: str, name: str = "", language: str = ""
    ) -> Answer | None:
        """Answer a message taken for a request of a function; None to answer it as a question.

        `language` is the one to answer in, by default that of the message.
        """
        page = PAGE.search(fold_phrase(message))
        message = PAGE.sub("", message)
        today = date.today()
        metadata = parse_article_question(message, parse_timing(message, today), today)[0]
        if intent in ("articles", "count") and metadata is not None:
            return None  # the chain sends it to the archive in full
        number = int(page[1]) if page else 1
        return self._call_by_words(message, today, intent, number, name, language)

    def answer(self, question: str, timing: Timing, today: date) -> Answer | None:
        """Answer a question about articles, a bare name or an address; None for any other."""
        searcher, language = self.searcher(), detect(question)
        page = PAGE.search(fold_phrase(question))
        if page is not None:
            question = PAGE.sub("", question)
            timing = replace(timing, question=PAGE.sub("", timing.question))
        number = int(page[1]) if page is not None else 1
        metadata, timing = parse_article_question(question, timing, today)
        reply = ArticleReply(searcher, self.thresholds, question, timing, language)
        if metadata is None:
            answer = self._call_by_words(question, today, page=number)
            if answer is not None and (answer.outcome != "no" or answer.intent != "question"):
                return answer
            return reply.open() or self._list_author(reply)
        function: ArchiveFunction = "count" if metadata.kind == "count" else "articles"
        name = self.read_subject(question)
        words = parse_function(question, today, function, page=number, name=name)
        subject = strip_asking(metadata.subject, of_articles=True) if metadata.subject else ""
        request = ArchiveRequest(
            function,
            subject,
            (words and words.period) or timing.period,
            metadata.author,
            question,
            language,
            number,
            forms=words.forms if words is not None and subject else (),
        )
        is_one = timing.latest and "articles" not in fold_phrase(question)
        if metadata.kind in ("which", "count") and not is_one:
            signer = metadata.author
            is_unknown = signer and not (searcher.by_author(signer) or searcher.by_outlet(signer))
            if is_unknown:  # « les articles du Burundi »
                return self._call_by_words(question, today, function, number)
            return FUNCTIONS[request.function](request, searcher)
        if metadata.kind == "news" and metadata.subject:
            news = tell_latest(replace(request, function="latest"), searcher)
            return news if news.outcome != "no" else reply.answer(metadata)
        return reply.answer(metadata)

    def _call_by_words(
        self,
        message: str,
        today: date,
        intent: str = "",
        page: int = 1,
        name: str = "",
        language: str = "",
    ) -> Answer | None:
        """Answer a function asked for in plain words, or refuse: finally if the refusal has its
        intent, else the question may still be answered by passages."""
        name = name or self.read_subject(message)
        request = parse_function(message, today, intent, page=page, name=name)
        if request is None or not (request.subject or request.period):
            return None
        request = replace(request, language=language or request.language)
        answer = self.call(request)
        is_of_month = any(word in MONTH_NUMBERS for word in folded_words(message))
        if answer.outcome == "no" and request.period and is_of_month and not _YEAR.search(message):
            # « l'article du 8 août » is of any year
            answer = lower(self.call(replace(request, period=None)))
        # Nobody else's words come near a person's; of its words alone, it may be a question:
        # « Que répond le Rwanda quand on l'accuse ? »
        is_quotes = intent == request.function == "quotes"
        if is_quotes and split_topic(request.about)[0][:1].isupper():
            return replace(answer, intent=request.function)
        return answer

    def introduce(self, question: str, timing: Timing, subjects: tuple[str, ...]) -> Answer | None:
        """Compare two subjects, or quote how the articles on them begin; None without any."""
        if len(subjects) == 2:
            one, other = subjects
            language, period = detect(question), timing.period
            request = ArchiveRequest("comparison", one, period, other, question, language)
            answer = compare_subjects(request, self.searcher())
            if answer.outcome == "sure":
                return answer
        return self._reply(question, timing).introduce(subjects)

    def define(self, question: str, timing: Timing) -> Answer | None:
        """Answer who or what something is by how the articles titled with it begin; None without
        any."""
        return self._reply(question, timing).define()

    def open_by_title(self, question: str, hits: tuple[Hit, ...]) -> Answer | None:
        """Quote how the articles begin that have a message as their title."""
        return self._reply(question, Timing(question)).open_by_title(hits)

    def is_known_name(self, text: str) -> bool:
        """True if the text is the full name of someone in an article, or of an author."""
        if not is_one_person(bare_name(text)):
            return False
        reply = self._reply(text, Timing(text))
        return (reply.open() or self._list_author(reply)) is not None

    def is_subject(self, text: str) -> bool:
        """True if an article is titled with these words."""
        found = find_subject(self.searcher(), text.strip(f"{QUOTATION_MARKS}?!. "))
        return any(own.in_title for own in found.articles)

    def _reply(self, question: str, timing: Timing) -> ArticleReply:
        return ArticleReply(self.searcher(), self.thresholds, question, timing, detect(question))

    def _list_author(self, reply: ArticleReply) -> Answer | None:
        """List the articles of an author whose bare name was typed."""
        name = bare_name(reply.timing.question)
        if not name or reply.searcher.by_author(name) is None:
            return None
        period, question = reply.timing.period, reply.question
        request = ArchiveRequest("articles", "", period, name, question, reply.language)
        return list_articles(request, reply.searcher)


def parse_article_question(
    question: str, timing: Timing, today: date
) -> tuple[MetadataQuestion | None, Timing]:
    """Parse a question about articles, with its period wherever it stands."""
    cut = cut_period(question, today)
    if cut.period is not None and (metadata := parse_metadata_question(cut.question)):
        return metadata, cut
    return parse_metadata_question(timing.question), timing
