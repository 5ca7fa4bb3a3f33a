"""The texts that people read, French first, and their formatting."""
