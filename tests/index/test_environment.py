"""What every process sets before it loads a library."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_LOOK = """
import importlib, os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print(os.environ.get("OPENBLAS_NUM_THREADS"), flush=True)
            os._exit(0)

sys.meta_path.insert(0, Watch())
importlib.import_module(sys.argv[1])
import numpy
"""


@pytest.mark.parametrize(
    ("module", "given"),
    [
        *(("selon", None), ("bot.main", None), ("bot.library.articles", None)),
        *(("bot.speech.kokoro", None), ("index.formats.worker", None), ("bot.main", "4")),
    ],
)
def test_matrices_are_multiplied_by_one_thread_unless_the_environment_says_otherwise(
    module: str, given: str | None
) -> None:
    environment = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    if given is not None:
        environment["OPENBLAS_NUM_THREADS"] = given
    loading = subprocess.run(
        [sys.executable, "-c", _LOOK, module], env=environment, capture_output=True, text=True
    )
    assert loading.stdout.strip() == (given or "1")
