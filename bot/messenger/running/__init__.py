"""The bot's life: start, how updates come, health, stop."""
