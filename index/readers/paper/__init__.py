"""Pages as they are printed, read back into paragraphs."""
