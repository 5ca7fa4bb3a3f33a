"""Whether cited passages bear out a sentence."""
