"""From articles to ranked, read evidence."""
