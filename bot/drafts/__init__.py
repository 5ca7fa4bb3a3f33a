"""A draft beside the archive: the nearest sentences of the articles, without a verdict."""
