"""`selon chat-model`: the configured chat models, their costs, and a trial of each."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from rich.console import Console

from bot.command import DONE, FAILED, MISUSED
from bot.errors import ModelFailed
from bot.llm.base import ChatModel, Request, Usage
from bot.llm.budget import SpendingLedger
from bot.llm.choice_parser import parse_choice
from bot.llm.chooser import choice_schema
from bot.llm.factory import arena_models, open_database, open_ledger, open_models, own_address
from bot.llm.model_answerer import ModelLimits
from bot.llm.prompt import ChoiceForm, prompt_version, template
from bot.llm.votes import VoteBook, VoteFigures
from bot.locale.models import ModelPhrases
from bot.locale.text import harmless
from bot.model_choice import Choice, parse_choices
from bot.settings import Settings
from bot.state.database import StateOnDemand
from bot.terminal.console import console_for, show
from index.store.url import redact_url

_LIMIT = 200

_NUMBERED = {
    "fr": (
        "La bibliothèque de Saint-Orlan rouvre\n[1] Fermée depuis mars, la bibliothèque de "
        "Saint-Orlan rouvre lundi.\n[2] Elle accueillera les lecteurs de 9 heures à 18 heures.",
        "Le marché du samedi\n[3] Le marché de Saint-Orlan compte trente étals.",
    ),
    "en": (
        "Saint Orlan library opens again\n[1] Closed since March, Saint Orlan library opens again "
        "on Monday.\n[2] It will welcome readers from 9 a.m. to 6 p.m.",
        "The Saturday market\n[3] There are thirty stalls at Saint Orlan market.",
    ),
}
_RIGHT_NUMBER, _NUMBER_COUNT = 2, 3

_QUESTIONS = {
    "fr": "À quelle heure ferme la bibliothèque de Saint-Orlan ?",
    "en": "At what time does Saint Orlan library close?",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A model's reply, its seconds, and its usage.

    `form` is the requested format; `right` is True if it chose the sentence that answers.
    """

    text: str
    seconds: float
    usage: Usage | None
    form: ChoiceForm
    right: bool


async def try_model(model: ChatModel, language: str) -> Trial:
    """Ask a model one question, in English unless `language` is French. Raises ModelFailed."""
    language = language if language in _QUESTIONS else "en"
    if await model.structured():
        try:
            return await _try_model(model, language, "choose_json")
        except ModelFailed as failure:
            if failure.kind != "rejected" or await model.structured():
                raise
    return await _try_model(model, language, "choose")


async def _try_model(model: ChatModel, language: str, form: ChoiceForm) -> Trial:
    messages = template(form, language).fill(
        1, passages="\n\n".join(_NUMBERED[language]), question=_QUESTIONS[language]
    )
    schema = choice_schema(_NUMBER_COUNT) if form == "choose_json" else None
    request = Request(messages, _LIMIT, schema, uncounted=True)
    began = time.perf_counter()
    reply = await model.reply(request)
    seconds = time.perf_counter() - began
    choice = parse_choice(reply, ("",) * _NUMBER_COUNT)
    right = choice is not None and choice[:1] == (_RIGHT_NUMBER,)
    return Trial(reply.strip(), seconds, request.usage, form, right)


_MICROS = 1_000_000


def report_chat_models(settings: Settings, *, check: bool) -> int:
    """Describe each model, those of the arena last; with `check`, ask it the trial's
    questions. Return 1 if one fails. Raises SettingsError."""
    out, phrases = console_for(sys.stdout), ModelPhrases.of(settings.language)
    texts = settings.chat_model, arena_models(settings).chat_model
    names = dict.fromkeys(choice.name for text in texts for choice in parse_choices(text))
    settings = settings.model_copy(update={"chat_model": ",".join(names)})
    choices = parse_choices(settings.chat_model)
    if not choices:
        show(out, phrases.none)
        return MISUSED if check else DONE
    with closing(open_database(settings)) as state:
        ledger = open_ledger(settings, choices, state)
        if not check:
            book = VoteBook(state, prompt_version())
            for choice in choices:
                _describe(out, phrases, choice, settings, ledger)
                _tell_figures(out, phrases, book.find(choice.name))
            _tell_spent(out, phrases, settings, ledger)
            return DONE
        return asyncio.run(_check_model(out, settings, state, ledger, choices))


async def _check_model(
    out: Console,
    settings: Settings,
    state: StateOnDemand,
    ledger: SpendingLedger,
    choices: Sequence[Choice],
) -> int:
    phrases = ModelPhrases.of(settings.language)
    code = DONE
    models = open_models(settings, state)
    working: list[ChatModel] = []
    for choice, model in zip(choices, models, strict=True):
        _describe(out, phrases, choice, settings, ledger)
        try:
            trial = await try_model(model, settings.language)
        except ModelFailed as failure:
            code = FAILED
            detail = f" ({failure.detail})" if failure.detail else ""
            show(out, f"  ✗ {phrases.faults[failure.kind]}{detail}")
            continue
        micros = ledger.cost(choice.name, trial.usage) if trial.usage is not None else None
        _tell_trial(out, phrases, trial, micros / _MICROS if micros is not None else None)
        working.append(model)
    try:
        if working:
            book = VoteBook(state, prompt_version())
            code = max(code, await _measure_votes(out, settings, book, working))
    finally:
        for model in models:
            model.close()
    return code


async def _measure_votes(
    out: Console, settings: Settings, book: VoteBook, models: Sequence[ChatModel]
) -> int:
    """Ask the models the bundled questions, and keep what they chose. Return 1 if one fails."""
    from bot.assembly import open_reader, thresholds_of
    from bot.embedder import open_embedder
    from bot.evaluation.vote_trial import open_trial, trial_questions

    phrases, code = ModelPhrases.of(settings.language), DONE
    limits = ModelLimits(settings.chat_context, settings.chat_max_tokens)
    show(out, phrases.trying(len(trial_questions())))
    thresholds = thresholds_of(settings)
    with open_trial(open_embedder(settings), open_reader(settings), thresholds) as trial:
        for model in models:
            try:
                figures = await trial.run(model, limits)
            except ModelFailed as failure:
                code = FAILED
                show(out, f"  ✗ {model.name}: {phrases.faults[failure.kind]}")
                continue
            await asyncio.to_thread(book.keep, model.name, figures)
            show(out, harmless(model.name))
            _tell_figures(out, phrases, figures)
    return code


def _tell_figures(out: Console, phrases: ModelPhrases, figures: VoteFigures | None) -> None:
    if figures is None:
        show(out, f"  {phrases.unmeasured}")
        return
    odds = [figures.vote(agrees=agrees).odds or 0.0 for agrees in (True, False, None)]
    show(out, f"  {phrases.found(figures.right, figures.answerable, figures.reader_right)}")
    show(out, f"  {phrases.refused(figures.refused, figures.near_misses, figures.reader_refused)}")
    show(out, f"  {phrases.worth(*odds)}")


def _describe(
    out: Console, phrases: ModelPhrases, choice: Choice, settings: Settings, ledger: SpendingLedger
) -> None:
    url = own_address(choice, settings)
    show(out, harmless(f"{choice.name} ({redact_url(url)})" if url else choice.name))
    price = ledger.price(choice.name)
    line = phrases.price(price.input, price.output) if price else phrases.no_price
    show(out, f"  {line}")


def _tell_spent(
    out: Console, phrases: ModelPhrases, settings: Settings, ledger: SpendingLedger
) -> None:
    spending = ledger.spent()
    line = phrases.spent(spending.calls, spending.tokens)
    if settings.chat_budget_tokens is not None:
        line += phrases.of_tokens(settings.chat_budget_tokens)
    if settings.chat_prices or settings.chat_budget_money is not None:
        line += phrases.money(spending.micros / _MICROS)
    if settings.chat_budget_money is not None:
        line += phrases.of_money(settings.chat_budget_money)
    show(out, f"{line}.")


def _tell_trial(out: Console, phrases: ModelPhrases, trial: Trial, cost: float | None) -> None:
    lines = [phrases.answered(harmless(trial.text)), phrases.pace(trial.seconds)]
    if trial.usage is not None:
        usage = phrases.tokens(trial.usage.input, trial.usage.output)
        usage += phrases.estimated if trial.usage.is_estimate else ""
        lines.append(f"{usage}{phrases.cost(cost) if cost is not None else ''}.")
    lines.append(phrases.form_numbers if trial.form == "choose" else phrases.form_json)
    lines.append(phrases.chooses if trial.right else phrases.chooses_not)
    for line in lines:
        show(out, f"  {line}")
