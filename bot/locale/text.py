"""What several rooms show: text from outside made harmless, and why there is no answer."""

from __future__ import annotations

from bot.answer import Answer
from bot.locale.answers import Phrases

# Direction overrides and isolates: left open, they would turn around what follows the quote.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


_CONTROLS = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
    | {0x7F: 0x2421}
    | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
    | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
)


_HARMLESS: dict[int, int | None] = {**_CONTROLS, **_TURNING}


def harmless(text: str) -> str:
    """Text from outside without what a terminal would obey: control characters become visible."""
    return text.translate(_HARMLESS)


def refusal_line(answer: Answer, phrases: Phrases) -> str:
    """The sentence that says why there is no answer."""
    said = {
        "courtesy": phrases.courtesy,
        "greeting": phrases.greeting,
        "wordless": phrases.only_text,
        "self": phrases.about_selon,
        "unclear": phrases.which_article,
    }
    if answer.refusal in said:
        return said[answer.refusal]
    if answer.period is None:
        return phrases.not_in_articles
    none = answer.refusal == "period"
    return (phrases.no_article_in if none else phrases.not_in_period)(answer.period)
