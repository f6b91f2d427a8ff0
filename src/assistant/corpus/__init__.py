"""Documents: from files to passages and fiches."""
