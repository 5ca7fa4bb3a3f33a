"""Texts around answers, and answers about the articles themselves."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.locale import format
from bot.locale.catalogue import Texts
from index.article import Article, ArticleEntry, Period

_NAMED = 3  # names that a line lists; the others are counted


class PartsPhrases(Texts, domain="answers", part="parts"):
    """The headings of an answer to several questions."""

    def nearest(self, part: str) -> str: ...
    def unanswered(self, parts: str) -> str: ...


class Phrases(Texts, domain="answers", part="answer"):
    """Texts around answers, and messages on Telegram."""

    not_in_articles: str
    not_here: str
    not_in_script: str
    perhaps: str
    likeliest: str
    nearest_articles: str
    which_article: str
    unsigned: str
    undated: str
    greeting: str
    no_date: str
    untitled: str

    def according_to(self, period: Period) -> str: ...
    def perhaps_in(self, period: Period) -> str: ...
    def not_in_period(self, period: Period) -> str: ...
    def no_article_in(self, period: Period) -> str: ...
    def not_here_in(self, period: Period) -> str: ...
    def no_article_here(self, period: Period) -> str: ...
    def understood(self, question: str) -> str: ...
    def author(self, name: str) -> str: ...
    def article_of(self, day: date) -> str: ...
    def likeliest_of(self, day: date) -> str: ...
    def told_by(self, names: Sequence[str]) -> str: ...
    def published_by(self, names: Sequence[str]) -> str: ...
    def copied_in(self, names: Sequence[str]) -> str: ...
    def others(self, count: int) -> str: ...

    # Telegram
    start: str
    bad_link: str
    help: str
    help_documents: str
    no_such_command: str
    see_passage: str
    passage_gone: str
    only_text: str
    wordless: str
    edited_late: str
    edited_command: str
    late: str
    failed: str
    no_index: str

    def too_long(self, limit: int) -> str: ...

    def refused(self, why: str, period: Period | None, held_to: str = "all") -> str:
        """Explain why there is no answer: `why` is an `Answer.refusal`."""
        sentences = {
            "unclear": self.which_article,
            "unsigned": self.unsigned,
            "undated": self.undated,
        }
        if why in sentences:
            return sentences[why]
        if held_to == "script":
            return self.not_in_script
        if held_to == "group":
            if period is None:
                return self.not_here
            return (self.no_article_here if why == "period" else self.not_here_in)(period)
        if period is None:
            return self.not_in_articles
        return (self.no_article_in if why == "period" else self.not_in_period)(period)

    def doubted(self, period: Period | None) -> str:
        """The warning before a doubtful answer."""
        return self.perhaps if period is None else self.perhaps_in(period)

    def day(self, day: date) -> str:
        return format.day(day, self.code)

    def quote(self, text: str) -> str:
        return format.quote(text, self.code)

    def nested(self, text: str) -> str:
        """The text of a quote, or a part of it, for use in quotation marks."""
        return format.nested(text, self.code)

    def first_names(self, names: Sequence[str]) -> list[str]:
        """The first names, and how many others there are."""
        others = len(names) - _NAMED
        return [*names[:_NAMED], *([self.others(others)] if others > 0 else [])]


class AboutPhrases(Texts, domain="answers", part="about"):
    """Answers to questions about the articles themselves."""

    def written_by(self, title: str, beside: str, author: str) -> str: ...
    def published_on(self, title: str, day: date) -> str: ...
    def has_title(self, title: str) -> str: ...
    def found(self, count: int) -> str: ...
    def single(self, article: str) -> str: ...
    def several(self, count: int, article: str) -> str: ...
    def several_undated(self, count: int) -> str: ...

    def author(self, article: Article, author: str) -> str:
        return self.written_by(title_of(article, self.code), self._dated(article), author)

    def published(self, article: Article, day: date) -> str:
        return self.published_on(title_of(article, self.code), day)

    def titled(self, article: Article) -> str:
        return self.has_title(title_of(article, self.code))

    def listed(self, article: Article) -> str:
        return f"{self._named(article)}."

    def counted(self, count: int, newest: Article) -> str:
        """State the number of articles, and the newest."""
        if count == 1:
            return self.single(self._named(newest))
        if newest.published is None:
            return self.several_undated(count)
        return self.several(count, self._named(newest))

    def _named(self, article: Article) -> str:
        return f"{format.quote(title_of(article, self.code), self.code)}{self._dated(article)}"

    def _dated(self, article: Article) -> str:
        return f" ({format.day(article.published, self.code)})" if article.published else ""


def title_of(article: Article | ArticleEntry, language: str) -> str:
    """The title to show to readers; never a file name."""
    return article.title or Phrases.of(language).untitled


class ExamplePhrases(Texts, domain="examples", part="example"):
    """Example questions."""

    more_languages = ("es",)

    def who(self, name: str) -> str: ...
    def about(self, name: str) -> str: ...
    def when(self, subject: str, verb: str, participle: str) -> str: ...
    def where(self, subject: str, verb: str, participle: str) -> str: ...


class HelpPhrases(Texts, domain="help", part="distress"):
    """The answer to a message of distress.

    `opening` has a sentence for each kind; `who` names the services behind the French numbers.
    """

    more_languages = ("es",)
    opening: Mapping[str, str]
    who: Mapping[str, str]
    call: str

    def line(self, numbers: str) -> str: ...

    def others(self, numbers: str) -> str: ...

    def label(self, number: str, label: str) -> str:
        """Name the service behind a number; the operator's `label` takes precedence."""
        return label or self.who[number]


class ChoicePhrases(Texts, domain="answers", part="choice"):
    """Who chose the sentences; `fallbacks` explain why no model did."""

    fallbacks: Mapping[str, str]
    quoted: str

    def chosen_by(self, model: str) -> str: ...
    def unknown(self, model: str) -> str: ...
    def confidence(self, share: float) -> str: ...
