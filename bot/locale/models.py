"""Texts of `selon chat-model`."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.catalogue import Texts


class ModelPhrases(Texts, domain="models", part="model"):
    """Messages of the command; `faults` describe failures and their remedies."""

    none: str
    no_price: str
    estimated: str
    form_json: str
    form_numbers: str
    chooses: str
    chooses_not: str
    faults: Mapping[str, str]

    def price(self, read: float, written: float) -> str: ...
    def spent(self, calls: int, tokens: int) -> str: ...
    def of_tokens(self, most: int) -> str: ...
    def money(self, amount: float) -> str: ...
    def of_money(self, most: float) -> str: ...
    def answered(self, text: str) -> str: ...
    def pace(self, first: float, whole: float) -> str: ...
    def tokens(self, read: int, written: int) -> str: ...
    def cost(self, amount: float) -> str: ...
