"""Field names of records, and metadata read from their values."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

from index.formats.base import Metadata, Origin
from index.formats.frontmatter import language_code
from index.text.dates import find_moment, valid_day
from index.text.folding import fold

# Field names by fact, the likeliest first, in lower case without accents and marks. The last names
# for the text hold only a part of it.
NAMES: Mapping[str, str] = {
    "text": "text texte body content contenu corps article articlebody bodytext bodyhtml fulltext "
    "contenthtml contenttext contentmarkdown textecomplet texteintegral html markdown message "
    "description summary resume abstract chapo",
    "title": "title titre headline intitule nom name titrearticle",
    "author": "author auteur authors auteurs autrice autrices byline creator dccreator signature",
    "published": "published date publie publieele publieles publieeles publiele publishedat "
    "datepublished publicationdate datepublication datedepublication pubdate publishdate "
    "datepubli parution dateparution datedeparution publishedon publishedtime dateiso",
    "updated": "updated modified updatedat modifiedat datemodified lastmod misajour misajourle maj "
    "datemaj datemodification lastupdated dateupdated",
    "url": "url link lien permalink adresse href canonicalurl sourceurl externalurl",
    "outlet": "outlet source media journal site publisher publication editeur newspaper sitename",
    "language": "language lang langue",
    "category": "category categorie section rubrique categories rubriques theme",
    "id": "id guid key identifiant identifier uuid cle reference",
}
_INNER = ("_source", "article", "attributes", "fields", "data", "document", "node", "item")
_VALUES = ("rendered", "value", "processed", "name", "text", "#text", "title", "url", "href")
_LINE_LIMIT = 500  # characters of a title, a name, a section
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")
_TAG = re.compile(r"<[^<>]{1,500}>")
_NUMERIC = re.compile(r"\s*(\d{1,2})([-/])(\d{1,2})\2(\d{4})(?!\d)(.{0,60})", re.DOTALL)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EPOCHS = range(315_532_800, 4_102_444_800)  # seconds of 1980 to 2100

Order = Literal["day", "month"]  # the first number of « 03/04/2025 »


def field_values(
    values: Mapping[str, object], fact: str, field_map: Mapping[str, str]
) -> Iterator[object]:
    """Yield the non-empty values for a fact, the likeliest first.

    `field_map` maps a fact to its only field name, or path (`author.name`).
    """
    if fact in field_map:
        candidates = [field_at(values, field_map[fact])]
    else:
        candidates = [values[key] for key in _keys(tuple(values)).get(fact, ())]
    return (value for value in candidates if value not in (None, "", [], {}))


def flatten_record(values: Mapping[str, object]) -> Mapping[str, object]:
    """Flatten a record whose article is nested in a field (`_source`, `attributes`)."""
    if "text" in _keys(tuple(values)) and any(map(as_text, field_values(values, "text", {}))):
        return values
    for name in _INNER:
        inner = values.get(name)
        if isinstance(inner, Mapping) and "text" in _keys(tuple(map(str, inner))):
            return {**values, **{str(key): value for key, value in inner.items()}}
    return values


def field_at(values: object, name: str) -> object:
    """Return the value at a field name or dotted path; None if there is none."""
    if isinstance(values, Mapping):
        if name in values:
            return values[name]
        first, _, rest = name.partition(".")
        return field_at(values[first], rest) if rest and first in values else None
    if isinstance(values, list):
        inner = (field_at(value, name) for value in values)
        return [value for value in inner if value is not None] or None
    return None


def metadata_of(
    values: Mapping[str, object], field_map: Mapping[str, str], order: Order | None, origin: Origin
) -> Metadata:
    """Read the metadata of an article from the fields of a record."""

    def first(fact: str) -> object:
        return next(field_values(values, fact, field_map), None)

    outlet = one_line(first("outlet"))
    return Metadata.of(
        origin,
        title=one_line(first("title")),
        author=people_in(first("author")),
        published=as_moment(first("published"), order),
        updated=as_moment(first("updated"), order),
        url=next(filter(None, map(field_address, field_values(values, "url", field_map))), None),
        outlet=None if outlet and _ADDRESS.match(outlet) else outlet,
        language=language_code(one_line(first("language"))),
        category=one_line(first("category")),
    )


def as_text(value: object) -> str | None:
    """Return an article's text, joining a list of paragraphs."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, list):
        parts = [part for part in map(as_text, value) if part]
        return "\n\n".join(parts) or None
    if isinstance(value, Mapping):
        return next(filter(None, (as_text(value.get(name)) for name in _VALUES)), None)
    return None


def as_moment(value: object, order: Order | None = None) -> date | datetime | None:
    """Parse a date: text, `20250829`, or seconds since 1970."""
    if isinstance(value, date):
        return value
    text = one_line(value)
    if text is None:
        return None
    if match := _COMPACT.fullmatch(text):
        return valid_day(*match.groups())
    if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
        readings = (float(text), float(text) / 1000)
        seconds = next((reading for reading in readings if int(reading) in _EPOCHS), None)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    moment = find_moment(text)
    numeric = _NUMERIC.match(text) if moment is None and order else None
    if numeric is None:
        return moment
    day, month = (numeric[1], numeric[3]) if order == "day" else (numeric[3], numeric[1])
    return find_moment(f"{numeric[4]}-{month:0>2}-{day:0>2}{numeric[5]}")


def date_order(values: Iterable[object]) -> Order | None:
    """Infer from a column of dates (« 29/08/2025 ») whether the day or the month comes first; None
    if undecided or contradictory."""
    matches = [match for value in values if (match := _NUMERIC.match(str(value)))]
    day = any(int(match[1]) > 12 for match in matches)
    month = any(int(match[3]) > 12 for match in matches)
    if day == month:
        return None
    return "day" if day else "month"


def facts_in_names(names: Iterable[str]) -> frozenset[str]:
    """Return the facts that fields of these names hold."""
    return frozenset(_keys(tuple(names)))


@lru_cache(maxsize=256)
def _keys(keys: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Map each fact to the fields that hold it, the likeliest first."""
    plain: dict[str, str] = {}
    for key in keys:
        plain.setdefault(re.sub(r"[\W_]+", "", fold(key.lower())), key)
    fields = {
        fact: [plain[n] for n in names.split() if n in plain] for fact, names in NAMES.items()
    }
    return {fact: tuple(keys) for fact, keys in fields.items() if keys}


def one_line(value: object) -> str | None:
    """Return one line of plain text; the first of several values."""
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, Mapping):
        value = as_text(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = html.unescape(_TAG.sub("", str(value))) if isinstance(value, str) else str(value)
    return " ".join(text.split())[:_LINE_LIMIT] or None


def people_in(value: object) -> str | None:
    names = map(_person, value if isinstance(value, list) else [value])
    return ", ".join(dict.fromkeys(filter(None, names))) or None


def _person(value: object) -> str | None:
    if isinstance(value, Mapping) and not as_text(value):
        first = value.get("prenom") or value.get("first_name") or ""
        return one_line(f"{first} {value.get('nom') or value.get('last_name') or ''}")
    name = one_line(value)
    return None if name is None or name.isdecimal() else name


def field_address(value: object) -> str | None:
    text = one_line(value)
    return text if text and _ADDRESS.fullmatch(text) else None
