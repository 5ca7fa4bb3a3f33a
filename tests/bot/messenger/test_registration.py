"""Every command that the menus show is understood, under both of its names and no other's."""

from __future__ import annotations

import re
from collections import Counter

from telegram.ext import CommandHandler

from bot.state.database import State
from tests.e2e.telegram import all_commands, register_all


def test_what_is_declared_is_understood_and_nothing_twice(state: State) -> None:
    handlers, _ = register_all(state)
    commands = [each.commands for each in handlers if isinstance(each, CommandHandler)]
    understood = Counter(name for each in commands for name in each)
    names = {name for command in all_commands() for name in command.names}
    assert understood == Counter({*names, "start"})


def test_telegram_takes_the_names_and_the_lines() -> None:
    for command in all_commands():
        assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in command.names)
        assert 3 <= len(command.about_fr) <= 40
        assert 3 <= len(command.about_en) <= 40
