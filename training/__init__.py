"""Training, evaluation and quantisation of the bundled models. Not installed with Selon."""
