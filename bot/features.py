"""The list of features. To remove one, delete its folder, its tests and its two lines here."""

from __future__ import annotations

from bot.alerts.feature import AlertsFeature
from bot.arena.feature import ArenaFeature
from bot.clippings.feature import ClippingsFeature
from bot.digests.feature import DigestsFeature
from bot.drafts.feature import DraftsFeature
from bot.feature import Feature
from bot.speech.feature import SpeechFeature

# In the order of their commands in menus.
FEATURES: tuple[Feature, ...] = (
    DigestsFeature(),
    AlertsFeature(),
    ArenaFeature(),
    ClippingsFeature(),
    DraftsFeature(),
    SpeechFeature(),
)
