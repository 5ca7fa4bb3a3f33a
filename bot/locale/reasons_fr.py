"""In French, the parts of what is said when something is wrong: a pattern, and its words."""

from __future__ import annotations

from bot.locale.reasons_advice_fr import ADVICE
from bot.locale.reasons_evaluation_fr import EVALUATION
from bot.locale.reasons_files_fr import FILES, Words
from bot.locale.reasons_index_fr import INDEX
from bot.locale.reasons_messenger_fr import MESSENGER
from bot.locale.reasons_models_fr import MODELS

REASONS_FR: Words = (*FILES, *INDEX, *ADVICE, *MODELS, *MESSENGER, *EVALUATION)
