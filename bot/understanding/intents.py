"""The table of intents: everything that a message can mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Group = Literal["act", "about", "talk", "function", "distress", "question"]
"""An act on the last answer, a question about Selon, small talk, a function of the archive,
distress (or a request for a number to call), a question to the articles."""

Need = Literal["answer", "subject"]
"""What an intent cannot be served without: the last answer, or a subject."""

Leaning = Literal["alone", "subject", "answer", "place", "period"]
"""What of the last question or answer a question leans on."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One meaning of a message; its texts are `bot.understanding.texts`.

    `commands` are its names in French and English, if it can be called by name.
    """

    name: str
    group: Group
    needs: tuple[Need, ...] = ()
    commands: tuple[str, str] = ("", "")


_ANSWER: tuple[Need, ...] = ("answer",)
_SUBJECT: tuple[Need, ...] = ("subject",)

INTENTS: tuple[Intent, ...] = (
    Intent("question", "question"),
    Intent("date", "act", _ANSWER),
    Intent("author", "act", _ANSWER),
    Intent("source", "act", _ANSWER),
    Intent("link", "act", _ANSWER),
    Intent("quote", "act", _ANSWER),
    Intent("passage", "act", _ANSWER),
    Intent("summarise", "act", _ANSWER),
    Intent("more", "act", _ANSWER),
    Intent("shorter", "act", _ANSWER),
    Intent("other_source", "act", _ANSWER),
    Intent("newer", "act", _ANSWER),
    Intent("repeat", "act", _ANSWER),
    Intent("read_aloud", "act", _ANSWER),
    Intent("sure", "act", _ANSWER),
    Intent("not_that", "act", _ANSWER),
    Intent("why", "act", _ANSWER),
    Intent("who", "act", _ANSWER),
    Intent("when", "act", _ANSWER),
    Intent("where", "act", _ANSWER),
    Intent("translate", "act", _ANSWER),
    Intent("wrong", "act", _ANSWER),
    Intent("thanks", "talk"),
    Intent("ack", "talk"),
    Intent("identity", "about"),
    Intent("operator", "about"),
    Intent("coverage", "about"),
    Intent("how_many", "about"),
    Intent("languages", "about"),
    Intent("price", "about"),
    Intent("privacy", "about"),
    Intent("delete_data", "about"),
    Intent("unsubscribe", "about"),
    Intent("human", "about"),
    Intent("complaint", "about"),
    Intent("how_it_works", "about"),
    Intent("accuracy", "about"),
    Intent("help", "about"),
    Intent("export", "about"),
    Intent("greeting", "talk"),
    Intent("goodbye", "talk"),
    Intent("praise", "talk"),
    Intent("insult", "talk"),
    Intent("joke", "talk"),
    Intent("laughter", "talk"),
    Intent("nonsense", "talk"),
    Intent("chatter", "talk"),
    Intent("summary", "function", _SUBJECT, ("resume", "summary")),
    Intent("overview", "function", _SUBJECT, ("point", "overview")),
    Intent("chronology", "function", _SUBJECT, ("chronologie", "timeline")),
    Intent("dossier", "function", _SUBJECT, ("fiche", "dossier")),
    Intent("list", "function", _SUBJECT),
    Intent("count", "function", _SUBJECT),
    Intent("articles", "function", commands=("liste", "list")),
    Intent("quotes", "function", _SUBJECT, ("citations", "quotes")),
    Intent("positions", "function", _SUBJECT, ("positions", "positions")),
    Intent("comparison", "function", _SUBJECT, ("compare", "compare")),
    Intent("latest", "function", _SUBJECT, ("actu", "latest")),
    Intent("daily", "function"),
    Intent("podcast", "function"),
    Intent("alert", "function", _SUBJECT),
    Intent("search", "function", _SUBJECT),
    Intent("suicide", "distress"),
    Intent("medical", "distress"),
    Intent("danger", "distress"),
    Intent("help_number", "distress"),
    Intent("out_of_scope", "talk"),
)

SERVED_BY_FEATURES = ("daily", "podcast", "alert")
COMMAND_INTENTS = tuple(intent for intent in INTENTS if all(intent.commands))
"""The functions that every interface offers by name: as a command, a tool or a `kind`."""

INTENT_OF: Mapping[str, Intent] = {intent.name: intent for intent in INTENTS}
LEANINGS: tuple[Leaning, ...] = ("alone", "subject", "answer", "place", "period")
