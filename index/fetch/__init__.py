"""Fetching: from a web address to files in a folder."""
