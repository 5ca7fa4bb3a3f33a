"""From articles to ranked, read evidence."""

import os

# ONNX Runtime's official builds report to Microsoft unless this is set before they are loaded,
# and every process of Selon loads this package first.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
