"""Interprets what a question in a conversation refers to."""
