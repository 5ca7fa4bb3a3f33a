"""The day's news and the podcast: scripts in which every line cites its article or claims nothing."""
