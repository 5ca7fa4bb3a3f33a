"""From Telegram's updates to questions."""
