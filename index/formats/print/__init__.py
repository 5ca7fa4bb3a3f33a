"""Printed pages, read back into paragraphs."""
