"""The texts of replies that are no answer of the articles, and of buttons."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import get_args
from zlib import crc32

from bot.locale.catalogue import Language, Texts, part_texts
from bot.understanding.command import command_name
from index.article import Period


class TalkPhrases(Texts, domain="understanding", part="talk"):
    """Small talk: several replies for each kind."""

    greeting: Mapping[str, str]
    goodbye: Mapping[str, str]
    thanks: Mapping[str, str]
    ack: Mapping[str, str]
    praise: Mapping[str, str]
    insult: Mapping[str, str]
    joke: Mapping[str, str]
    laughter: Mapping[str, str]
    nonsense: Mapping[str, str]
    chatter: Mapping[str, str]
    out_of_scope: Mapping[str, str]

    def reply(self, intent: str, seed: str) -> str:
        """One of the replies, chosen by the `seed`."""
        replies: Mapping[str, str] = getattr(self, intent)
        return list(replies.values())[crc32(seed.encode()) % len(replies)]


class SelonPhrases(Texts, domain="understanding", part="selon"):
    """What Selon says about itself."""

    identity: str
    operator_unknown: str
    undated: str
    languages: str
    price: str
    delete_data: str
    unsubscribe: str
    unsubscribed: str
    human_unknown: str
    complaint: str
    how_it_works: str
    help: str
    export: str
    daily: str
    podcast: str
    alert: str
    help_number: str
    help_offered: str
    unclear: str

    def operator(self, operator: str) -> str: ...
    def coverage(self, articles: int, span: str, outlets: str) -> str: ...
    def span(self, first: date, last: date) -> str: ...
    def outlets(self, names: str) -> str: ...
    def how_many(self, articles: int, span: str) -> str: ...
    def privacy(self, days: int, where: str) -> str: ...
    def human(self, contact: str) -> str: ...
    def accuracy(self, right: int) -> str: ...


class ActPhrases(Texts, domain="understanding", part="act"):
    """Replies to acts on the last answer; some are headings above quotes."""

    no_answer: str
    gone: str
    quote: str
    repeat: str
    passage: str
    summarise: str
    more: str
    no_more: str
    shorter: str
    other_source: str
    no_other: str
    newer: str
    no_newer: str
    sure_sure: str
    sure_alone: str
    sure_lines: str
    sure_perhaps: str
    sure_no: str
    sure_nothing: str
    translate: str
    wrong: str
    instead: str
    not_that: str
    no_voice: str

    def date(self, title: str, day: date) -> str: ...
    def undated(self, title: str) -> str: ...
    def author(self, title: str, author: str) -> str: ...
    def unsigned(self, title: str) -> str: ...
    def source(self, title: str, details: str) -> str: ...
    def link(self, title: str, address: str) -> str: ...
    def no_link(self, title: str, path: str) -> str: ...


class CommandPhrases(Texts, domain="understanding", part="command"):
    """Commands of the archive: descriptions, examples, and the requests that they stand for."""

    heading: str
    about: Mapping[str, str]
    example: Mapping[str, str]

    def usage(self, example: str) -> str: ...
    def summary(self, subject: str) -> str: ...
    def overview(self, subject: str) -> str: ...
    def chronology(self, subject: str) -> str: ...
    def dossier(self, subject: str) -> str: ...
    def articles(self, subject: str) -> str: ...
    def quotes(self, subject: str) -> str: ...
    def positions(self, subject: str) -> str: ...
    def comparison(self, subject: str) -> str: ...
    def latest(self, subject: str) -> str: ...
    def between(self, first: date, last: date) -> str: ...
    def since(self, first: date) -> str: ...
    def until(self, last: date) -> str: ...

    def message(self, intent: str, subject: str, period: Period | None = None) -> str:
        """The message that calls an intent by name, for interfaces where it is not typed."""
        words = [command_name(intent, self.code), subject]
        if period is not None and period.first == date.min:
            words.append(self.until(period.last))
        elif period is not None and period.last == date.max:
            words.append(self.since(period.first))
        elif period is not None:
            words.append(self.between(period.first, period.last))
        return " ".join(filter(None, words))

    def request(self, intent: str, subject: str) -> str:
        """What the command of an intent asks for, in words."""
        words: str = getattr(self, intent)(subject)
        return words

    def usage_of(self, intent: str) -> str:
        """How to use the command of an intent."""
        return self.usage(f"{command_name(intent, self.code)} {self.example[intent]}")


class ButtonPhrases(Texts, domain="understanding", part="button"):
    """The words of buttons; sent as a message, they always mean their intent."""

    def search(self, question: str) -> str: ...
    def alone(self, question: str) -> str: ...

    @staticmethod
    def intent_of(text: str) -> str | None:
        """The intent whose button has these words, in any language."""
        return _buttons().get(text)

    @staticmethod
    def question_alone(text: str) -> str | None:
        """The question on a button that asks it without what came before."""
        for language in get_args(Language):
            opening = ButtonPhrases.of(language).alone("")
            if text.startswith(opening.rstrip()):
                return text[len(opening.rstrip()) :].strip()
        return None

    @staticmethod
    def words_searched(text: str) -> str | None:
        """The words on a button that searches for them."""
        for language in get_args(Language):
            opening = ButtonPhrases.of(language).search("")
            if text.startswith(opening.rstrip()):
                return text[len(opening.rstrip()) :].strip()
        return None


@cache
def _buttons() -> Mapping[str, str]:
    return {
        text: name
        for language in get_args(Language)
        for name, text in part_texts("understanding", "button", language).items()
        if "{" not in text
    }


def button_text(intent: str, language: str) -> str | None:
    """The words of an intent's button, if it has one."""
    return part_texts("understanding", "button", language).get(intent)
