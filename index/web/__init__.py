"""From an address to files in a folder.

Nothing is re-exported: an HTTP client and parsers are loaded by what uses them.
"""
