"""Tests of the room `bot/speech`."""
