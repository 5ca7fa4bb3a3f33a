"""Text in French, English and other languages: sentences, words, dates, numbers, names."""
