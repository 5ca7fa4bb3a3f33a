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
EXAMPLES = [
    (match[1], match[2]) for match in re.finditer(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)
]
SAID: Mapping[str, str] = {
    "/api/ask": "Fleming",
    "/api/search": "grotte-de-lascaux",
    "chat.completions": "[1](http",
    "client.responses": "Fleming",
    "Client(": "Fleming",
}
"""What an example prints, by what it calls."""


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_an_example_does_what_it_promises(live: str, kind: str, example: str) -> None:
    assert ADDRESS in example
    program = ["sh", "-euc"] if kind == "sh" else [sys.executable, "-c"]
    ran = subprocess.run(
        [*program, example.replace(ADDRESS, live)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    (expected,) = (SAID[each] for each in SAID if each in example)
    assert expected in ran.stdout
    if kind == "sh":
        json.loads(ran.stdout)


def test_the_page_names_every_address() -> None:
    for path in describe_api()["paths"]:
        assert path.partition("{")[0] in PAGE


def test_the_script_of_the_widget_is_where_the_page_says(live: str) -> None:
    (source,) = re.findall(r'src="https://selon\.exemple\.fr(/[^"]+)"', PAGE)
    ran = subprocess.run(
        ["curl", "-sS", "--fail", f"{live}{source}"], capture_output=True, text=True, check=True
    )
    assert "attachShadow" in ran.stdout
