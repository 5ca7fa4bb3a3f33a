"""The fact-checker: nothing that a chat model writes is shown unless its citations bear it out."""

from bot.verification.checker import Checker, open_checker
from bot.verification.claim import Claim, Fault, Given, Verdict

__all__ = ["Checker", "Claim", "Fault", "Given", "Verdict", "open_checker"]
