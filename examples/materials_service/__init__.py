"""A small FastAPI service to try the platform with: real calculations on seven metals."""

import os

# The matrices here are small: threads for each of them cost ten times what they save on a busy
# machine. numpy reads this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
