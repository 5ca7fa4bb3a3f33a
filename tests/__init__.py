"""The tests."""

import os
import sys

# They start hundreds of Pythons, which would each compile the same modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Several run at once, and small matrices are multiplied faster by one thread.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
