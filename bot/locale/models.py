"""Texts of `selon chat-model`: which chat models there are, and how they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.errors import ModelFault


@dataclass(frozen=True, slots=True)
class ModelPhrases:
    """One language's texts; `faults` say what is wrong and what to do about it."""

    command: str
    check: str
    none: str
    place: Callable[[str, str | None], str]
    price: Callable[[float, float], str]
    no_price: str
    spent: Callable[[int, int], str]
    of_tokens: Callable[[int], str]
    money: Callable[[float], str]
    of_money: Callable[[float], str]
    answered: Callable[[str], str]
    pace: Callable[[float, float], str]
    tokens: Callable[[int, int], str]
    estimated: str
    cost: Callable[[float], str]
    form: Mapping[bool, str]
    cites: Mapping[bool, str]
    faults: Mapping[ModelFault, str]


def model_phrases_for(code: str) -> ModelPhrases:
    return EN if code == "en" else FR


def _number(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def _comma(amount: float, digits: int) -> str:
    return f"{amount:.{digits}f}".replace(".", ",")


def _money(amount: float) -> str:
    """Small amounts are not rounded to nothing."""
    return f"{amount:.2f}" if amount >= 1 else f"{amount:.6f}".rstrip("0").rstrip(".")


def _somme(amount: float) -> str:
    return _money(amount).replace(".", ",")


FR = ModelPhrases(
    command="Dire quels modèles de langue écrivent les réponses, et ce qu’ils ont coûté.",
    check="Poser une question à chacun\u00a0: répond-il, à quelle vitesse, à quel prix\u202f?",
    none="Aucun modèle de langue\u00a0: SELON_CHAT_MODEL est vide, les réponses citent les "
    "articles.",
    place=lambda name, url: f"{name} ({url})" if url else name,
    price=lambda read, written: (
        f"Prix du million de jetons\u00a0: {_somme(read)} lus, {_somme(written)} écrits."
    ),
    no_price="Prix inconnu (réglage SELON_CHAT_PRICES).",
    spent=lambda calls, tokens: (
        f"Aujourd’hui\u00a0: {_number(calls)} appel{'s' if calls > 1 else ''}, "
        f"{_number(tokens)} jeton{'s' if tokens > 1 else ''}"
    ),
    of_tokens=lambda most: f" sur {_number(most)}",
    money=lambda amount: f", {_somme(amount)}",
    of_money=lambda most: f" sur {_somme(most)}",
    answered=lambda text: f"Réponse\u00a0: «\u00a0{text}\u00a0»",
    pace=lambda first, whole: (
        f"Premier mot en {_comma(first, 1)}\u00a0s, réponse entière en {_comma(whole, 1)}\u00a0s."
    ),
    tokens=lambda read, written: f"{_number(read)} jetons lus, {_number(written)} écrits",
    estimated=" (estimation\u00a0: le serveur ne les compte pas)",
    cost=lambda amount: f"\u00a0; coût\u00a0: {_somme(amount)}",
    form={
        True: "Forme\u00a0: JSON.",
        False: "Forme\u00a0: phrases avec des repères [1].",
    },
    cites={
        True: "Il cite ses sources comme demandé.",
        False: "Il ne cite pas ses sources comme demandé\u00a0: la plupart de ses phrases seront "
        "écartées. Un modèle plus grand fera mieux.",
    },
    faults={
        "timeout": "il n’a pas répondu à temps. Allongez SELON_CHAT_FIRST_TOKEN et "
        "SELON_CHAT_TIMEOUT, ou prenez un modèle plus petit.",
        "refused": "la clé n’est pas acceptée. Vérifiez SELON_CHAT_KEY, ou la variable du "
        "fournisseur.",
        "missing": "le serveur ne connaît pas ce modèle. Vérifiez son nom dans SELON_CHAT_MODEL, "
        "et SELON_CHAT_BASE_URL.",
        "rejected": "le serveur ne comprend pas la demande. Essayez SELON_CHAT_TEMPERATURE=none ou "
        "SELON_CHAT_STRUCTURED=off.",
        "rate": "trop de demandes, ou plus de crédit. Attendez, ou voyez votre compte chez le "
        "fournisseur.",
        "server": "le serveur est en panne. Réessayez plus tard, ou regardez son journal.",
        "connection": "le serveur est injoignable, ou il a coupé. Est-il lancé\u202f? Vérifiez "
        "SELON_CHAT_BASE_URL.",
        "malformed": "ce qui vient n’est pas une réponse. Est-ce bien un serveur compatible avec "
        "OpenAI\u202f? Vérifiez SELON_CHAT_BASE_URL, qui se termine souvent par /v1.",
        "context": "le modèle tient moins de jetons que la question n’en demande. Baissez "
        "SELON_CHAT_CONTEXT, ou donnez-lui plus de contexte.",
        "cancelled": "l’appel a été interrompu. Réessayez.",
        "budget": "le budget du jour est épuisé (SELON_CHAT_BUDGET_TOKENS, "
        "SELON_CHAT_BUDGET_MONEY).",
        "allowance": "les réponses du jour sont épuisées (SELON_CHAT_DAILY_ANSWERS).",
        "paused": "il a échoué plusieurs fois de suite, et se repose une minute.",
    },
)

EN = ModelPhrases(
    command="Tell which chat models write the answers, and what they have cost.",
    check="Ask each a question: does it answer, how fast, at what price?",
    none="No chat model: SELON_CHAT_MODEL is empty, answers quote the articles.",
    place=lambda name, url: f"{name} ({url})" if url else name,
    price=lambda read, written: (
        f"Price of a million tokens: {_money(read)} read, {_money(written)} written."
    ),
    no_price="Price unknown (setting SELON_CHAT_PRICES).",
    spent=lambda calls, tokens: (
        f"Today: {calls:,} call{'s' if calls != 1 else ''}, "
        f"{tokens:,} token{'s' if tokens != 1 else ''}"
    ),
    of_tokens=lambda most: f" of {most:,}",
    money=lambda amount: f", {_money(amount)}",
    of_money=lambda most: f" of {_money(most)}",
    answered=lambda text: f"Answer: “{text}”",
    pace=lambda first, whole: f"First word after {first:.1f} s, whole answer after {whole:.1f} s.",
    tokens=lambda read, written: f"{read:,} tokens read, {written:,} written",
    estimated=" (estimated: the server does not count them)",
    cost=lambda amount: f"; cost: {_money(amount)}",
    form={True: "Form: JSON.", False: "Form: sentences with [1] markers."},
    cites={
        True: "It cites its sources as asked.",
        False: "It does not cite its sources as asked: most of its sentences will be dropped. A "
        "larger model will do better.",
    },
    faults={
        "timeout": "it has not answered in time. Lengthen SELON_CHAT_FIRST_TOKEN and "
        "SELON_CHAT_TIMEOUT, or take a smaller model.",
        "refused": "the key is not accepted. Check SELON_CHAT_KEY, or the provider’s variable.",
        "missing": "the server knows no such model. Check its name in SELON_CHAT_MODEL, and "
        "SELON_CHAT_BASE_URL.",
        "rejected": "the server does not understand the request. Try SELON_CHAT_TEMPERATURE=none "
        "or SELON_CHAT_STRUCTURED=off.",
        "rate": "too many requests, or no credit left. Wait, or see your account there.",
        "server": "the server fails. Try again later, or read its log.",
        "connection": "the server cannot be reached, or has cut the connection. Is it running? "
        "Check SELON_CHAT_BASE_URL.",
        "malformed": "what comes is no answer. Is it a server compatible with OpenAI’s? Check "
        "SELON_CHAT_BASE_URL, which often ends in /v1.",
        "context": "the model holds fewer tokens than the question takes. Lower "
        "SELON_CHAT_CONTEXT, or give it more context.",
        "cancelled": "the call was interrupted. Try again.",
        "budget": "the day’s budget is spent (SELON_CHAT_BUDGET_TOKENS, SELON_CHAT_BUDGET_MONEY).",
        "allowance": "the day’s answers are spent (SELON_CHAT_DAILY_ANSWERS).",
        "paused": "it has failed several times in a row, and is left alone for a minute.",
    },
)
