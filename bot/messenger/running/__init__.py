"""The bot's life: start, stop, chores, health."""
