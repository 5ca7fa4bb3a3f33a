"""From an address to files in a folder."""
