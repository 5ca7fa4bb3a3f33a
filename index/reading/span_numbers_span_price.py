"""Questions of price, which an article that names no sum of money does not answer.

Of all near misses these are the plainest: what somebody wants to know of a train, a model or a
cathedral is soon its price, and the search finds the train whether its price is told or not.
"""

from __future__ import annotations

import re

from index.reading.span_numbers import numbers
from index.stopwords import fold

_VERBS = r"cout\w*|vaut|valai\w*|vaudra\w*|pay(?:e|es|ee|ees|ait|aient|er|ent|a|ons|ez)"
_NOUNS = r"cout|salaire|tarif|budget|cachet|loyer"
_ASKED = {
    "fr": re.compile(
        rf"\bcombien (?:est-ce que )?(?!de\b|d')(?:.*\W)?(?:{_VERBS})\b"
        r"|\bquel(?:s|le|les)? (?:est|etait|sont|etaient|sera|fut) "
        rf"(?:l'|(?:le|la|les|son|sa|ses|leurs?) )(?:{_NOUNS})s?\b"
        r"|\bquel (?:est|etait|sera) (?:le|son|leur) prix(?= (?:du|de|d'|des)\b| ?[?!.]*$)"
        r"|\ba quel prix (?:est|etait|sont|se vend)"
    ),
    "en": re.compile(
        r"\bhow much (?:do|does|did|is|was|were|are|will|would|has|have|had|it)\b.*"
        r"\b(?:costs?|pay|paid|earns?|earned|worth|charged?)\b"
        r"|\bwhat(?: is| was| were| are| will be|'s) (?:the|its|his|her|their) "
        r"(?:price|cost|salary|budget|fee)s?\b"
    ),
}
# « Quel est le prix de la paix ? »: an award.
_AWARD = re.compile(r"\b(?:nobel|paix|jury|goncourt|remport\w*|decern\w*|laureat\w*)\b")
_FREE = re.compile(
    r"\b(?:gratuit\w*|benevole\w*|free(?: of charge)?|unpaid|pour rien|offerte?s?)\b"
)
_SPELT = re.compile(
    r"\b(?:euros?|centimes?|dollars?|francs?|livres? sterling|pounds?|pence|shillings?"
    r"|ecus?|deniers?|pesos?|yens?|roubles?|guineas?)\b"
)


def asks_price(question: str, language: str) -> bool:
    """Whether the question is what something costs, or what somebody is paid."""
    pattern = _ASKED.get(language)
    plain = fold(question.replace("’", "'").lower())
    return bool(pattern and pattern.search(plain)) and _AWARD.search(plain) is None


def tells_price(sentence: str) -> bool:
    """Whether a sum of money stands in a sentence, or that there is nothing to pay."""
    plain = fold(sentence.lower())
    spelt = _SPELT.search(plain) or _FREE.search(plain)
    return bool(spelt) or any(each.unit == "money" for each in numbers(sentence))
