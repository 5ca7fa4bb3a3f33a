"""The examples of docs/api.md, run as they stand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping

import pytest

from bot.web.api import describe_api
from tests.docs import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)
SAID: Mapping[str, str] = {
    **dict.fromkeys(("/api/ask", "client.responses", "Client("), "Fleming"),
    **{"/api/search": "grotte-de-lascaux", "chat.completions": "[1](http"},
}
"""What an example prints, by what it calls."""


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_an_example_does_what_it_promises(live: str, kind: str, example: str) -> None:
    assert ADDRESS in example
    program = ["sh", "-euc"] if kind == "sh" else [sys.executable, "-c"]
    command = [*program, example.replace(ADDRESS, live)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert ran.returncode == 0, ran.stderr
    (expected,) = (SAID[key] for key in SAID if key in example)
    assert expected in ran.stdout
    if kind == "sh":
        json.loads(ran.stdout)


def test_the_page_names_every_address() -> None:
    for path in describe_api()["paths"]:
        assert path.partition("{")[0] in PAGE
