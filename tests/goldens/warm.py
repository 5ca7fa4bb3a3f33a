"""Everything that commands import, for the fork server that runs them."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import warnings

import bot
import index

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for package in (bot, index):
        for module in pkgutil.walk_packages(
            package.__path__, f"{package.__name__}.", lambda name: None
        ):
            try:
                importlib.import_module(module.name)
            except Exception:  # what it needs is not installed
                continue
gc.collect()
gc.freeze()
