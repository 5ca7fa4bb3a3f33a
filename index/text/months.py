"""The names of the months, in the languages that Selon knows words of."""

from __future__ import annotations

from index.text.folding import fold

_NAMES = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


def month_names(*languages: str) -> frozenset[str]:
    """The names in these languages, in lower case, as they are written and without accents."""
    names = [name for language in languages for name in _NAMES[language].split()]
    return frozenset(names) | frozenset(map(fold, names))


def month_pattern(*languages: str) -> str:
    """A pattern of any of these names, the longest first."""
    return "|".join(sorted(month_names(*languages), key=lambda name: (-len(name), name)))


MONTH_NUMBERS = {
    fold(name): number
    for names in _NAMES.values()
    for number, name in enumerate(names.split(), start=1)
}
"""The number of a month by its name in any of the languages, in lower case without accents."""
