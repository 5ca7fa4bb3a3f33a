"""The pages of the project, held against the code and against each other."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from bench import _figures
from bot.json_records import answer_json
from bot.settings import ENVIRONMENT_PREFIX, Settings
from tests.bot.answers import answered, article, citation
from tests.docs import PARTS, ROOT, example, renew
from tests.test_project import page

DATA = ("corpus/", "tests/", "docs/samples/")
PAGES = sorted(
    name
    for path in (*ROOT.glob("*.md"), *ROOT.glob("[!.]*/**/*.md"))
    if not (name := path.relative_to(ROOT).as_posix()).startswith(DATA)
)
CURRENT = [name for name in PAGES if not name.startswith("research/")]


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", [name for name in PAGES if "<!-- generated: " in page(name)])
def test_generated_parts_are_what_the_code_gives(name: str) -> None:
    assert page(name) == renew(page(name)), "python -m tests.docs"


def test_the_example_of_settings_is_what_the_code_gives() -> None:
    assert page(".env.example") == example(), "python -m tests.docs"


def test_every_part_stands_on_one_page() -> None:
    parts = re.findall(r"<!-- generated: (\w+) -->", "".join(map(page, PAGES)))
    assert sorted(parts) == sorted(PARTS)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_pages_and_headings(name: str) -> None:
    text = re.sub(r"```.*?```", "", page(name), flags=re.DOTALL)
    broken = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        target = ROOT / name if not file else (ROOT / name).parent / file
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", CURRENT)
def test_pages_name_files_settings_and_make_targets_that_exist(name: str) -> None:
    text = page(name)
    named = re.findall(r"`((?:bot|index|selon|corpus|tests|docs|bench|deploy)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []
    settings = {f"{ENVIRONMENT_PREFIX}{field.upper()}" for field in Settings.model_fields}
    ours = settings | {"SELON_BENCH_EVAL", "SELON_CHAT_MODE"}  # the second is gone, and said to be
    if name != "CHANGELOG.md":  # it names what is gone
        assert set(re.findall(r"\bSELON_[A-Z_]*[A-Z]\b", text)) <= ours
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)\b", text)) <= targets


def test_the_page_of_json_lists_every_key_of_an_answer() -> None:
    text = page("docs/json.md")
    answer = json.loads(answer_json(answered(citation("Une carte suffit.", article()))))
    keys = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", text, flags=re.MULTILINE)
    assert {key for row in keys for key in re.findall(r"`(\w+)`", row)} == set(answer)
    (parts,) = re.findall(r"^\| `citations` \| (.+) \|$", text, flags=re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", parts)) >= set(answer["citations"][0])


def test_figures_name_every_benchmark() -> None:
    commands = _figures.BLOCK.findall(page("docs/figures.md"))
    scripts = {path.name for path in (ROOT / "bench").glob("[a-z]*.py")}
    figures = {Path(command.split()[0]).name for command in commands}
    assert figures <= scripts
    assert {name for name in scripts if f"bench/{name}" not in page("docs/figures.md")} <= {
        "fit_confidence.py"  # it writes coefficients, not figures
    }


def test_the_changelog_and_the_citation_have_the_version() -> None:
    version = tomllib.loads(page("pyproject.toml"))["project"]["version"]
    changelog = page("CHANGELOG.md")
    assert version in re.findall(r"^## \[([^\]]+)\]", changelog, flags=re.MULTILINE)
    assert f"version: {version}\n" in page("CITATION.cff")
    groups = set(re.findall(r"^### (.+)$", changelog, flags=re.MULTILINE))
    assert groups <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_first_page_is_short() -> None:
    assert len(page("README.md").split()) <= 900
