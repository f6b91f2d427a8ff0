"""Cited answers in French over the documents of the prévention spécialisée."""
