"""The arena: blind battles between writers over the same passages, and ratings from the votes."""
