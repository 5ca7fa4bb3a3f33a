"""Text in French, English and other languages: sentences, words, months, names."""
