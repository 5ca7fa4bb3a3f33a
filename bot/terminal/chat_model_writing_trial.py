"""A chat model tried on one question whose answer is known."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bot.errors_models_errors import ModelFailed
from bot.llm.answer_parser import Reader, Said
from bot.llm.base import ChatModel, Request, Usage
from bot.llm.json_stream import schema
from bot.llm.prompt import UNKNOWN
from bot.llm.prompt_writing_names import language_name
from bot.llm.prompt_writing_templates import Form, template

LIMIT = 200

_PASSAGES = {
    "fr": (
        "[1] La bibliothèque de Saint-Orlan rouvre\nFermée depuis mars, la bibliothèque de "
        "Saint-Orlan rouvre lundi. Elle accueillera les lecteurs de 9 heures à 18 heures.",
        "[2] Le marché du samedi\nLe marché de Saint-Orlan compte trente étals.",
    ),
    "en": (
        "[1] Saint Orlan library opens again\nClosed since March, Saint Orlan library opens again "
        "on Monday. It will welcome readers from 9 a.m. to 6 p.m.",
        "[2] The Saturday market\nThere are thirty stalls at Saint Orlan market.",
    ),
}
_QUESTIONS = {
    "fr": "À quelle heure ferme la bibliothèque de Saint-Orlan ?",
    "en": "At what time does Saint Orlan library close?",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What a model wrote, the seconds to its first piece and in all, and what it used.

    `json` says that it was asked for JSON, `cites` that it named the passage that answers.
    """

    text: str
    first: float
    whole: float
    usage: Usage | None
    json: bool
    cites: bool


async def tried(model: ChatModel, language: str) -> Trial:
    """Ask a model one question in French or English. Raises ModelFailed."""
    if await model.structured():
        try:
            return await _tried(model, language, "answer_json")
        except ModelFailed as failure:
            if failure.kind != "rejected" or await model.structured():
                raise
    return await _tried(model, language, "answer")


async def _tried(model: ChatModel, language: str, form: Form) -> Trial:
    messages = template(form, language).filled(
        1,
        language=language_name(language),
        unknown=UNKNOWN[language],
        passages="\n\n".join(_PASSAGES[language]),
        question=_QUESTIONS[language],
    )
    json = form == "answer_json"
    request = Request(messages, LIMIT, schema((1, 2)) if json else None, aside=True)
    reader, said, first = Reader(language, (1, 2)), list[Said](), 0.0
    began = time.perf_counter()
    async for piece in model.stream(request):
        first = first or time.perf_counter() - began
        said += reader.feed(piece)
    whole = time.perf_counter() - began
    said += reader.finish()
    cites = any(1 in each.citations for each in said if each.kind == "claim")
    text = " ".join(each.text for each in said)
    return Trial(text, first, whole, request.usage, json, cites)
