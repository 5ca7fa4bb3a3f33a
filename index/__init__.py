"""From articles to ranked, read evidence."""

import os

# What libraries read from the environment when they are loaded; every process of Selon loads this
# package first. ONNX Runtime's official builds report to Microsoft otherwise.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# NumPy's products are small here: more threads than one only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
