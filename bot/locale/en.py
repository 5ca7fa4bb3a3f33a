"""English texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.locale.answers import Phrases
from index.article import Period

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _period(period: Period) -> str:
    """“from 3 to 9 March 2025”: what the two days share is said once."""
    first, last = _day(period.first), _day(period.last)
    if period.first == period.last:
        return f"of {last}"
    if period.first.year == period.last.year:
        first = first.rpartition(" ")[0]
        if period.first.month == period.last.month:
            first = first.rpartition(" ")[0]
    return f"from {first} to {last}"


def _several(names: Sequence[str], others: int) -> str:
    """ "A, B and C", "A, B, C and 4 others"."""
    listed = [*names, *([f"{others} other{'s' if others > 1 else ''}"] if others else [])]
    return " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))


def _welcome(articles: int, passages: int) -> str:
    article = "article" if articles == 1 else "articles"
    passage = "passage" if passages == 1 else "passages"
    return (
        f"Selon answers from {articles} {article} ({passages} {passage}). "
        "Ask your question, or /help."
    )


EN = Phrases(
    code="en",
    not_in_articles="I do not know: the articles do not say.",
    according_to=lambda period: f"According to the articles {_period(period)}:",
    not_in_period=lambda period: f"I do not know: the articles {_period(period)} do not say.",
    no_article_in=lambda period: f"No article {_period(period)}.",
    which_article="Which article do you mean? Please tell what it is about.",
    understood=lambda question: f"Understood as: {question}",
    courtesy="At your service! Ask me a question whenever you like.",
    greeting="Hello! What is your question?",
    about_selon=(
        "I am Selon: I answer your questions with the articles’ own words, and cite every "
        "sentence. What they do not say, I do not make up. /help tells more."
    ),
    nearest_articles="The nearest articles:",
    quote=lambda text: f"“{text}”",
    day=_day,
    author=lambda name: f"by {name}",
    no_date="undated",
    also_by=lambda names, others: f"also published by {_several(names, others)}",
    also_in=lambda files, others: f"also in {_several(files, others)}",
    start=(
        "Hello! Ask me a question: I answer with the articles’ own words, and name the source.\n"
        "When they do not say, I tell you so. /help shows all the rest."
    ),
    help=(
        "Write your question as you would ask a colleague, for instance: "
        "“Who deciphered the hieroglyphs?” The next may lean on it: “And when?”\n\n"
        "Each sentence of my answer is quoted word for word, with its article, author and date. "
        "The link opens the article at the quoted sentence, where it is online; the button shows "
        "the whole passage.\n\n"
        "/search WORDS – the articles about something\n"
        "/recent – the newest ones\n"
        "/summary TITLE – an article in its own words\n"
        "/sources – the sources of my last answer\n"
        "/new – start afresh\n"
        "/alerts – the questions that wait for an article\n"
        "/language – French or English\n"
        "/privacy – what I keep about you"
    ),
    no_such_command="I do not know this command. /help lists mine.",
    see_passage=lambda number: f"Passage [{number}]",
    passage_gone="This passage is no longer in the index: the article has changed or was removed.",
    only_text="I can only read text: please write your question out.",
    too_long=lambda limit: f"Your question is too long: {limit} characters at most, please.",
    failed="Sorry, something went wrong and I could not answer. Please try again in a moment.",
    no_index="No article has been indexed yet. Please come back a little later.",
    repl_welcome=_welcome,
    repl_loading="Loading the index…",
    repl_help=(
        "Type a question, then Enter; the next ones may refer to it.\n"
        "/sources      the sources of the last answer\n"
        "/passage N    the whole passage of source N\n"
        "/new          forget the conversation and start afresh\n"
        "/language fr|en  the language of these messages\n"
        "/help         this help\n"
        "/quit         leave (or Ctrl-D)"
    ),
    repl_new=("/new", "start afresh"),
    repl_afresh="New conversation.",
    repl_bye="Goodbye.",
    repl_no_answer_yet="No answer to show: ask a question first.",
    repl_no_such_passage=lambda last: f"Give a source number from 1 to {last}.",
    repl_no_such_command=lambda name: f"Unknown command: {name}. Type /help.",
    repl_language_is=lambda code: f"Language: {code}.",
    repl_languages="Languages: fr, en. Example: /language en",
)
