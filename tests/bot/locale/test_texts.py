"""Every text is there in both languages, with the same parameters, is used and is well set."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from bot import locale
from bot.locale.catalogue import Catalogue, CatalogueError, Texts, catalogue, catalogue_path
from bot.locale.format import FORMATS
from bot.locale.terminal import TerminalPhrases
from bot.main import _command

ROOT = Path(locale.__file__).parent
FEATURES = sorted(path.parent for path in ROOT.parent.glob("*/locale"))
PATHS = [
    path for folder in (ROOT, *(f / "locale" for f in FEATURES)) for path in folder.rglob("*.po")
]
LANGUAGES = ("fr", "en")
CATALOGUES = sorted((path.stem, path.parts[-3]) for path in PATHS)
DOMAINS = sorted({domain for domain, _ in CATALOGUES})

for module in pkgutil.iter_modules(locale.__path__, "bot.locale."):
    importlib.import_module(module.name)
for feature in FEATURES:
    importlib.import_module(f"bot.{feature.name}.texts")

CLASSES = Texts.__subclasses__()
DECLARED = sorted({texts_class.domain for texts_class in CLASSES})


@cache
def messages(domain: str, language: str) -> dict[str, Message]:
    with catalogue_path(domain, language).open("rb") as file:
        read = read_po(file, abort_invalid=True)
    return {_key(message): message for message in read if message.id}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def parameters(texts: Catalogue, key: str) -> set[str]:
    """The names in every plural form of a text."""
    return {name for name, _ in fields(texts, key)}


def fields(texts: Catalogue, key: str) -> list[tuple[str, str]]:
    parsed = (part for form in texts.templates(key) for part in Formatter().parse(form))
    return [(name, spec or "") for _, name, spec, _ in parsed if name is not None]


def counts_used(texts: Catalogue) -> set[str]:
    return {
        f"count.{spec}" for key in texts for _, spec in fields(texts, key) if spec not in FORMATS
    } - {"count."}


def stubs(kind: type[Texts]) -> dict[str, set[str]]:
    """The methods that the catalogue has to give, and their parameters."""
    return {
        name: set(inspect.signature(method).parameters) - {"self"}
        for name, method in vars(kind).items()
        if inspect.isfunction(method) and inspect.getsource(method).rstrip().endswith("...")
    }


@pytest.mark.parametrize(("domain", "language"), CATALOGUES)
def test_a_catalogue_is_well_formed(domain: str, language: str) -> None:
    written = catalogue_path(domain, language).read_text(encoding="utf-8")
    found = messages(domain, language)
    keys = re.findall(r'^msgid (?:""\n)?"(.+)"$', written, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(found), "a key stands twice"
    assert f"Language: {language}\\n" in written
    assert "#~" not in written
    for key, message in found.items():
        forms = catalogue(domain, language).templates(key)
        assert not message.fuzzy, key
        assert all(forms), key
        assert len(forms) == (2 if message.pluralizable else 1), key
        assert all("count" in parameters(catalogue(domain, language), key) for _ in forms[1:]) or (
            key == "statistics.questions"
        ), key


@pytest.mark.parametrize("domain", DECLARED)
def test_both_languages_have_the_same_texts_with_the_same_parameters(domain: str) -> None:
    french, english = catalogue(domain, "fr"), catalogue(domain, "en")
    assert list(french) == list(english)
    for key in french:
        if key != "why.malformed":  # in French, the address stands before it
            assert parameters(french, key) == parameters(english, key), key
        assert len(french.templates(key)) == len(english.templates(key)), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CLASSES)
def test_what_is_declared_has_the_parameters_declared(kind: type[Texts], language: str) -> None:
    texts, given = catalogue(kind.domain, language), kind.of(language)
    assert counts_used(texts) <= set(texts)
    for name in kind.__annotations__:
        assert getattr(given, name), name
    for name, declared in stubs(kind).items():
        key = f"{kind.part}.{name}"
        assert parameters(texts, key) | ({"count"} & declared) == declared, key


def read_help(command: Any) -> Iterator[str]:
    """What `--help` says of a command and of what may be typed behind it."""
    yield command.help or ""
    yield from (getattr(param, "help", None) or "" for param in command.params)
    for subcommand in getattr(command, "commands", {}).values():
        yield from read_help(subcommand)


def test_help_is_of_the_catalogues() -> None:
    shown = read_help(_command(TerminalPhrases.of("fr")))
    assert [word for word in shown if re.fullmatch(r"\w+", word)] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_french_signs_stand_after_a_space_that_does_not_break(domain: str) -> None:
    texts = catalogue(domain, "fr")
    for key in texts:
        for text in texts.templates(key):
            assert not re.search(r"[^\s:/]:(?=\s|$)", text.replace("clé: valeur", "")), text
            assert not re.search(r"[^\u202f][;!?](?![^\s])|[^\u00a0]»", text.replace('?"', "")), (
                text
            )
            assert not re.search(r"[ \u202f]:| [;!?»]|«[ \u202f]", text), text
            assert "'" not in re.sub(r"\s'|'\s|^'|'$|selon ask.*", "", text), text


FRENCH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "watch.waiting"
msgstr "En attente\u00a0: {why}"

msgid "watch.brace"
msgstr "{{}}"

msgid "watch.limit"
msgstr "{limit:number} au plus, dans {files:file}"

msgid "count.file"
msgid_plural "count.file"
msgstr[0] "{count:number} fichier"
msgstr[1] "{count:number} fichiers"
"""


@pytest.fixture
def french(tmp_path: Path) -> Catalogue:
    path = tmp_path / "watch.po"
    path.write_text(FRENCH, encoding="utf-8")
    return Catalogue(path, "fr")


def test_a_text_takes_its_parameters_by_name(french: Catalogue) -> None:
    assert french.text("watch.waiting", why="{x}") == "En attente\u00a0: {x}"
    assert french.text("watch.brace") == "{}"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 fichier"), (1, "1 fichier"), (2, "2 fichiers"), (1234, "1\u202f234 fichiers")],
)
def test_french_has_no_plural_below_two(french: Catalogue, count: int, text: str) -> None:
    assert french.text("count.file", count=count) == text
    assert french.text("watch.limit", limit=1000, files=count) == f"1\u202f000 au plus, dans {text}"


@pytest.mark.parametrize(
    ("key", "parameters", "said"),
    [
        ("watch.wating", {}, "has no text “watch.wating”"),
        ("watch.waiting", {"way": "x"}, "“watch.waiting”, given way: KeyError\\('why'\\)"),
        ("count.file", {"files": 2}, "KeyError\\('count'\\)"),
        ("watch.limit", {"limit": 1, "files": None}, "count is None"),
    ],
)
def test_a_programmer_is_told_what_is_missing(
    french: Catalogue, key: str, parameters: dict[str, object], said: str
) -> None:
    with pytest.raises(CatalogueError, match=said):
        french.text(key, **parameters)
