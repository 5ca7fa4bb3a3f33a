"""The fact-checker: nothing that a chat model writes is shown unless its citations bear it out."""

from bot.checking.claim import Claim, Fault, Given, Verdict
from bot.checking.verdict import Checker, open_checker

__all__ = ["Checker", "Claim", "Fault", "Given", "Verdict", "open_checker"]
