"""What a question in a conversation refers to.

`bot.followups.conversation` answers within one; it is not imported here, for it loads slowly.
"""

from bot.followups.turn import Cited, History, Said, Turn, grown, turn_json, turn_of

__all__ = ["Cited", "History", "Said", "Turn", "grown", "turn_json", "turn_of"]
