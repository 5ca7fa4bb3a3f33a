"""A chat model as a judge; its votes are marked as a model's."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import get_args

from bot.answering.injection import harmless_in_prompt
from bot.arena.battle import Battle
from bot.arena.battle_records import BattleChoice
from bot.llm.base import ChatModel, PromptMessage, Request
from bot.locale.catalogue import Language

_TOKENS = 16
_VERDICTS: dict[str, BattleChoice] = {"A": "first", "B": "second", "C": "good", "D": "bad"}
_WORD = re.compile(r"\w+")
_SKIPPED_WORDS = {"réponse", "reponse", "answer"}


async def judge_battle(model: ChatModel, battle: Battle, unknown: str) -> BattleChoice | None:
    """Let a model vote; return None if its reply is no verdict. `unknown` is the text of an answer
    without statements. Raises ModelFailed."""
    prompt = _load_prompt(
        battle.language if battle.language in get_args(Language) else "en"
    ).format(
        question=harmless_in_prompt(battle.question),
        first=harmless_in_prompt(battle.first.text(unknown)),
        second=harmless_in_prompt(battle.second.text(unknown)),
    )
    request = Request((PromptMessage("user", prompt),), _TOKENS, uncounted=True)
    reply = await model.reply(request)
    words = [word for word in _WORD.findall(reply) if word.casefold() not in _SKIPPED_WORDS]
    return _VERDICTS.get(words[0]) if words else None


@cache
def _load_prompt(language: str) -> str:
    return files("bot.arena").joinpath(f"judge.{language}.txt").read_text(encoding="utf-8")
