"""What a question in a conversation refers to.

`bot.conversation.chain` answers within one; it is not imported here, for it loads slowly.
"""

from bot.conversation.turn import Cited, History, Said, Turn, grown, turn_json, turn_of

__all__ = ["Cited", "History", "Said", "Turn", "grown", "turn_json", "turn_of"]
