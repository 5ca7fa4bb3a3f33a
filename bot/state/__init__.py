"""What people leave behind: conversations, votes, alerts, languages, documents."""

from bot.state.database import State, open_state

__all__ = ["State", "open_state"]
