"""The life cycle of the bot: start, receiving updates, health, stop."""
