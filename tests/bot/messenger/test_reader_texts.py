"""What readers get on Telegram names no path, no id and no setting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from string import Formatter
from typing import Any

import pytest

from bot.answer import Answer
from bot.conversation.passage_refs import PassageRef
from bot.locale.answers import AboutPhrases, Phrases
from bot.locale.catalogue import CatalogueError, catalogue
from bot.locale.errors import error_text, reader_text
from bot.messenger.handlers.inline import _answer_result, _article_result
from bot.messenger.outbound.answer_html import (
    answer_html,
    article_html,
    articles_html,
    passage_html,
    sources_html,
)
from index.article import Article, Copy
from index.errors import FetchError, IndexingError, Problem, ReadError
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite, refused
from tests.e2e.telegram import feature_packages, handler_modules

PATH, ID = "corpus/wikinews-html/45496.html", "00b1578af2b9"
INTERNAL = re.compile(rf"SELON_|{re.escape(PATH)}|45496|/srv|{ID}|«\s*selon |`selon ")
FR, EN = Phrases.of("fr"), Phrases.of("en")
VALUES = (3, PATH, (PATH, ID), date(2026, 3, 1))
CODES = sorted(catalogue("errors", "fr"))


def problem(code: str) -> Problem:
    """A problem of this code, its parameters as internal as can be."""
    names = {
        name: spec
        for form in catalogue("errors", "en").templates(code)
        for _, name, spec, _ in Formatter().parse(form)
        if name
    }
    values: dict[str, Any] = {"id": ID}
    for name, spec in names.items():
        path = values.get(name, f"/srv/selon/{PATH}")
        values[name] = next(each for each in VALUES if _takes(spec, each)) if spec else path
    return Problem(code, **{name: values[name] for name in names})


def _takes(spec: str, value: object) -> bool:
    try:
        catalogue("errors", "en").format_field(value, spec)
    except (CatalogueError, TypeError, ValueError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("language", ["fr", "en"])
def test_errors_tell_readers_nothing_internal(language: str) -> None:
    kept = 0
    for code in CODES:
        for shown in ("", "rapport.pdf", f"/srv/selon/{PATH}", ID):
            error = IndexingError(problem(code), subject=shown)
            text = reader_text(error, language)
            assert text is None or not INTERNAL.search(text), code
            kept += text is not None
    assert kept > len(CODES) // 4  # what concerns them is said


def test_what_concerns_readers_is_said_to_them() -> None:
    locked = ReadError("file-encrypted", subject="rapport.pdf")
    assert reader_text(locked, "fr") == error_text(locked, "fr")
    private = FetchError("address-private", subject="http://intranet.exemple/a", place="10.0.0.1")
    assert reader_text(private, "fr") == (
        "http://intranet.exemple/a\u00a0: elle mène à une adresse privée (10.0.0.1)"
    )


def test_only_what_administrators_read_is_said_as_it_is() -> None:
    using = [each for each in handler_modules() if "error_text" in each.read_text("utf-8")]
    assert {each.stem for each in using} == {"reindex", "status"}
    for path in using:
        tree = ast.parse(path.read_text("utf-8"))
        calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
        buttons = [each for each in calls if ast.unparse(each.func) == "on_button"]
        assert not [each for each in buttons if each.keywords]  # `public` is one


def articles() -> Iterator[Article]:
    copies = (Copy(ID, "Titre", PATH),)
    for title in ("Le phare", ""):
        for url in (None, "https://exemple.fr/phare"):
            for outlet in (None, "Le Phare"):
                yield replace(
                    FRESNEL, id=ID, path=PATH, title=title, url=url, outlet=outlet, copies=copies
                )


@pytest.mark.parametrize("article", list(articles()))
@pytest.mark.parametrize("phrases", [FR, EN])
def test_articles_answers_and_inline_results_show_nothing_internal(
    article: Article, phrases: Phrases
) -> None:
    citation = cite(1, BIRTH, article)
    answer: Answer = answered("Quand ?", citation)
    excerpt = PassageRef.of(citation).excerpt(article)
    assert excerpt is not None
    about = AboutPhrases.of(phrases.code)
    results = (_answer_result(answer, phrases), _article_result(article, phrases))
    shown = [
        *article_html(article, phrases),
        *articles_html("Articles", [article], phrases),
        *answer_html(answer, phrases),
        *answer_html(refused("Quand ?", article), phrases),
        *passage_html(excerpt, phrases),
        *sources_html([citation], "Sources", phrases),
        *(about.author(article), about.published(article), about.titled(article)),
        *(about.listed(article), about.counted(2, article)),
        *(each.title for each in results),
        *(each.description or "" for each in results),
        *(each.input_message_content.message_text for each in results),  # type: ignore[attr-defined]
    ]
    for each in shown:
        assert not INTERNAL.search(each), each


READ_BY_ADMINISTRATORS = {"access.set_by_settings"}


@pytest.mark.parametrize(
    "domain",
    [
        "answers",
        "chats",
        "messenger",
        "statistics",
        *(each.__name__[4:] for each in feature_packages()),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_texts_of_the_chat_name_no_setting_and_no_command_of_the_terminal(
    domain: str, language: str
) -> None:
    for key in set(catalogue(domain, language)) - READ_BY_ADMINISTRATORS:
        for form in catalogue(domain, language).templates(key):
            plain = " ".join(form.split())
            assert "SELON_" not in plain, key
            assert "« selon " not in plain, key
            assert "`selon " not in plain, key
