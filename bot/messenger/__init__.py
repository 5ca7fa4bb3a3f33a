"""Selon on Telegram."""
