"""Message catalogues: gettext PO files by language and domain.

`bot/locale/LANGUAGE/LC_MESSAGES/DOMAIN.po` is read on first use. A feature has its own texts in
`bot/FEATURE/locale/LANGUAGE/LC_MESSAGES/DOMAIN.po`. The msgid is a stable key. A parameter,
`{address}`, may be followed by the name of a format of `bot.locale.format` (`{size:size}`) or of a
count of the same catalogue: `{files:file}` is its text `count.file`, « 3 fichiers ».
The parameter `count` selects the plural form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from gettext import c2py
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar, Literal, Self, cast, get_args

from babel.messages.pofile import read_po

from bot.locale.format import FORMATS

Language = Literal["fr", "en"]

_HERE = Path(__file__).parent


class CatalogueError(LookupError):
    """A missing key, parameter or format: a bug."""


def language_of(tag: str | None) -> Language:
    """The language of a tag such as `fr-CA` or `en_GB`; French if it is unknown."""
    code = (tag or "").lower().replace("_", "-").split("-")[0]
    return next((language for language in get_args(Language) if language == code), "fr")


def catalogue(domain: str, language: str | None) -> Catalogue:
    """Load the texts of a domain, once."""
    return _load(domain, language_of(language))


@cache
def _load(domain: str, language: Language) -> Catalogue:
    return Catalogue(catalogue_path(domain, language), language)


def catalogue_path(domain: str, language: Language) -> Path:
    """Find the file of a domain, shared or a feature's. Raises CatalogueError."""
    for folder in (_HERE, *sorted(_HERE.parent.glob("*/locale"))):
        path = folder / language / "LC_MESSAGES" / f"{domain}.po"
        if path.is_file():
            return path
    raise CatalogueError(f"no catalogue “{domain}”")


def part_texts(domain: str, part: str, language: str | None) -> Mapping[str, str]:
    """The templates of one part of a catalogue, by name."""
    texts, prefix = catalogue(domain, language), f"{part}."
    return {
        key.removeprefix(prefix): texts.templates(key)[0] for key in texts if key.startswith(prefix)
    }


class Catalogue(Formatter):
    """The texts of one PO file."""

    def __init__(self, path: Path, language: Language) -> None:
        with path.open("rb") as file:
            read = read_po(file, locale=language, abort_invalid=True)
        self._path = path
        self._language = language
        self._plural: Callable[[int], int] = c2py(read.plural_expr)
        self._texts: dict[str, tuple[str, ...]] = {}
        for message in read:
            if message.id:
                key, text = message.id, message.string or ()
                key = key if isinstance(key, str) else key[0]
                self._texts[key] = (text,) if isinstance(text, str) else tuple(text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def templates(self, key: str) -> tuple[str, ...]:
        """The template of each plural form."""
        try:
            return self._texts[key]
        except KeyError:
            raise CatalogueError(f"{self._path} has no text “{key}”") from None

    def text(self, key: str, /, **parameters: object) -> str:
        """Format a text. Raises CatalogueError."""
        forms = self.templates(key)
        try:
            form = forms[self._plural(_whole(parameters["count"]))] if forms[1:] else forms[0]
            return self.vformat(form, (), parameters) if "{" in form or "}" in form else form
        except (LookupError, ValueError) as error:
            names = ", ".join(parameters) or "nothing"
            raise CatalogueError(f"{self._path}, “{key}”, given {names}: {error!r}") from error

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec:
            return str(value)
        if format_spec in FORMATS:
            return FORMATS[format_spec](value, self._language)
        return self.text(f"count.{format_spec}", count=value)


def _whole(count: object) -> int:
    if isinstance(count, int):
        return count
    raise ValueError(f"count is {count!r}")


class Texts:
    """The texts of one part of a catalogue, as typed attributes and methods.

    A subclass declares `stopped: str` or `def removed(self, title: str) -> str: ...` for the texts
    `PART.stopped` and `PART.removed`, and a `Mapping` for all texts `PART.NAME.KEY`. Methods that
    are not in the catalogue are ordinary code. `more_languages` are
    those of the part beside `Language`.
    """

    more_languages: ClassVar[tuple[str, ...]] = ()
    domain: ClassVar[str]
    part: ClassVar[str]
    _known: ClassVar[dict[Language, Texts]]
    code: Language

    def __init_subclass__(cls, *, domain: str, part: str) -> None:
        cls.domain, cls.part, cls._known = domain, part, {}

    def __init__(self, language: Language) -> None:
        self.code = language
        texts = _load(self.domain, language)
        for key in texts:
            part, _, name = key.partition(".")
            if part != self.part:
                continue
            name, _, entry = name.partition(".")
            if entry:
                vars(self).setdefault(name, {})[entry] = texts.text(key)
            elif method := getattr(type(self), name, None):
                setattr(self, name, _bound(texts, key, method))
            else:
                setattr(self, name, texts.text(key))

    @classmethod
    def of(cls, language: str | None) -> Self:
        """These texts in a language; French if it is unknown."""
        code = (
            cast("Language", language) if language in cls.more_languages else language_of(language)
        )
        if code not in cls._known:
            cls._known[code] = cls(code)
        texts = cls._known[code]
        assert isinstance(texts, cls)
        return texts


def _bound(texts: Catalogue, key: str, method: Callable[..., str]) -> Callable[..., str]:
    declared = method.__code__
    names = declared.co_varnames[1 : declared.co_argcount]

    def text(*values: object, **named: object) -> str:
        return texts.text(key, **dict(zip(names, values, strict=False)), **named)

    return text
