"""Clippings: quotes that people keep in order with notes of their own, export and share."""
