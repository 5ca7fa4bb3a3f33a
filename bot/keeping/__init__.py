"""The commands that make an index and keep it: what is in it, what is not, and where it goes."""
