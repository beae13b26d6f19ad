"""Speed, memory and quality of the parts, printed; ``make bench`` runs them all."""

import os

# As the command line does: a waiting BLAS thread would be counted as work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
