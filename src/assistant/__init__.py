"""Cited answers in French over the documents of the prévention spécialisée."""

import os

# A question takes a handful of small matrix products, and several people ask at once: on several threads
# each product waits for the others more than it works.  Read by NumPy when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
