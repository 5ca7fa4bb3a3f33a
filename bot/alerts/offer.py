"""After which answers an alert is offered, on Telegram and on the web."""

from __future__ import annotations

from bot.answer import Answer
from bot.understanding.meaning import has_question
from index.text.language import terms
from index.text.names import span_names


def may_be_answered_later(answer: Answer) -> bool:
    """True for unsure answers to questions that name something: « Fais le point » waits for no
    article."""
    question, language = answer.understood or answer.question, answer.language
    names = span_names(question, language)
    return (
        not answer.is_sure
        and answer.intent == "question"
        and (
            any(name.start > 0 or " " in question[name.start : name.end] for name in names)
            or (has_question(question) and len(terms(question, language)) > 1)
        )
    )
