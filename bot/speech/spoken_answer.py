"""Spoken form of answers: each source, then its quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.answer import LINE_END, Answer, Citation, shown_quotes
from bot.audio import SPEECH_LANGUAGES, SpeechLanguage, SpokenLine
from bot.help_numbers import help_text
from bot.locale.answers import Phrases
from bot.locale.source import source_line, source_name
from bot.speech.texts import SpeechPhrases
from index.article import Article

_BEFORE_QUOTE, _AFTER_QUOTE = 0.15, 0.6


def spoken_answer(answer: Answer) -> list[SpokenLine]:
    """Return the lines of an answer: quotes after their sources, or the reason for a refusal."""
    language = voice_language(answer.language)
    phrases = Phrases.of(language)
    if answer.help is not None:
        text = help_text(replace(answer.help, language=language))
        return [SpokenLine(line, language) for line in text.splitlines() if line]
    if answer.outcome == "reply":
        return [SpokenLine(line, language) for line in answer.reply.splitlines() if line]
    if answer.outcome == "no":
        return [SpokenLine(phrases.refused(answer.refusal, answer.period), language)]
    lines = []
    if answer.outcome == "perhaps":
        lines.append(SpokenLine(SpeechPhrases.of(language).perhaps, language))
    if not answer.verbatim:
        lines += [SpokenLine(statement.text, language) for statement in answer.statements]
        return lines
    return [*lines, *spoken_citations(answer.citations, language)]


def spoken_citations(citations: Sequence[Citation], language: SpeechLanguage) -> list[SpokenLine]:
    """Return the lines of quotes without duplicates, grouped by article."""
    lines: list[SpokenLine] = []
    for same in shown_quotes(citations):
        lines += _quoted(same[0].citation.article, language, *(quote.citation for quote in same))
    return lines


def voice_language(code: str) -> SpeechLanguage:
    """Return the language to speak: French if there is no voice for this one."""
    return next((language for language in SPEECH_LANGUAGES if language == code), "fr")


def _quoted(
    article: Article, language: SpeechLanguage, *citations: Citation
) -> Iterator[SpokenLine]:
    if article.language not in SPEECH_LANGUAGES:
        source = source_name(article)
        yield SpokenLine(SpeechPhrases.of(language).other_language(source), language)
        return
    phrases = SpeechPhrases.of(language)
    source = source_line(article, source_name(article, phrases.the_article), phrases)
    yield SpokenLine(source, language, pause=_BEFORE_QUOTE)
    for citation in citations:
        sentences = [citation.lead.text] if citation.lead else []
        for text in (*sentences, citation.quote):
            words = LINE_END.sub(" ", text)
            yield SpokenLine(words, voice_language(article.language), pause=_AFTER_QUOTE)
