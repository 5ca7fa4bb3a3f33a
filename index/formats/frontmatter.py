"""YAML front matter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from index.errors import Problem, ReadError, Words, reason_of
from index.formats.base import TEXT_BYTES, Content, Metadata, ParsedArticle
from index.formats.encoding import decode
from index.formats.publication import why_unpublished
from index.text.dates import find_moment
from index.text.folding import fold
from index.text.language import detect

_TITLE = ("title", "titre")
_AUTHOR = ("author", "auteur", "autrice", "authors", "auteurs")
_UPDATED = ("updated", "modified", "mis_a_jour", "maj", "updated_at", "datemodified", "lastmod")
_OUTLET = ("outlet", "media", "journal", "publisher", "editeur", "site_name", "publication")
_CATEGORY = ("category", "categorie", "rubrique", "section")
_PUBLISHED = ("published", "date", "publie", "publie_le", "published_at", "datepublished")
_URL = ("url", "link", "lien", "source_url")
_LANGUAGE = ("language", "langue", "lang")
_NAMES = {
    **dict.fromkeys(("francais", "french"), "fr"),
    **dict.fromkeys(("anglais", "english"), "en"),
    **dict.fromkeys(("espagnol", "espanol", "spanish"), "es"),
    **dict.fromkeys(("allemand", "deutsch", "german"), "de"),
    **dict.fromkeys(("italien", "italiano", "italian"), "it"),
}
_UNQUOTED = re.compile(r"""^([\w-]+:[ \t]++)(?![\[{&*!|>%@`"'#])(.*:(?:[ \t].*)?)$""", re.MULTILINE)
_SLASHES = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](?=\d{4}\b)")
_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9-]+)?")


def from_marked_text(content: Content, parse: Callable[[str], ParsedArticle]) -> ParsedArticle:
    """Read a text that may begin with front matter; `parse` parses the rest."""
    text = decode(content.read(TEXT_BYTES), content.label)
    metadata, rest = split_front_matter(text, content.label)
    parsed = parse(rest)
    return replace(parsed, metadata=metadata.completed(parsed.metadata))


def split_front_matter(text: str, label: str) -> tuple[Metadata, str]:
    """Return the metadata in the front matter of `text`, and the rest.

    Raises ReadError if the YAML is broken, or marks the text as a draft.
    """
    try:
        data, body = frontmatter.parse(text, handler=_LenientHandler())
    except yaml.YAMLError as error:
        mark, message = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        words = Words(" ".join(str(message).split()))
        why = words if message else Problem("front-matter-quotes")
        if mark is None:
            raise ReadError("front-matter-invalid", subject=label, reason=why) from error
        line = mark.line + 1
        raise ReadError(
            "front-matter-invalid-line", subject=label, line=line, reason=why
        ) from error
    except (ValueError, TypeError) as error:
        raise ReadError(
            "front-matter-unreadable", subject=label, reason=reason_of(error)
        ) from error
    if not isinstance(data, Mapping) or (not data and text.lstrip().startswith("---")):
        return Metadata(), text
    values = {fold(str(key).lower()): value for key, value in data.items()}
    if status := why_unpublished(values):
        raise ReadError(status, subject=label)
    return _metadata(values, body, label), body


class _LenientHandler(YAMLHandler):
    """Reads « titre: Piscine : l’ouverture », which is no YAML, as if the title were quoted."""

    def load(self, fm: str, **kwargs: object) -> Any:
        try:
            return super().load(fm, **kwargs)
        except yaml.YAMLError:
            return super().load(_UNQUOTED.sub(_quote_value, fm), **kwargs)


def _quote_value(line: re.Match[str]) -> str:
    return line[1] + json.dumps(line[2].strip(), ensure_ascii=False)


def _metadata(values: Mapping[str, object], body: str, label: str) -> Metadata:
    authors = _first(values, _AUTHOR)
    people = authors if isinstance(authors, list | tuple) else [authors]
    names = (person.get("name") if isinstance(person, Mapping) else person for person in people)
    url = _text(_first(values, _URL), "url", label)
    language = language_code(_first(values, _LANGUAGE))
    day_first = (language or detect(body)) == "fr"
    return Metadata.of(
        "front matter",
        title=_text(_first(values, _TITLE), "title", label),
        author=", ".join(filter(None, (_text(name, "author", label) for name in names))),
        published=_date(_first(values, _PUBLISHED), day_first=day_first),
        updated=_date(_first(values, _UPDATED), day_first=day_first),
        outlet=_text(_first(values, _OUTLET), "outlet", label),
        category=_text(_first(values, _CATEGORY), "category", label),
        url=url if url and re.match(r"https?://\S+$", url) else None,
        language=language,
    )


def _first(values: Mapping[str, object], keys: Iterable[str]) -> object:
    return next((values[key] for key in keys if values.get(key) not in (None, "")), None)


def _text(value: object, key: str, label: str) -> str | None:
    """Return one line of text, also for a bare number or date (`title: 1984`)."""
    if value is None:
        return None
    if isinstance(value, str | int | float | date) and not isinstance(value, bool):
        return " ".join(str(value).split()) or None
    raise ReadError("front-matter-not-text", subject=label, key=key)


def _date(value: object, *, day_first: bool) -> date | datetime | None:
    """Parse a date; `day_first` decides where « 03/04/2026 » is ambiguous."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    moment = find_moment(value)
    return find_moment(_SLASHES.sub(r"\1.\2.", value)) if day_first and not moment else moment


def language_code(value: object) -> str | None:
    """Return the ISO 639-1 code of « fr-FR », « fr_FR » or « Français »; None for anything else."""
    if value is False:
        return "no"  # YAML reads the code of Norwegian as a boolean
    name = fold(str(value).strip().lower())
    match = _CODE.fullmatch(name)
    return match[1] if match else _NAMES.get(name)
