"""Checks whether cited passages support a sentence."""
