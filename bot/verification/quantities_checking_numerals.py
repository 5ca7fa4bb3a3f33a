"""Number words that the number parser does not know, or knows otherwise."""

from __future__ import annotations

from types import MappingProxyType

FRACTIONS = MappingProxyType(
    {
        "moitie": 1 / 2, "demi": 1 / 2, "demie": 1 / 2, "half": 1 / 2, "mitad": 1 / 2,
        "tiers": 1 / 3, "third": 1 / 3, "thirds": 1 / 3, "tercio": 1 / 3,
        "quart": 1 / 4, "quarts": 1 / 4, "quarter": 1 / 4, "quarters": 1 / 4,
        "cinquieme": 1 / 5, "dixieme": 1 / 10, "tenth": 1 / 10, "centieme": 1 / 100,
        "hundredth": 1 / 100, "fiftieth": 1 / 50, "millieme": 1 / 1000,
    }
)  # fmt: skip
COLLECTIVE = MappingProxyType(
    {
        "dizaine": 10, "douzaine": 12, "dozen": 12, "quinzaine": 15, "vingtaine": 20,
        "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "centaine": 100, "millier": 1000,
    }
)  # fmt: skip
ORDINALS = MappingProxyType(
    {
        word: number
        for number, row in enumerate(
            (
                "deuxieme second seconde segundo",
                "troisieme third tercero",
                "quatrieme fourth cuarto",
                "cinquieme fifth quinto",
                "sixieme sixth sexto",
                "septieme seventh septimo",
                "huitieme eighth octavo",
                "neuvieme ninth noveno",
                "dixieme tenth decimo",
            ),
            2,
        )
        for word in row.split()
    }
)
COUNTS = MappingProxyType(
    {
        word: number
        for number, row in enumerate(
            ("deux two", "trois three", "quatre four", "cinq five", "six", "sept seven",
             "huit eight", "neuf nine"),
            2,
        )
        for word in row.split()
    }
)  # fmt: skip
