"""The embedding model that comes with Selon: multilingual-e5-small, on ONNX Runtime."""
