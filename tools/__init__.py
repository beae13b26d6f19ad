"""Every step from sound to the shipped model, one script each, in the order of ``make model``."""

import os

# One BLAS thread: the front end's products are small, and waiting threads cost more than they add.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
