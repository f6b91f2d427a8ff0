"""Search: embeddings, vectors, BM25, the index and the ranking."""
