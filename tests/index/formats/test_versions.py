"""A parser's output changes only with its version, or indexes would mix articles of both."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ReadError
from index.formats.base import FACTS, Content, Options, ParsedArticle, Source
from index.formats.conversion import articles_in, read_content
from index.formats.table import FORMATS, format_of
from index.ingestion import readings as rules
from index.ingestion.duplicates import signature
from index.ingestion.passages import cut
from index.text.antecedents import sentences_in_context
from index.text.language import terms
from tests.goldens.conftest import updating
from tests.index.formats.test_any_bytes import NAMES, SAMPLES

RECORD = Path(__file__).with_name("versions.json")
DATA = Path(__file__).parents[2] / "data"
STAGES = ("parsed", "article", "passage")


def _samples() -> Iterator[tuple[str, bytes]]:
    for suffix, data in SAMPLES.items():
        yield NAMES.get(suffix, f"a{suffix}"), data
    for path in sorted((*(DATA / "pages").glob("*.html"), *(DATA / "press").glob("*.md"))):
        yield path.name, path.read_bytes()


def _outputs(name: str, data: bytes) -> dict[str, str]:
    """Digests of what each stage makes of a file."""
    content = Content.of_bytes(data, name)
    source = Source(Path(name), name, f"corpus/{name}")
    try:
        parts = [*read_content(content)]
        parsed_articles = [_parsed_text(part) for part in parts if isinstance(part, ParsedArticle)]
        articles = [part for part in articles_in(content, source) if isinstance(part, Article)]
    except ReadError as error:
        parsed_articles, articles = [str(error)], []
    passages = [_passage_text(article) for article in articles]
    return {
        stage: hashlib.blake2b(repr(output).encode(), digest_size=8).hexdigest()
        for stage, output in zip(STAGES, (parsed_articles, articles, passages), strict=True)
    }


def _parsed_text(parsed: ParsedArticle) -> object:
    facts = [
        ([getattr(metadata, name) for name in FACTS], sorted(metadata.origins.items()))
        for metadata in (parsed.metadata, parsed.guesses)
    ]
    return parsed.blocks, parsed.key, facts


def _passage_text(article: Article) -> object:
    passages = cut(article)
    context = [sentences_in_context(passage, article.language) for passage in passages]
    return passages, context, terms(article.text, article.language), signature(article.text)


def _versions() -> dict[str, int]:
    parsers = {file_format.suffix: file_format.version for file_format in FORMATS}
    return {**parsers, "article": rules.ARTICLE_VERSION, "passage": rules.PASSAGE_VERSION}


def _stale_version(name: str, before: dict[str, str], now: dict[str, str]) -> str | None:
    """The version that decides on the first stage whose output differs; None if all are alike."""
    stage = next((stage for stage in STAGES if before[stage] != now[stage]), None)
    file_format = format_of(name)
    assert file_format is not None
    return file_format.suffix if stage == "parsed" else stage


def test_an_output_changes_only_with_its_version(pytestconfig: pytest.Config) -> None:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    versions = _versions()
    samples = {name: _outputs(name, data) for name, data in _samples()}
    known = record["samples"]
    stale = {_stale_version(name, known[name], samples[name]) for name in known.keys() & samples}
    to_raise = {v for v in stale if v and versions[v] <= record["versions"].get(v, 0)}
    assert not to_raise, (
        f"the samples give another output: raise the version of {sorted(to_raise)} (a format's in "
        "index/formats/table.py, `article` and `passage` in index/ingestion/readings.py)"
    )
    now = {"versions": versions, "samples": samples}
    if updating(pytestconfig):
        RECORD.write_text(f"{json.dumps(now, indent=1)}\n", encoding="utf-8")
        return
    assert record == now, "run this test with GOLDENS=update"


def test_rules_hang_on_versions_options_and_what_reads_scans(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digests = [rules.rules(Options(ocr=False)), rules.rules(Options(fields={"text": "corps"}))]
    assert rules.rules() == rules.rules(Options())
    digests.append(rules.rules())
    with monkeypatch.context() as patch:
        patch.setattr("shutil.which", lambda name: f"/opt/{name}")
        digests.append(rules.rules())
    with monkeypatch.context() as patch:
        patch.setattr(rules, "FORMATS", [replace(one, version=2) for one in FORMATS])
        digests.append(rules.rules())
    monkeypatch.setattr(rules, "ARTICLE_VERSION", 0)
    digests.append(rules.rules())
    assert len({*digests}) == len(digests)


def test_every_library_that_formats_import_is_in_the_rules() -> None:
    """The distributions of what is imported below `index/formats` and `index/text`."""
    package = Path(rules.__file__).parents[1]
    files = [*(package / "formats").rglob("*.py"), *(package / "text").rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_bytes()))]
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    packages = {name.partition(".")[0] for name in names} - {"index"}
    distributions_of = packages_distributions()
    distributions = {one for name in packages for one in distributions_of.get(name, ())}
    beside = {"RapidFuzz", "text2num"}  # for questions and digests
    assert distributions - beside == {*rules.LIBRARIES}
