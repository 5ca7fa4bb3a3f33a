"""The day's news and the podcast: every line cites its article, or claims nothing."""
