"""Answers: quotations, their verification, refusals."""
