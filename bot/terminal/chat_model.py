"""`selon chat-model`: the configured chat models, their costs, and a trial of each."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import closing

from rich.console import Console

from bot.command import DONE, FAILED, MISUSED
from bot.errors import ModelFailed
from bot.llm.budget import SpendingLedger
from bot.llm.factory import arena_models, open_database, open_ledger, open_models, own_address
from bot.llm.model_answerer import ModelLimits
from bot.llm.prompt import prompt_version
from bot.llm.votes import VoteBook, VoteFigures
from bot.locale.models import ModelPhrases
from bot.locale.text import harmless
from bot.model_choice import Choice, parse_choices
from bot.settings import Settings
from bot.state.database import StateOnDemand
from bot.terminal.console import console_for, show
from index.store.url import redact_url

_MICROS = 1_000_000


def report_chat_models(settings: Settings, *, check: bool) -> int:
    """Describe each model, those of the arena last; with `check`, ask it the bundled
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
        book = VoteBook(state, prompt_version())
        for choice in choices:
            _describe(out, phrases, choice, settings, ledger)
            if not check:
                _tell_figures(out, phrases, book.find(choice.name))
        code = asyncio.run(_try_models(out, settings, state, book)) if check else DONE
        spending = ledger.spent()
        line = phrases.spent(spending.calls, spending.tokens)
        if settings.chat_budget_tokens is not None:
            line += phrases.of_tokens(settings.chat_budget_tokens)
        if settings.chat_prices or settings.chat_budget_money is not None:
            line += phrases.money(spending.micros / _MICROS)
        if settings.chat_budget_money is not None:
            line += phrases.of_money(settings.chat_budget_money)
        show(out, f"{line}.")
        return code


async def _try_models(
    out: Console, settings: Settings, state: StateOnDemand, book: VoteBook
) -> int:
    """Ask the models the bundled questions, and keep what they chose. Return 1 if one fails."""
    from bot.assembly import open_reader, thresholds_of
    from bot.embedder import open_embedder
    from bot.evaluation.vote_trial import open_trial, trial_questions

    phrases, code = ModelPhrases.of(settings.language), DONE
    limits, thresholds = (
        ModelLimits(settings.chat_context, settings.chat_max_tokens),
        thresholds_of(settings),
    )
    models, count = open_models(settings, state), len(trial_questions())
    show(out, phrases.trying(count))
    try:
        with open_trial(open_embedder(settings), open_reader(settings), thresholds) as trial:
            for model in models:
                show(out, harmless(model.name))
                began = time.perf_counter()
                try:
                    figures = await trial.run(model, limits)
                except ModelFailed as failure:
                    code = FAILED
                    detail = f" ({failure.detail})" if failure.detail else ""
                    show(out, f"  ✗ {phrases.faults[failure.kind]}{detail}")
                    continue
                await asyncio.to_thread(book.keep, model.name, figures)
                show(out, f"  {phrases.pace((time.perf_counter() - began) / count)}")
                _tell_figures(out, phrases, figures)
    finally:
        for model in models:
            model.close()
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
