"""Every command that the menus show is understood, under both of its names and no other's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from telegram.ext import CommandHandler

from bot.messenger import handlers
from bot.messenger.menus import MenuCommand
from bot.state.database import State, open_state, state_url
from tests.e2e.telegram import all_commands, feature_commands, feature_packages, register_all

PATHS = list(handlers.__path__)


def _declared() -> set[MenuCommand]:
    modules = [import_module(f"{handlers.__name__}.{each.name}") for each in iter_modules(PATHS)]
    named = (value for module in modules for value in vars(module).values())
    return {value for value in named if isinstance(value, MenuCommand)}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = open_state(state_url(None, tmp_path))
    yield state
    state.close()


@pytest.fixture
def understood(state: State) -> Counter[str]:
    """How many handlers of commands there are for a name."""
    return Counter(
        name
        for each in register_all(state)[0]
        if isinstance(each, CommandHandler)
        for name in each.commands
    )


def test_what_is_declared_is_understood_and_nothing_twice(understood: Counter[str]) -> None:
    names = {name for command in all_commands() for name in command.names}
    assert understood == Counter({*names, "start"})


def test_the_table_lists_what_is_declared_once() -> None:
    assert Counter(all_commands()) == Counter([*_declared(), *feature_commands()])


def test_telegram_takes_the_names_and_the_lines() -> None:
    for command in all_commands():
        assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in command.names)
        assert 3 <= len(command.about_fr) <= 40
        assert 3 <= len(command.about_en) <= 40


def test_handlers_and_features_have_their_jobs_run(state: State) -> None:
    """What was begun is gone on with, what comes at its time is sent, what is over is erased."""
    _, chores = register_all(state)
    names = {each.name for each in chores}
    assert {"forgetting", "access", "announcements", "documents"} <= names
    features = {package.__name__ for package in feature_packages()}
    if "bot.alerts" in features:
        assert {"alerts", "subscriptions"} <= names
    if "bot.digests" in features:
        assert {"digests", "recordings"} <= names
