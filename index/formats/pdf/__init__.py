"""PDF: printed pages, read back into paragraphs."""
