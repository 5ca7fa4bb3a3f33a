"""The arena: blind battles between writers over the same passages, and what the votes tell."""
