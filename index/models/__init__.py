"""The models: embedders, and the reader."""
