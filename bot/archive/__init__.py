"""The archive word for word: articles, counts, chronologies, quotes, overviews."""
