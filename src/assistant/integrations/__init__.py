"""Doors to other people's pipelines."""
