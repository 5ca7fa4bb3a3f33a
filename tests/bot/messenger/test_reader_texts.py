"""What readers get on Telegram names no path, no id and no setting."""

from __future__ import annotations

import re
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
from bot.messenger.outbound import answer_html as html
from index.article import Copy
from index.errors import FetchError, IndexingError, Problem, ReadError
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite, refused
from tests.e2e.telegram import feature_packages

PATH, ID = "corpus/wikinews-html/45496.html", "00b1578af2b9"
INTERNAL = re.compile(rf"SELON_|{re.escape(PATH)}|45496|/srv|{ID}|«\s*selon |`selon ")
FR, EN = Phrases.of("fr"), Phrases.of("en")
VALUES = (3, PATH, (PATH, ID), date(2026, 3, 1))
CODES = sorted(catalogue("errors", "fr"))
INTERNALS: dict[str, Any] = {"id": ID, "path": PATH, "copies": (Copy(ID, "Titre", PATH),)}


def problem(code: str) -> Problem:
    """A problem of this code, its parameters as internal as can be."""
    values: dict[str, Any] = {}
    for form in catalogue("errors", "en").templates(code):
        for _, name, spec, _ in Formatter().parse(form):
            if name:
                usual = ID if name == "id" else f"/srv/selon/{PATH}"
                fitting = (value for value in VALUES if spec and _takes(spec, value))
                values[name] = next(fitting, usual)
    return Problem(code, **values)


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


@pytest.mark.parametrize("title", ["Le phare", ""])
@pytest.mark.parametrize("url", [None, "https://exemple.fr/phare"])
@pytest.mark.parametrize("outlet", [None, "Le Phare"])
@pytest.mark.parametrize("phrases", [FR, EN])
def test_articles_answers_and_inline_results_show_nothing_internal(
    title: str, url: str | None, outlet: str | None, phrases: Phrases
) -> None:
    article = replace(FRESNEL, title=title, url=url, outlet=outlet, **INTERNALS)
    citation = cite(1, BIRTH, article)
    answer: Answer = answered("Quand ?", citation)
    excerpt = PassageRef.of(citation).excerpt(article)
    assert excerpt is not None
    about = AboutPhrases.of(phrases.code)
    results = (_answer_result(answer, phrases), _article_result(article, phrases))
    shown = [
        *html.article_html(article, phrases),
        *html.articles_html("Articles", [article], phrases),
        *html.answer_html(answer, phrases),
        *html.answer_html(refused("Quand ?", article), phrases),
        *html.passage_html(excerpt, phrases),
        *html.sources_html([citation], "Sources", phrases),
        *(about.author(article, "Jules Lefèvre"), about.published(article, date(2026, 3, 2))),
        about.titled(article),
        *(about.listed(article), about.counted(2, article)),
        *(result.title for result in results),
        *(result.description or "" for result in results),
        *(result.input_message_content.message_text for result in results),  # type: ignore[attr-defined]
    ]
    for line in shown:
        assert not INTERNAL.search(line), line


READ_BY_ADMINISTRATORS = {"access.set_by_settings"}


FEATURES = [package.__name__[4:] for package in feature_packages()]


@pytest.mark.parametrize("domain", ["answers", "chats", "messenger", "statistics", *FEATURES])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_texts_of_the_chat_name_no_setting_and_no_command(domain: str, language: str) -> None:
    for key in set(catalogue(domain, language)) - READ_BY_ADMINISTRATORS:
        for form in catalogue(domain, language).templates(key):
            assert not re.search(r"SELON_|«\sselon |`selon ", " ".join(form.split())), key
