"""Daily news digest and podcast: every line quotes an article or is a fixed phrase."""
