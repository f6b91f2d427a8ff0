"""From open French data to the weights of the bundled embedding model: ``python -m training``."""
