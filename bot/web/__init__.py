"""Selon on the web: pages for people, APIs for programs."""
