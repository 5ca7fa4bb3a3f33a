"""PDF documents: printed pages, read back into paragraphs."""
